// An authenticator app that is not ours: a client of the protocol on WebCrypto, written from
// docs/reference/authenticator-protocol.md alone. For tests only: it trusts the test to have looked at what a person would.
import assert from 'node:assert/strict';
import { Events } from './events.mjs';

const VERSION = 'wardkey-authenticator/1';
const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

/** A call that was answered with an error: its status and its word. */
export class Refusal extends Error {
  constructor(call, status, { error, now }, retryAfter) {
    super(`${call}: ${status} ${error}`);
    Object.assign(this, { status, word: error, now, retryAfter });
  }
}

/** An app with one account. */
export class App {
  #keys;
  #fetch;
  /** By how many seconds its clock is wrong. */
  slow = 0;

  /** Makes a key and binds it by the link of a page, as `device`. `fetch` says how to reach the server. */
  static async enrol(link, device, fetch) {
    const { origin, pathname, hash } = new URL(link);
    assert.equal(pathname, '/authenticator/');
    const [, code] = /^#enrol=([A-Za-z0-9]{26})$/.exec(hash) ?? [];
    assert(code, `a binding code has 26 letters and digits: ${hash}`);
    const app = new App();
    app.#fetch = fetch;
    app.origin = origin;
    app.#keys = await crypto.subtle.generateKey(KEY, false, ['sign']);
    const key = base64url(await crypto.subtle.exportKey('raw', app.#keys.publicKey));
    const signature = await app.#sign('register', code, key, device);
    Object.assign(app, await app.call('registrations', { code, key, device, signature }));
    assert.equal(app.origin, origin, 'the server names another origin than the link');
    return app;
  }

  /** The same app, reaching the server another way. */
  through(fetch) {
    const other = new App();
    Object.assign(other, this);
    other.#keys = this.#keys;
    other.#fetch = fetch;
    return other;
  }

  /** What is open, and the accounts that are gone. */
  async requests() {
    return this.#timely(async (at) => this.call('requests', await this.#hellos(at)));
  }

  /** The one request that is open. */
  async request() {
    const { requests, gone } = await this.requests();
    assert.deepEqual(gone, []);
    assert.equal(requests.length, 1, 'open requests');
    return requests[0];
  }

  /** Listens for changes. */
  async events() {
    return this.#timely(async (at) => new Events(await this.#post('events', await this.#hellos(at))));
  }

  /** Says where it is woken. */
  async subscribe({ endpoint, p256dh, auth }) {
    return this.#timely(async (at) => {
      const signature = await this.#sign('subscribe', this.account, at, endpoint, p256dh, auth);
      return this.call('subscriptions', { account: this.account, at, endpoint, p256dh, auth, signature });
    });
  }

  /** Answers `request` with the number that was typed; gives the outcome. */
  async approve(request, number) {
    return this.#answer('approve', request, { number });
  }

  /** Answers that it is not the person's own; gives the outcome. */
  async refuse(request, reason) {
    return this.#answer('refuse', request, { reason });
  }

  async #answer(statement, { request, nonce, context }, said) {
    const hash = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(context)));
    const signature = await this.#sign(statement, this.account, request, nonce, hash, ...Object.values(said));
    const { outcome } = await this.call('answers', { account: this.account, request, ...said, signature });
    return outcome;
  }

  async #hellos(at) {
    const signature = await this.#sign('hello', this.account, at);
    return { hellos: [{ account: this.account, at, signature }] };
  }

  /** Signs a statement: its fields, the first of which is always the origin. */
  async #sign(statement, ...fields) {
    const text = [`${VERSION} ${statement}`, this.origin, ...fields].join('\n');
    return base64url(await crypto.subtle.sign(SIGNATURE, this.#keys.privateKey, new TextEncoder().encode(text)));
  }

  /** Does `act` at this moment; if the server has another clock, once more by that one. */
  async #timely(act) {
    const now = () => Math.floor(Date.now() / 1000) - this.slow;
    try {
      return await act(now());
    } catch (error) {
      if (error.word !== 'clock') throw error;
      this.slow += now() - error.now;
      return act(now());
    }
  }

  /** Makes one call as it is; throws a `Refusal` unless it is answered. */
  async call(name, body) {
    const answer = await this.#post(name, body);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    return answer.json();
  }

  async #post(name, body) {
    const answer = await this.#fetch(`${this.origin}/authenticator/v1/${name}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    // Nothing is believed but signatures: a cookie would be one thing too many.
    assert.deepEqual(answer.headers.getSetCookie(), []);
    assert.equal(answer.headers.get('access-control-allow-origin'), '*', 'any origin may call');
    if (answer.ok) return answer;
    throw new Refusal(name, answer.status, await answer.json(), answer.headers.get('retry-after'));
  }
}
