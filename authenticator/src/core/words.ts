// Times in words.

/** How long something still takes, roughly. */
export function duration(seconds: number): string {
  if (seconds < 60) return 'less than a minute';
  const minutes = Math.round(seconds / 60);
  return minutes === 1 ? 'about 1 minute' : `about ${minutes} minutes`;
}

/** How long to wait, rounded up. */
export function wait(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole <= 90) return `${whole} second${whole === 1 ? '' : 's'}`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** When something was, seen from now; both in seconds since 1970. */
export function moment(at: number, now: number): string {
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at * 1000);
  const minutes = Math.floor(Math.max(0, now - at) / 60);
  if (minutes === 0) return `just now (${clock})`;
  return minutes === 1 ? `1 minute ago (${clock})` : `${minutes} minutes ago (${clock})`;
}
