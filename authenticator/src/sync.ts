// Keeps up with the servers: asks for requests, and listens for news while the app is on the screen.
import { delay } from './core/backoff';
import { MOST_HELLOS, Refusal, Server, type Signer, Unreachable } from './core/protocol';
import { state } from './state';
import { type BoundAccount, isBound } from './store/account';
import { finishAccount, loseAccount } from './store/accounts';

const servers = new Map<string, Server>();

/** The server at an origin, with what is known of its clock. */
export function serverOf(origin: string): Server {
  const server = servers.get(origin) ?? new Server(origin);
  servers.set(origin, server);
  return server;
}

/** Accounts that are asked for in one call. */
type Group = { server: Server; accounts: BoundAccount[]; signers: Signer[] };

function groups(): Group[] {
  const found: Group[] = [];
  for (const account of state.accounts.filter(isBound)) {
    const server = serverOf(account.bond.origin);
    let group = found.find((group) => group.server === server && group.accounts.length < MOST_HELLOS);
    if (group === undefined) found.push(group = { server, accounts: [], signers: [] });
    group.accounts.push(account);
    group.signers.push({ account: account.bond.account, key: account.bond.key });
  }
  return found;
}

let running: Promise<void> | undefined;
let again = false;

/** Asks every server for requests. Asked while it is at it, it asks once more afterwards. */
export function refresh(): Promise<void> {
  if (running !== undefined) {
    again = true;
    return running;
  }
  running = (async () => {
    do {
      again = false;
      await Promise.all(groups().map(ask));
      if (!again) state.asked = true;
      state.changed();
    } while (again);
  })().finally(() => { running = undefined; });
  return running;
}

async function ask({ server, accounts, signers }: Group): Promise<void> {
  try {
    const { requests, gone } = await server.requests(signers);
    const here = new Map(accounts.map((account) => [account.bond.account, account]));
    state.silent.delete(server.origin);
    state.waiting = [
      ...state.waiting.filter(({ of }) => !accounts.some(({ id }) => id === of.id)),
      ...requests.flatMap((asked) => {
        const of = here.get(asked.account);
        return of === undefined ? [] : [{ asked, of }];
      }),
    ];
    for (const account of gone) await loseAccount(here.get(account)?.id ?? '');
    for (const { account, purpose } of requests) {
      // A sign-in is asked about only when the app is a way to sign in: the answer that said so was lost on its way.
      const of = here.get(account);
      if (purpose === 'sign_in' && of?.bond.finished === false) await finishAccount(of.id);
    }
  } catch (error) {
    if (error instanceof Unreachable) state.silent.add(server.origin);
    else if (!(error instanceof Refusal)) console.warn('requests:', error);
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

/** Listens for the accounts that are here now, and for no others. */
export function listenToAll(): void {
  const wanted = new Map((listening ? groups() : []).map((group) => [keyOf(group), group]));
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
  let failures = 0;
  while (!stop.aborted) {
    let pause = 0;
    try {
      await server.events(signers, stop, {
        connected() {
          failures = 0;
          // What came between the last question and this moment was told to nobody.
          void refresh();
        },
        changed: () => void refresh(),
      });
    } catch (error) {
      if (stop.aborted) return;
      failures += 1;
      if (error instanceof Refusal && error.word === 'too_many') pause = error.wait * 1000;
      else void refresh();
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
