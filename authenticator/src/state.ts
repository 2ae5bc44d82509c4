// What the app knows at this moment. Screens read it and are told when it changes.
import type { OpenRequest } from './core/answers';
import { type Account, type BoundAccount, isBound, isGone } from './store/account';
import { listAccounts } from './store/accounts';

/** A request that waits for an answer, and the account here that it is for. */
export type Waiting = { asked: OpenRequest; of: BoundAccount };

class State {
  accounts: Account[] = [];
  waiting: Waiting[] = [];
  /** Servers that did not answer when last asked. */
  silent = new Set<string>();
  /** Whether the servers were asked since the app was opened: what is not in `waiting` then is over. */
  asked = false;
  readonly #listeners = new Set<() => void>();

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  changed(): void {
    this.#listeners.forEach((listener) => listener());
  }

  async reload(): Promise<void> {
    this.accounts = await listAccounts();
    const open = new Set(this.accounts.filter((account) => isBound(account) && !isGone(account)).map(({ id }) => id));
    this.waiting = this.waiting.filter(({ of }) => open.has(of.id));
    this.changed();
  }

  account(id: string): Account | undefined {
    return this.accounts.find((account) => account.id === id);
  }

  request(id: string): Waiting | undefined {
    return this.waiting.find(({ asked }) => asked.request === id);
  }

  /** It was answered here: it does not wait any more, whatever the server says next. */
  answered(id: string): void {
    this.waiting = this.waiting.filter(({ asked }) => asked.request !== id);
    this.changed();
  }
}

export const state = new State();
