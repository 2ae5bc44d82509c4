// Keeps up with the servers: asks for requests, and listens for news while the app is on the screen.
import { delay } from './core/backoff';
import { MOST_HELLOS, Refusal, Server, type Signer, Unreachable } from './core/protocol';
import { Turns } from './core/turns';
import { state } from './state';
import { type BoundAccount, isBound, isGone } from './store/account';
import { finishAccount, markGone } from './store/accounts';

const servers = new Map<string, Server>();

/** The server at an origin, with what is known of its clock. */
export function serverOf(origin: string): Server {
  const server = servers.get(origin) ?? new Server(origin);
  servers.set(origin, server);
  return server;
}

const turns = new Map<string, Turns>();

/** When the server at an origin is asked. */
function turnsOf(origin: string): Turns {
  const found = turns.get(origin) ?? new Turns(() => askServer(origin));
  turns.set(origin, found);
  return found;
}

/** Accounts that are asked for in one call. */
type Group = { server: Server; accounts: BoundAccount[]; signers: Signer[] };

function groups(accounts: BoundAccount[]): Group[] {
  const found: Group[] = [];
  for (const account of accounts) {
    const server = serverOf(account.bond.origin);
    let group = found.find((group) => group.server === server && hasRoom(group, account));
    if (group === undefined) found.push(group = { server, accounts: [], signers: [] });
    group.accounts.push(account);
    group.signers.push({ account: account.bond.account, key: account.bond.key });
  }
  return found;
}

/** INVARIANT: one call has no account twice, as while it is set up anew on the same phone: `gone` could mean either. */
const hasRoom = ({ accounts }: Group, { bond }: BoundAccount) =>
  accounts.length < MOST_HELLOS && !accounts.some((other) => other.bond.account === bond.account);

let round = 0;

/** Asks every server for requests, each by itself: a slow one holds up no other. Ends when all were asked. */
export async function refresh(): Promise<void> {
  const mine = round += 1;
  const origins = new Set(state.accounts.filter(isBound).map(({ bond }) => bond.origin));
  await Promise.all([...origins].map(refreshServer));
  if (mine !== round) return;
  state.asked = true;
  state.changed();
}

/** Asks one server for requests. */
export const refreshServer = (origin: string): Promise<void> => turnsOf(origin).now();

async function askServer(origin: string): Promise<void> {
  await Promise.all(groups(state.accounts.filter(isBound).filter(({ bond }) => bond.origin === origin)).map(ask));
}

async function ask({ server, accounts, signers }: Group): Promise<void> {
  try {
    const { requests, gone } = await server.requests(signers);
    const here = new Map(accounts.map((account) => [account.bond.account, account]));
    state.silent.delete(server.origin);
    await markAll(accounts, gone);
    state.waiting = [
      ...state.waiting.filter(({ of }) => !accounts.some(({ id }) => id === of.id)),
      ...requests.flatMap((asked) => {
        const of = here.get(asked.account);
        return of === undefined ? [] : [{ asked, of }];
      }),
    ];
    for (const { account, purpose } of requests) {
      // A sign-in is asked about only when the app is a way to sign in: the answer that said so was lost on its way.
      const of = here.get(account);
      if (purpose === 'sign_in' && of?.bond.finished === false) await finishAccount(of.id);
    }
  } catch (error) {
    if (error instanceof Unreachable) state.silent.add(server.origin);
    else if (!(error instanceof Refusal)) console.warn('requests:', error);
  }
  state.changed();
}

/** Marks the accounts of one call as the server has answered: those that it names are gone, the others are not. */
async function markAll(accounts: BoundAccount[], gone: string[]): Promise<void> {
  for (const { id, bond } of accounts) {
    const now = state.account(id);
    const isNamed = gone.includes(bond.account);
    if (now !== undefined && isGone(now) !== isNamed) await markGone(id, isNamed);
  }
}

let listening = false;
const listeners = new Map<string, AbortController>();

/** Starts to listen: the app is on the screen. */
export function start(): void {
  listening = true;
  listenToAll();
  void refresh();
}

/** Stops: nobody looks, and notifications wake the app. */
export function stop(): void {
  listening = false;
  listenToAll();
}

/** Connects anew at once, for instance when the network is back. */
export function restart(): void {
  stop();
  start();
}

/** Listens for the accounts that are here now, and for no others: the server has no news of those that are gone. */
export function listenToAll(): void {
  const heard = listening ? state.accounts.filter(isBound).filter((account) => !isGone(account)) : [];
  const wanted = new Map(groups(heard).map((group) => [keyOf(group), group]));
  for (const [key, controller] of listeners) {
    if (wanted.has(key)) continue;
    controller.abort();
    listeners.delete(key);
  }
  for (const [key, group] of wanted) {
    if (listeners.has(key)) continue;
    const controller = new AbortController();
    listeners.set(key, controller);
    void listen(group, controller.signal);
  }
}

const keyOf = ({ server, accounts }: Group) => JSON.stringify([server.origin, ...accounts.map(({ id }) => id)]);

async function listen({ server, signers }: Group, stop: AbortSignal): Promise<void> {
  const turns = turnsOf(server.origin);
  let failures = 0;
  while (!stop.aborted) {
    let pause = 0;
    try {
      await server.events(signers, stop, {
        connected() {
          failures = 0;
          // What came between the last question and this moment was told to nobody.
          turns.soon();
        },
        changed: () => turns.soon(),
      });
    } catch (error) {
      if (stop.aborted) return;
      failures += 1;
      if (error instanceof Refusal && error.word === 'too_many') pause = error.wait * 1000;
      else turns.soon();
    }
    await sleep(Math.max(pause, delay(failures, Math.random())), stop);
  }
}

const sleep = (milliseconds: number, stop: AbortSignal) => new Promise<void>((resolve) => {
  const timer = setTimeout(resolve, milliseconds);
  stop.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
});
