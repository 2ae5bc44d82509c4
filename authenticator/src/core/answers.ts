// What a server says, from JSON to types. Whatever is not as the protocol writes it is not believed.
import { fromBase64url, fromBase32, type Bytes } from './bytes';
import { printable } from './link';

/** The answer was not what the protocol describes. */
export class Unreadable extends Error {}

export type Registration = {
  account: string; organisation: string; name: string; service: string; secret: Bytes; vapid: string;
};

/** What an app must show before it takes a number. */
export type Context = {
  application: string | null; place: string | null; address: string | null; browser: string | null; at: number; known: boolean;
};

export type Purpose = 'sign_in' | 'enrol';

export type OpenRequest = {
  request: string; account: string; purpose: Purpose; nonce: string;
  /** Exactly as it arrived: an answer's signature covers it. */
  context: string;
  shown: Context; digits: number; expiresAt: number;
};

export type Outcome = 'approved' | 'wrong_number' | 'refused' | 'over';

const OUTCOMES: readonly string[] = ['approved', 'wrong_number', 'refused', 'over'];
const PURPOSES: readonly string[] = ['sign_in', 'enrol'];

export function readRegistration(body: unknown): Registration & { origin: string } {
  const from = object(body);
  const secret = fromBase32(string(from, 'secret'));
  if (secret === undefined || secret.length === 0) throw new Unreadable('the secret is not base 32');
  const shown = (name: string) => printable(string(from, name));
  return {
    account: identifier(from, 'account'), origin: string(from, 'origin'), organisation: shown('organisation'),
    name: shown('name'), service: shown('service'), secret, vapid: string(from, 'vapid'),
  };
}

export function readRequests(body: unknown): { requests: OpenRequest[]; gone: string[] } {
  const from = object(body);
  const requests = list(from, 'requests').map(readRequest).filter((request) => request !== undefined);
  return { requests, gone: list(from, 'gone').filter((account) => typeof account === 'string') };
}

/** A request of a kind that this version does not know, or that cannot be shown, is left out: it must not be approved. */
function readRequest(body: unknown): OpenRequest | undefined {
  try {
    const from = object(body);
    const [purpose, digits, context] = [string(from, 'purpose'), number(from, 'digits'), string(from, 'context')];
    if (!PURPOSES.includes(purpose) || digits < 2 || digits > 8) return undefined;
    return {
      request: identifier(from, 'request'), account: identifier(from, 'account'), purpose: purpose as Purpose,
      nonce: string(from, 'nonce'), context, shown: readContext(context), digits, expiresAt: number(from, 'expires_at'),
    };
  } catch {
    return undefined;
  }
}

export function readContext(text: string): Context {
  const from = object(JSON.parse(text));
  const perhaps = (name: string) => (from[name] === null ? null : printable(string(from, name)));
  return {
    application: perhaps('application'), place: perhaps('place'), address: perhaps('address'), browser: perhaps('browser'),
    at: number(from, 'at'), known: from['known'] === true,
  };
}

export function readOutcome(body: unknown): Outcome {
  const outcome = string(object(body), 'outcome');
  if (!OUTCOMES.includes(outcome)) throw new Unreadable('the outcome is none that is known');
  return outcome as Outcome;
}

/** The server's clock, which every answer tells. */
export function readNow(body: unknown): number | undefined {
  const now = body !== null && typeof body === 'object' ? (body as Record<string, unknown>)['now'] : undefined;
  return typeof now === 'number' && Number.isSafeInteger(now) ? now : undefined;
}

/** Whether a text is a public key for Web Push: an uncompressed point of P-256. */
export const isVapid = (text: string): boolean => fromBase64url(text)?.length === 65;

export function object(body: unknown): Record<string, unknown> {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Unreadable('not an object');
  return body as Record<string, unknown>;
}

export function string(from: Record<string, unknown>, name: string): string {
  const value = from[name];
  if (typeof value !== 'string') throw new Unreadable(`\`${name}\` is not a text`);
  return value;
}

function number(from: Record<string, unknown>, name: string): number {
  const value = from[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Unreadable(`\`${name}\` is not a whole number`);
  return value;
}

function list(from: Record<string, unknown>, name: string): unknown[] {
  const value = from[name];
  if (!Array.isArray(value)) throw new Unreadable(`\`${name}\` is not a list`);
  return value;
}

/** An identifier becomes part of addresses and lines. */
function identifier(from: Record<string, unknown>, name: string): string {
  const value = string(from, name);
  if (!isIdentifier(value)) throw new Unreadable(`\`${name}\` is not an identifier`);
  return value;
}

export const isIdentifier = (text: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(text);
