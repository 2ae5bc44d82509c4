// Secrets for codes, encrypted under a key that no script can read out: a copy of the database alone is of no use.
import { type Bytes, utf8 } from '../core/bytes';
import type { Sealed } from './account';
import { transact } from './database';

const KEY = 'seal';

/** INVARIANT: there is one key. Two tabs that make one at once both get that which was saved first. */
async function sealKey(): Promise<CryptoKey> {
  const found = await transact('keys', 'readonly', (rows) => rows.find<CryptoKey>(KEY));
  if (found !== undefined) return found;
  const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  return transact('keys', 'readwrite', async (rows) => {
    const first = await rows.find<CryptoKey>(KEY);
    if (first === undefined) await rows.save(fresh, KEY);
    return first ?? fresh;
  });
}

/** `id` is the account's own: a row that is put in another's place does not open. */
export async function seal(id: string, secret: Bytes): Promise<Sealed> {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8(id) }, await sealKey(), secret);
  return { nonce, data: new Uint8Array(data) };
}

export async function unseal(id: string, { nonce, data }: Sealed): Promise<Bytes> {
  const rule = { name: 'AES-GCM', iv: nonce, additionalData: utf8(id) };
  return new Uint8Array(await crypto.subtle.decrypt(rule, await sealKey(), data));
}
