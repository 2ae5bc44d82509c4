// The backup file: secrets for codes, under a passphrase. Keys are never in it.
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { isIdentifier, object, string } from './answers';
import { base32, base64url, type Bytes, fromBase32, fromBase64url, utf8 } from './bytes';
import { isRule, printable } from './link';
import { isOrigin } from './origin';
import { type CodeRule, USUAL } from './totp';

/** An account as a backup holds it. One that came from another service has no `bond`. */
export type Saved = {
  service: string; organisation: string; name: string; label: string; secret: Bytes; rule: CodeRule;
  bond: { origin: string; account: string } | null;
};

export class BadBackup extends Error {
  constructor(readonly word: 'not_a_backup' | 'weak' | 'too_costly' | 'wrong_passphrase' | 'no_memory') {
    super(`the backup is refused: \`${word}\``);
  }
}

type Kdf = { memory: number; passes: number; lanes: number; salt: Bytes };

const ADDITIONAL = utf8('wardkey-authenticator-backup/1');
/** What a reader must refuse below, and what we write [OWASP's first choice for Argon2id]. */
const LEAST = { memory: 19_456, passes: 2 };
/** What a reader must refuse above. */
const MOST = { memory: 1024 * 1024, passes: 10 };
/** More lanes than any writer has reason for. */
const MOST_LANES = 64;
const LONGEST_FILE = 4 * 1024 * 1024;
const MOST_ACCOUNTS = 1000;

/** `progress` is told how far it is, from 0 to 1: a phone takes seconds. */
export async function writeBackup(accounts: Saved[], passphrase: string, progress?: (part: number) => void): Promise<string> {
  const kdf = { ...LEAST, lanes: 1, salt: crypto.getRandomValues(new Uint8Array(16)) };
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const key = await keyFrom(passphrase, kdf, ['encrypt'], progress);
  const plain = utf8(JSON.stringify({ accounts: accounts.map(written) }));
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: ADDITIONAL }, key, plain);
  return JSON.stringify({
    wardkey_authenticator_backup: 1,
    kdf: { name: 'argon2id', memory_kib: kdf.memory, passes: kdf.passes, lanes: kdf.lanes, salt: base64url(kdf.salt) },
    cipher: 'AES-256-GCM', nonce: base64url(nonce), data: base64url(new Uint8Array(data)),
  });
}

export async function readBackup(text: string, passphrase: string, progress?: (part: number) => void): Promise<Saved[]> {
  const { kdf, nonce, data } = readFile(text);
  const key = await keyFrom(passphrase, kdf, ['decrypt'], progress);
  let plain;
  try {
    plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce, additionalData: ADDITIONAL }, key, data);
  } catch {
    throw new BadBackup('wrong_passphrase');
  }
  return refusing(() => {
    const accounts = object(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain)))['accounts'];
    if (!Array.isArray(accounts) || accounts.length > MOST_ACCOUNTS) throw new BadBackup('not_a_backup');
    return accounts.map(saved);
  });
}

/** Checks the outside of a file, before any work is done for it. */
function readFile(text: string): { kdf: Kdf; nonce: Bytes; data: Bytes } {
  if (text.length > LONGEST_FILE) throw new BadBackup('not_a_backup');
  return refusing(() => {
    const file = object(JSON.parse(text));
    const kdf = object(file['kdf']);
    if (file['wardkey_authenticator_backup'] !== 1 || kdf['name'] !== 'argon2id' || file['cipher'] !== 'AES-256-GCM') {
      throw new BadBackup('not_a_backup');
    }
    const [memory, passes, lanes] = [whole(kdf['memory_kib']), whole(kdf['passes']), whole(kdf['lanes'])];
    if (memory < LEAST.memory || passes < LEAST.passes) throw new BadBackup('weak');
    if (memory > MOST.memory || passes > MOST.passes) throw new BadBackup('too_costly');
    const [salt, nonce, data] = [bytes(kdf, 'salt'), bytes(file, 'nonce'), bytes(file, 'data')];
    const isWell = lanes >= 1 && lanes <= MOST_LANES && salt.length >= 8 && salt.length <= 64 && nonce.length === 12;
    if (!isWell) throw new BadBackup('not_a_backup');
    return { kdf: { memory, passes, lanes, salt }, nonce, data };
  });
}

async function keyFrom(passphrase: string, kdf: Kdf, use: KeyUsage[], progress?: (part: number) => void): Promise<CryptoKey> {
  const options = { m: kdf.memory, t: kdf.passes, p: kdf.lanes, dkLen: 32, maxmem: MOST.memory * 1024 };
  let raw;
  try {
    raw = await argon2idAsync(utf8(passphrase.normalize('NFC')), kdf.salt, progress ? { ...options, onProgress: progress } : options);
  } catch (error) {
    if (error instanceof RangeError) throw new BadBackup('no_memory');
    throw error;
  }
  return crypto.subtle.importKey('raw', Uint8Array.from(raw), 'AES-GCM', false, use);
}

function written({ bond, secret, rule, ...words }: Saved): object {
  const isUsual = rule.algorithm === USUAL.algorithm && rule.digits === USUAL.digits && rule.period === USUAL.period;
  // The members of a rule are ours; a reader that does not know them passes over them.
  return { ...bond, ...words, secret: base32(secret), ...(isUsual ? {} : rule) };
}

function saved(body: unknown): Saved {
  const from = object(body);
  const shown = (name: string) => printable(string(from, name));
  const secret = fromBase32(string(from, 'secret'));
  if (secret === undefined || secret.length === 0) throw new BadBackup('not_a_backup');
  const { algorithm = USUAL.algorithm, digits = USUAL.digits, period = USUAL.period } = from;
  if (!isRule(algorithm, digits, period)) throw new BadBackup('not_a_backup');
  return {
    service: shown('service'), organisation: shown('organisation'), name: shown('name'), label: shown('label'), secret,
    rule: { algorithm, digits: digits as number, period: period as number }, bond: bondOf(from),
  };
}

function bondOf(from: Record<string, unknown>): Saved['bond'] {
  if (from['account'] === undefined && from['origin'] === undefined) return null;
  const [origin, account] = [string(from, 'origin'), string(from, 'account')];
  // SECURITY: these become the address of a link.
  if (!isOrigin(origin) || !isIdentifier(account)) throw new BadBackup('not_a_backup');
  return { origin, account };
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof BadBackup ? error : new BadBackup('not_a_backup');
  }
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new BadBackup('not_a_backup');
  return value;
}

function bytes(from: Record<string, unknown>, name: string): Bytes {
  const value = fromBase64url(string(from, name));
  if (value === undefined) throw new BadBackup('not_a_backup');
  return value;
}
