// The push service of a world (peers/push-service.mjs), the subscriptions at it and what arrives for each.
import assert from 'node:assert/strict';
import path from 'node:path';
import { Peer } from './peer.mjs';
import { runInBackground, until } from './process.mjs';

const JUDGE = path.resolve('e2e/peers/judge_push.py');

export class PushService {
  #peer;
  #tickets = 0;

  static async start(world) {
    const service = new PushService();
    const files = [world.pki.key, world.pki.certificate];
    service.#peer = await Peer.start('push-service', files, { log: world.at('push-service.log') });
    world.stops.push(() => service.#peer.stop());
    service.port = service.#peer.port;
    service.origin = `https://127.0.0.1:${service.port}`;
    return service;
  }

  /** A subscription for the sender whose key is `vapid`, as a browser makes one. */
  async subscribe(vapid) {
    return new Subscription(this, await this.ask('subscribe', { key: vapid }));
  }

  async ask(act, more) {
    const ticket = (this.#tickets += 1);
    this.#peer.tell(act, { ...more, ticket });
    return this.#peer.hears((said) => said.ticket === ticket);
  }

  /** What the recorder said of `subscription`. */
  recorded(event, subscription) {
    return this.#peer.said.filter((said) => said.event === event && said.subscription === subscription);
  }
}

/** One subscription: `endpoint`, `p256dh` and `auth` are what an app knows of it. */
class Subscription {
  #service;
  #id;
  #secret;

  constructor(service, { subscription, endpoint, p256dh, auth, secret }) {
    Object.assign(this, { endpoint, p256dh, auth });
    this.#service = service;
    this.#id = subscription;
    this.#secret = secret;
  }

  /** Every message that came, whatever it was answered. */
  messages() {
    return this.#service.recorded('message', this.#id);
  }

  /** The statuses that they were answered with. */
  statuses() {
    return this.#service.recorded('answered', this.#id).map(({ status }) => status);
  }

  /** Waits until as many messages have come and were answered; gives the newest. */
  async message(count) {
    await until(async () => assert.equal(this.statuses().length, count, 'messages'), { every: 10 });
    return this.messages().at(-1);
  }

  async expire() {
    await this.#service.ask('expire', { subscription: this.#id });
  }

  /** Has the next message answered with `status`, once; the stand-in does not get it. */
  async answerOnce(status, headers = {}) {
    await this.#service.ask('answer', { subscription: this.#id, status, headers });
  }

  /** What the stand-in has decrypted. */
  async read() {
    return (await this.#service.ask('read', { subscription: this.#id })).messages;
  }

  /** What the judges find in each message. */
  async judged() {
    const cases = this.messages().map(({ headers, body }) =>
      ({ body, authorization: headers.authorization, secret: this.#secret, auth: this.auth }));
    return JSON.parse(await runInBackground('python3', [JUDGE], { input: JSON.stringify(cases) }));
  }
}
