// The authenticator protocol, version 1, from the app's side: what is signed, and the calls. Pure but for `fetch`.
// docs/reference/authenticator-protocol.md is what it follows, line by line.
import { base64url, type Bytes, utf8 } from './bytes';
import {
  type OpenRequest, type Outcome, readNow, readOutcome, readRegistration, readRequests, type Registration, Unreadable,
} from './answers';
import { jsonOf } from './body';
import { EventReader } from './sse';

export type Reason = 'not_started' | 'asked_by_somebody' | 'wrong_details';

/** Who says something: an account at a server, and the key that vouches for it. */
export type Signer = { account: string; key: CryptoKey };

export type Subscription = { endpoint: string; p256dh: string; auth: string };

/** How many accounts one call may ask for. */
export const MOST_HELLOS = 20;

/** How many characters a phone's name may have. */
export const LONGEST_DEVICE = 60;

/** A call takes no longer than this. */
const PATIENCE = 15_000;
/** The server sends a comment every 20 seconds; after so long without any the line is dead. */
const SILENCE = 50_000;
const WAIT_UNTOLD = 60;
/** However long a server asks to be left alone: a timer of a browser cannot wait for ever. */
const LONGEST_WAIT = 3600;

/** The server has said no. */
export class Refusal extends Error {
  constructor(readonly word: string, readonly wait: number) {
    super(`the server answered \`${word}\``);
  }
}

/** The server was not reached, or something else answered in its place. */
export class Unreachable extends Error {}

/** The exact bytes that are signed. */
export const statement = {
  register: (origin: string, code: string, key: string, device: string) => lines('register', origin, code, key, device),
  hello: (origin: string, account: string, at: number) => lines('hello', origin, account, String(at)),
  subscribe: (origin: string, account: string, at: number, { endpoint, p256dh, auth }: Subscription) =>
    lines('subscribe', origin, account, String(at), endpoint, p256dh, auth),
  approve: (origin: string, { account, request, nonce }: OpenRequest, contextHash: string, number: string) =>
    lines('approve', origin, account, request, nonce, contextHash, number),
  refuse: (origin: string, { account, request, nonce }: OpenRequest, contextHash: string, reason: Reason) =>
    lines('refuse', origin, account, request, nonce, contextHash, reason),
};

function lines(purpose: string, ...fields: string[]): Bytes {
  // SECURITY: a line break inside a field would let one statement read as another.
  if (fields.some((field) => /[\r\n]/.test(field))) throw new Unreadable('a field holds a line break');
  return utf8([`wardkey-authenticator/1 ${purpose}`, ...fields].join('\n'));
}

export const sign = async (key: CryptoKey, bytes: Bytes): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes)));

/** A key that no script can read out. */
export const makeKey = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);

const hashOf = async (text: string) => base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))));

/** The world around a server, for tests to replace. */
export type World = { fetch: (address: string, options: RequestInit) => Promise<Response>; now: () => number };

const BROWSER: World = { fetch: (address, options) => fetch(address, options), now: Date.now };

/** One server, and how far its clock is from the phone's. */
export class Server {
  #ahead = 0;

  constructor(readonly origin: string, private readonly world: World = BROWSER) {}

  /** The server's time as far as it is known, in seconds since 1970. */
  now(): number {
    return Math.floor(this.world.now() / 1000) + this.#ahead;
  }

  /** How many seconds the phone's clock is behind the server's. */
  get ahead(): number {
    return this.#ahead;
  }

  async register(code: string, device: string, pair: CryptoKeyPair): Promise<Registration> {
    const key = base64url(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
    const signature = await sign(pair.privateKey, statement.register(this.origin, code, key, device));
    const { origin, ...registration } = readRegistration(await this.#call('registrations', { code, key, device, signature }));
    // SECURITY: a server speaks for itself only; its answer must not make us talk to, or name, another one.
    if (origin !== this.origin) throw new Unreadable('the server says that it is another one');
    return registration;
  }

  async requests(signers: Signer[]): Promise<{ requests: OpenRequest[]; gone: string[] }> {
    const answer = readRequests(await this.#timed('requests', () => this.#hellos(signers)));
    const asked = new Set(signers.map(({ account }) => account));
    return {
      requests: answer.requests.filter(({ account }) => asked.has(account)),
      gone: answer.gone.filter((account) => asked.has(account)),
    };
  }

  /** Listens until the server ends the stream or the line is dead; `connected` and each `changed` are told. */
  async events(signers: Signer[], stop: AbortSignal, told: { connected(): void; changed(): void }): Promise<void> {
    const silence = new Watch(PATIENCE);
    try {
      const signal = AbortSignal.any([stop, silence.signal]);
      const answer = await this.#retried(async () => this.#send('events', await this.#hellos(signers), signal));
      if (!(answer.headers.get('content-type') ?? '').startsWith('text/event-stream') || answer.body === null) {
        throw new Unreachable('something else answered');
      }
      told.connected();
      const reader = answer.body.getReader();
      const text = new TextDecoder();
      const events = new EventReader();
      for (;;) {
        silence.restart(SILENCE);
        const { done, value } = await reader.read();
        if (done) return;
        if (events.read(text.decode(value, { stream: true })).includes('changed')) told.changed();
      }
    } catch (error) {
      throw error instanceof Refusal ? error : new Unreachable('the connection broke', { cause: error });
    } finally {
      silence.end();
    }
  }

  async subscribe({ account, key }: Signer, { endpoint, p256dh, auth }: Subscription): Promise<void> {
    await this.#timed('subscriptions', async () => {
      const at = this.now();
      const signature = await sign(key, statement.subscribe(this.origin, account, at, { endpoint, p256dh, auth }));
      return { account, at, endpoint, p256dh, auth, signature };
    });
  }

  async approve(key: CryptoKey, asked: OpenRequest, number: string): Promise<Outcome> {
    const signature = await sign(key, statement.approve(this.origin, asked, await hashOf(asked.context), number));
    return readOutcome(await this.#call('answers', { account: asked.account, request: asked.request, number, signature }));
  }

  async refuse(key: CryptoKey, asked: OpenRequest, reason: Reason): Promise<Outcome> {
    const signature = await sign(key, statement.refuse(this.origin, asked, await hashOf(asked.context), reason));
    return readOutcome(await this.#call('answers', { account: asked.account, request: asked.request, reason, signature }));
  }

  async #hellos(signers: Signer[]): Promise<object> {
    const at = this.now();
    const hello = async ({ account, key }: Signer) =>
      ({ account, at, signature: await sign(key, statement.hello(this.origin, account, at)) });
    return { hellos: await Promise.all(signers.map(hello)) };
  }

  /** A call whose statement holds a moment: made once more when the server's clock differs, which it then has told. */
  #timed(name: string, body: () => Promise<object>): Promise<unknown> {
    return this.#retried(async () => this.#call(name, await body()));
  }

  async #retried<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof Refusal && error.word === 'clock') return send();
      throw error;
    }
  }

  async #call(name: string, body: object): Promise<unknown> {
    const answer = await this.#send(name, body, AbortSignal.timeout(PATIENCE));
    return this.#json(answer);
  }

  async #send(name: string, body: object, signal: AbortSignal): Promise<Response> {
    let answer;
    try {
      answer = await this.world.fetch(`${this.origin}/authenticator/v1/${name}`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal,
        credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer',
      });
    } catch (cause) {
      throw new Unreachable('the server was not reached', { cause });
    }
    if (answer.ok) return answer;
    const said = (await this.#json(answer)) as { error?: unknown };
    const wait = Number(answer.headers.get('retry-after') ?? WAIT_UNTOLD);
    throw new Refusal(wordOf(answer.status, said?.error), wait > 0 ? Math.min(wait, LONGEST_WAIT) : WAIT_UNTOLD);
  }

  async #json(answer: Response): Promise<unknown> {
    let body: unknown;
    try {
      body = await jsonOf(answer);
    } catch (cause) {
      // A proxy or a hotel's sign-in page answers in HTML.
      throw new Unreachable('something else answered', { cause });
    }
    const now = readNow(body);
    if (now !== undefined) this.#ahead = now - Math.floor(this.world.now() / 1000);
    return body;
  }
}

/** What a refusal says. A server that fails has decided nothing, whatever word it used. */
function wordOf(status: number, said: unknown): string {
  if (status >= 500) return 'unavailable';
  return typeof said === 'string' ? said : 'unknown';
}

/** A timer that can be set again, as a signal. */
class Watch {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number) {
    this.restart(milliseconds);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), milliseconds);
  }

  /** What listens to the signal ends, too: nothing more of a stream is fetched after this. */
  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}
