// How long to wait before a connection is tried again.

const FIRST = 1000;
const LONGEST = 60_000;

/**
 * Milliseconds before the next try, after so many failures in a row: doubling, and spread by `random` (0 to 1), so that
 * phones that lost a server together do not come back together.
 */
export function delay(failures: number, random: number): number {
  const most = Math.min(LONGEST, FIRST * 2 ** Math.max(0, failures - 1));
  return most / 2 + random * (most / 2);
}
