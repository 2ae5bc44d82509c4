// What somebody scans, pastes or types to add an account. It comes from outside and may be hostile.
import { type Bytes, fromBase32 } from './bytes';
import { isReachable, parsed } from './origin';
import type { Algorithm, CodeRule } from './totp';

export type Link =
  | { kind: 'enrol'; origin: string; code: string }
  | { kind: 'key'; service: string; name: string; secret: Bytes; rule: CodeRule };

export type BadLink = 'empty' | 'unknown' | 'not_https' | 'counter' | 'bad_key' | 'unusual';

const BINDING_CODE = /^[A-Za-z0-9]{26}$/;
const LONGEST = 4096;
/** Services give 80 bits at least; less is a slip of the hand [RFC 4226 §4 asks for 128]. */
const SHORTEST_SECRET = 10;
const LONGEST_SECRET = 512;
const LONGEST_NAME = 200;

const ALGORITHMS: Record<string, Algorithm> = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' };

/** Reads a link, a bare binding code of the app's own server, or the key of another service. */
export function readLink(text: string, ownOrigin: string): Link | BadLink {
  const given = text.trim();
  if (given === '') return 'empty';
  if (given.length > LONGEST) return 'unknown';
  const bare = given.replaceAll(/[\s-]/g, '');
  // Wardkey's own codes are in capitals, which people need not type.
  if (BINDING_CODE.test(bare)) return { kind: 'enrol', origin: ownOrigin, code: bare.toUpperCase() };
  const address = parsed(given);
  if (address === undefined) return 'unknown';
  if (address.protocol === 'otpauth:') return readKey(address);
  return readEnrolment(address);
}

function readEnrolment(address: URL): Link | BadLink {
  const code = codeOfHash(address.hash);
  const isOurs = address.pathname === '/authenticator/' && address.search === '' && code !== undefined;
  if (!isOurs || !['https:', 'http:'].includes(address.protocol)) return 'unknown';
  // SECURITY: `https://id.example.nhs.uk@elsewhere.example/` looks like one server and is another.
  if (address.username !== '' || address.password !== '') return 'unknown';
  if (!isReachable(address)) return 'not_https';
  return { kind: 'enrol', origin: address.origin, code };
}

/** The binding code behind the `#` of a link, if there is one. */
export function codeOfHash(hash: string): string | undefined {
  const code = hash.startsWith('#enrol=') ? hash.slice('#enrol='.length) : '';
  return BINDING_CODE.test(code) ? code : undefined;
}

function readKey(address: URL): Link | BadLink {
  const [, , kind = '', ...rest] = address.href.split(/[?#]/)[0]?.split('/') ?? [];
  if (kind.toLowerCase() === 'hotp') return 'counter';
  const label = decoded(rest.join('/'));
  if (kind.toLowerCase() !== 'totp' || label === undefined) return 'unknown';
  const asked = address.searchParams;
  const secret = fromBase32(asked.get('secret') ?? '');
  if (secret === undefined || secret.length < SHORTEST_SECRET || secret.length > LONGEST_SECRET) return 'bad_key';
  const rule = ruleOf(asked);
  if (rule === undefined) return 'unusual';
  const [before, after] = label.includes(':') ? label.split(/:(.*)/s) : ['', label];
  const service = printable(asked.get('issuer') ?? before ?? '').trim();
  const name = printable(after ?? '').trim();
  return { kind: 'key', service: service || 'Another service', name, secret, rule };
}

function ruleOf(asked: URLSearchParams): CodeRule | undefined {
  const algorithm = ALGORITHMS[(asked.get('algorithm') ?? 'SHA1').toUpperCase().replace('-', '')];
  const digits = Number(asked.get('digits') ?? '6');
  const period = Number(asked.get('period') ?? '30');
  return isRule(algorithm, digits, period) ? { algorithm, digits, period } : undefined;
}

/** Whether these make codes that this app can show. */
export const isRule = (algorithm: unknown, digits: unknown, period: unknown): algorithm is Algorithm =>
  Object.values(ALGORITHMS).includes(algorithm as Algorithm) && (digits === 6 || digits === 8)
  && Number.isInteger(period) && (period as number) >= 10 && (period as number) <= 300;

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Text from elsewhere, without what is not seen: control characters, and those that turn the direction of reading, by
 * which one name can be made to look like another.
 */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, ' ').slice(0, LONGEST_NAME);
