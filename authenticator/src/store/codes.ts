// The codes of the accounts here. Keys for them stay in memory, where no script can read them out.
import { codeAt, importSecret, stepAt } from '../core/totp';
import type { Account } from './account';
import { unseal } from './seal';

const keys = new Map<string, Promise<CryptoKey>>();
const codes = new Map<string, { step: number; code: string }>();

export async function codeOf(account: Account, seconds: number): Promise<string> {
  const step = stepAt(account.rule, seconds);
  const last = codes.get(account.id);
  if (last?.step === step) return last.code;
  const code = await codeAt(await keyOf(account), account.rule, seconds);
  codes.set(account.id, { step, code });
  return code;
}

function keyOf(account: Account): Promise<CryptoKey> {
  let key = keys.get(account.id);
  if (key === undefined) {
    key = unseal(account.id, account.sealed).then((secret) => importSecret(secret, account.rule));
    keys.set(account.id, key);
  }
  return key;
}
