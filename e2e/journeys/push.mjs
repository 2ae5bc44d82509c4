// Web Push: an app that is not on the screen is woken, and the push service learns nothing but that it is.
import assert from 'node:assert/strict';
import { App } from '../lib/app.mjs';
import { told } from '../lib/agent.mjs';
import { stepsOf } from '../lib/check.mjs';
import { pause } from '../lib/process.mjs';
import { enterPassword, linkOn, numberOn, signOut, toBinding } from '../lib/signin.mjs';

/** A message that is sent at all is sent within this time: workers look twice a second. */
const SENT_WITHIN = 1500;
/** How long the recorder asks for patience, in seconds. */
const PATIENCE = 2;
/** A day is the most for which a sender may vouch [RFC 8292 §2]. */
const DAY = 86_400;

export async function run({ world, check }) {
  await Promise.all([wakes({ world, check }), expires({ world, check })]);
}

/** A person with an app that says where it is woken as soon as it can. */
class Owner {
  static async enrol(world, role) {
    const owner = new Owner();
    Object.assign(owner, { world, person: world.person(role), agent: world.agent() });
    let page = await toBinding(owner.agent, world, owner.person);
    owner.app = await App.enrol(linkOn(page.text), 'Phone', world.fetch());
    await owner.subscribe();
    page = await owner.agent.submitTo(page, '/signin/app');
    await owner.app.approve(await owner.app.request(), numberOn(page.text));
    page = await owner.agent.submitTo(page, '/signin/app');
    assert.equal(page.url.pathname, '/profile/self-enrol/done', told(page));
    await signOut(owner.agent, world);
    return owner;
  }

  async subscribe() {
    this.subscription = await this.world.pushService.subscribe(this.app.vapid);
    assert.deepEqual(await this.app.subscribe(this.subscription), {});
  }

  /** Begins a sign-in; gives the request that the app is asked. */
  async begin() {
    this.page = await enterPassword(this.agent, this.world, this.person);
    assert.equal(this.page.url.pathname, '/signin/app', told(this.page));
    return this.app.request();
  }

  /** Approves it, and signs out again. */
  async finish(open) {
    assert.equal(await this.app.approve(open, numberOn(this.page.text)), 'approved');
    const page = await this.agent.submitTo(this.page, '/signin/app');
    assert.equal(page.url.pathname, '/', told(page));
    await signOut(this.agent, this.world);
  }
}

async function wakes({ world, check }) {
  const step = stepsOf(check);
  const requests = [];
  let owner;
  let subscription;

  await step('an app says where it is woken, and no address that the server may not call is taken', async () => {
    owner = await Owner.enrol(world, 'dietitian');
    ({ subscription } = owner);
    const { port } = world.pushService;
    for (const endpoint of [
      `http://127.0.0.1:${port + 1}/notify/1`, `https://127.0.0.1:${port + 1}/notify/1`, 'http://push.example/1',
      'https://10.0.0.1/1', 'https://192.168.1.1/1', 'https://169.254.169.254/1', 'https://[::1]/1', 'https://[::ffff:10.0.0.1]/1',
      'https://0x7f000001/1', `https://me:secret@127.0.0.1:${port}/1`, `${subscription.endpoint}#part`, 'ftp://push.example/1', 'nowhere',
    ]) {
      await assert.rejects(owner.app.subscribe({ ...subscription, endpoint }), { status: 400, word: 'malformed' }, endpoint);
    }
    const { p256dh, auth } = subscription;
    for (const keys of [{ p256dh: p256dh.slice(4) }, { p256dh: auth }, { auth: p256dh }, { auth: `${auth}==` }]) {
      await assert.rejects(owner.app.subscribe({ ...subscription, ...keys }), { status: 400, word: 'malformed' }, JSON.stringify(keys));
    }
  });

  await step('a sign-in wakes it once', async () => {
    const open = await owner.begin();
    await subscription.message(1);
    await owner.finish(open);
    assert.deepEqual(subscription.statuses(), [201]);
    requests.push(open.request);
  });

  await step('a push service that is too busy is asked again after the time that it said', async () => {
    await subscription.answerOnce(503, { 'retry-after': String(PATIENCE) });
    const open = await owner.begin();
    await subscription.message(3);
    const [, first, second] = subscription.messages();
    const waited = second.heardAt - first.heardAt;
    assert(waited >= PATIENCE * 1000 - 50, `it waited ${waited} ms`);
    assert.equal(second.headers.topic, first.headers.topic, 'one that is sent again replaces itself');
    await owner.finish(open);
    requests.push(open.request, open.request);
    return `after ${waited} ms`;
  });

  await step('each message came once, and tells the push service nothing', async () => {
    await pause(SENT_WITHIN);
    const messages = subscription.messages();
    assert.deepEqual(subscription.statuses(), [201, 503, 201]);
    assert.equal(new Set(messages.map(({ body }) => Buffer.from(body, 'base64').length)).size, 1, 'their sizes differ');
    assert.equal(new Set(messages.map(({ body }) => body)).size, messages.length, 'one was encrypted only once');
    assert.equal(new Set(messages.map(({ headers }) => headers.topic)).size, 2, 'a topic for each request');
    for (const { method, headers } of messages) {
      assert.equal(method, 'POST');
      assert.equal(headers['content-encoding'], 'aes128gcm');
      assert.equal(headers.urgency, 'high');
      assert.match(headers.ttl, /^\d+$/);
      assert(headers.ttl >= 1 && headers.ttl <= 300, `ttl: ${headers.ttl}`);
      assert.match(headers.topic, /^[\w-]{1,32}$/);
      assert.match(headers.authorization, /^vapid t=[\w-]+\.[\w-]+\.[\w-]+,k=[\w-]+$/);
      assert.doesNotMatch(JSON.stringify(headers), /dietitian|weir-lane/i);
      assert.equal(headers.cookie, undefined);
    }
  });

  await step('independent readers find account and request in it and nothing else, vouched for by this server', async () => {
    const found = await subscription.judged();
    assert.deepEqual(found.map(({ plain }) => JSON.parse(plain)), requests.map((asked) => ({ v: 1, account: owner.app.account, request: asked })));
    for (const { signed, head, claims, key } of found) {
      assert.equal(signed, true, 'the signature of the token');
      assert.equal(head.alg, 'ES256');
      assert.equal(key, owner.app.vapid, 'another key than the app was told');
      assert.deepEqual(Object.keys(claims).sort(), ['aud', 'exp', 'sub']);
      assert.equal(claims.aud, world.pushService.origin);
      assert.equal(claims.sub, world.issuer);
      const ahead = claims.exp - Date.now() / 1000;
      assert(ahead > 0 && ahead <= DAY, `it is good for ${ahead} s`);
    }
    // The stand-in did not get the one that was turned away.
    assert.deepEqual((await subscription.read()).map((plain) => JSON.parse(plain).request), [...new Set(requests)]);
  });
}

async function expires({ world, check }) {
  const step = stepsOf(check);
  let owner;

  await step('an app whose subscription is gone is asked all the same, and nothing more is sent there', async () => {
    owner = await Owner.enrol(world, 'paramedic');
    const gone = owner.subscription;
    await gone.expire();
    const first = await owner.begin();
    await gone.message(1);
    assert.deepEqual(gone.statuses(), [410]);
    await owner.finish(first);
    const second = await owner.begin();
    await pause(SENT_WITHIN);
    await owner.finish(second);
    assert.deepEqual(gone.statuses(), [410]);
  });

  await step('a new subscription replaces it, and another one replaces that', async () => {
    await owner.subscribe();
    const old = owner.subscription;
    await owner.subscribe();
    const open = await owner.begin();
    await owner.subscription.message(1);
    await owner.finish(open);
    assert.deepEqual(owner.subscription.statuses(), [201]);
    assert.deepEqual(old.statuses(), []);
  });
}
