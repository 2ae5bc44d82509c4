// Codes that change with the time [RFC 6238].
import type { Bytes } from './bytes';

export type Algorithm = 'SHA-1' | 'SHA-256' | 'SHA-512';

/** What a code is computed by, apart from the secret. */
export type CodeRule = { algorithm: Algorithm; digits: number; period: number };

/** What Wardkey's own servers use, and most others. */
export const USUAL: CodeRule = { algorithm: 'SHA-1', digits: 6, period: 30 };

export const importSecret = (secret: Bytes, rule: CodeRule): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: rule.algorithm }, false, ['sign']);

/** The code at a moment, in seconds since 1970. */
export async function codeAt(key: CryptoKey, rule: CodeRule, seconds: number): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(stepAt(rule, seconds)));
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
  const offset = mac.getUint8(mac.byteLength - 1) & 0xf;
  const value = mac.getUint32(offset) & 0x7fff_ffff;
  return (value % 10 ** rule.digits).toString().padStart(rule.digits, '0');
}

export const stepAt = (rule: CodeRule, seconds: number): number => Math.floor(seconds / rule.period);

/** How many seconds a code still stands. */
export const leftAt = (rule: CodeRule, seconds: number): number => rule.period - (Math.floor(seconds) % rule.period);

/** A code as people read it: in two halves. */
export const grouped = (code: string): string => `${code.slice(0, code.length / 2)} ${code.slice(code.length / 2)}`;
