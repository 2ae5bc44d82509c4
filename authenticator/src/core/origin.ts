// Which servers an app talks to: scheme, host and port.

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Whether an address may be called: over plain HTTP only on the machine itself. */
export const isReachable = (address: URL): boolean =>
  address.protocol === 'https:' || (address.protocol === 'http:' && LOOPBACK.includes(address.hostname));

/** Whether a text is an origin exactly as the protocol writes it, so that it can be put before a path. */
export function isOrigin(text: string): boolean {
  const address = parsed(text);
  return address !== undefined && address.origin === text && isReachable(address);
}

export const hostOf = (origin: string): string => parsed(origin)?.host ?? origin;

export function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
