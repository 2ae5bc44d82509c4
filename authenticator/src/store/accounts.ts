// The accounts on this phone. Whatever changes is told to every tab.
import type { Saved } from '../core/backup';
import { base32 } from '../core/bytes';
import { type Account, areSame, type Bond, isBound } from './account';
import { transact } from './database';
import { seal, unseal } from './seal';

const news = new BroadcastChannel('wardkey-authenticator');
let here = () => Promise.resolve();

/** Has `listener` called after each change, in whichever tab it was made. */
export function onChange(listener: () => Promise<void>): void {
  here = listener;
  news.onmessage = () => void listener();
}

/** A change is done when this tab shows it, too. */
async function changing<T>(change: Promise<T>): Promise<T> {
  const value = await change;
  news.postMessage('changed');
  await here();
  return value;
}

export async function listAccounts(): Promise<Account[]> {
  const accounts = await transact('accounts', 'readonly', (rows) => rows.list<Account>());
  return accounts.sort((one, other) => one.added - other.added);
}

/** Adds an account; `words` is all of it but what only this phone knows. */
export async function insertAccount({ secret, bond, ...words }: Omit<Saved, 'bond'> & { bond: Bond }): Promise<string> {
  const id = crypto.randomUUID();
  const account: Account = { ...words, bond, id, added: Date.now(), sealed: await seal(id, secret) };
  await changing(transact('accounts', 'readwrite', (rows) => rows.save(account)));
  return id;
}

/** Changes an account as it is now, which may not be as it was last seen. Does nothing when it is not there any more. */
export function changeAccount(id: string, change: (account: Account) => Account): Promise<void> {
  return changing(transact('accounts', 'readwrite', async (rows) => {
    const account = await rows.find<Account>(id);
    if (account !== undefined) await rows.save(change(account));
  }));
}

export const deleteAccount = (id: string): Promise<void> =>
  changing(transact('accounts', 'readwrite', (rows) => rows.delete(id)));

/**
 * The number was typed: this app is a way to sign in now, and what stood here of the same account is worth nothing. A server
 * that asks for a sign-in says so, too, as its answer to the number may have been lost.
 */
export function finishAccount(id: string): Promise<void> {
  return changing(transact('accounts', 'readwrite', async (rows) => {
    const account = await rows.find<Account>(id);
    if (account === undefined || account.bond.kind !== 'bound' || account.bond.finished) return;
    const twins = (await rows.list<Account>()).filter((other) => other.id !== id && areSame(other.bond, account.bond));
    for (const twin of twins) await rows.delete(twin.id);
    const label = account.label || (twins.find((twin) => twin.label !== '')?.label ?? '');
    await rows.save({ ...account, label, bond: { ...account.bond, finished: true } });
  }));
}

/**
 * Marks an account as one for which the server does not know this app, or takes the mark away.
 * INVARIANT: no key and no secret is lost by it; that takes the person, or another key of the same account on this phone.
 * When the mark goes away the server is told anew where this phone is woken, as it may have forgotten that.
 */
export function markGone(id: string, isGone: boolean): Promise<void> {
  return changeAccount(id, (account) => {
    if (!isBound(account)) return account;
    const { goneAt = Date.now(), ...bond } = account.bond;
    if (isGone) return { ...account, bond: { ...bond, goneAt } };
    return { ...account, bond: { ...bond, endpoint: bond.endpoint === null ? null : '' } };
  });
}

/** All that a backup holds: what is marked as gone, too, as the mark may go away. Without a key there is nothing to save. */
export async function saveableAccounts(): Promise<Saved[]> {
  const accounts = (await listAccounts()).filter(({ bond }) => bond.kind !== 'gone');
  return Promise.all(accounts.map(async ({ id, sealed, service, organisation, name, label, rule, bond }) => ({
    service, organisation, name, label, rule, secret: await unseal(id, sealed),
    bond: bond.kind === 'foreign' ? null : { origin: bond.origin, account: bond.account },
  })));
}

/** Adds what a backup held; what this phone has already is left alone. */
export async function restoreAccounts(saved: Saved[]): Promise<{ restored: number; kept: number }> {
  const keysHere = new Set((await saveableAccounts()).filter(({ bond }) => bond === null).map(fingerprint));
  const fresh = saved.filter((one) => one.bond !== null || !keysHere.has(fingerprint(one)));
  const rows = await Promise.all(fresh.map(async ({ secret, bond, ...words }, index): Promise<Account> => {
    const id = crypto.randomUUID();
    const back: Bond = bond === null ? { kind: 'foreign' } : { kind: 'restored', ...bond };
    return { ...words, id, bond: back, added: Date.now() + index, sealed: await seal(id, secret) };
  }));
  const restored = await changing(transact('accounts', 'readwrite', async (table) => {
    const present = await table.list<Account>();
    let count = 0;
    for (const row of rows) {
      if (present.some(({ bond }) => areSame(bond, row.bond))) continue;
      await table.save(row);
      present.push(row);
      count += 1;
    }
    return count;
  }));
  return { restored, kept: saved.length - restored };
}

const fingerprint = ({ service, name, secret }: Saved) => JSON.stringify([service, name, base32(secret)]);
