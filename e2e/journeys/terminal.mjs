// An authenticator app without a phone: the command line's, and another client of the protocol that hears of requests while
// it is open. Pages are read without JavaScript.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { App } from '../lib/app.mjs';
import { told } from '../lib/agent.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Events } from '../lib/events.mjs';
import { outcomeOf, pause, until } from '../lib/process.mjs';
import { discover, oidc, request } from '../lib/relying-party.mjs';
import { anotherNumber, enterPassword, linkOn, numberOn, signOut, toBinding } from '../lib/signin.mjs';
import { BINARY } from '../lib/world.mjs';

/** How soon whoever waits must hear of what was done at another server. */
const AT_MOST = 2000;

export async function run({ world, check }) {
  await Promise.all([byCommand({ world, check }), byStream({ world, check })]);
}

async function byCommand({ world, check }) {
  const step = stepsOf(check);
  const someone = world.person('health-visitor');
  const manager = world.person('centre-manager');
  const agent = world.agent();
  const file = world.at('terminal.json');
  const app = (...args) => outcomeOf(BINARY, ['authenticator', '--file', file, '--roots', world.pki.authority, ...args], { cwd: world.folder });
  /** Runs a verb that must succeed; gives what it printed. */
  const done = async (...args) => {
    const { code, printed, complaints } = await app(...args);
    assert.equal(code, 0, complaints);
    return printed;
  };
  /** Runs a verb that must be refused; gives why. */
  const refused = async (...args) => {
    const { code, printed, complaints } = await app(...args);
    assert.equal(code, 1, printed);
    return complaints;
  };
  const goOn = (page, who = agent) => who.submitTo(page, '/signin/app');

  await step('a person enrols with the command line', async () => {
    let page = await toBinding(agent, world, someone);
    const link = linkOn(page.text);
    assert(link.startsWith(`${world.issuer}/authenticator/#enrol=`), link);
    assert.match(await done('enrol', link, '--name', 'Terminal'), new RegExp(`^Added ${someone.address} at Weir Lane Health Centre\\.`));
    assert.equal(fs.statSync(file).mode & 0o777, 0o600, 'others can read its keys');
    page = await goOn(page);
    assert.match(page.text, /<strong>Terminal<\/strong>/);
    assert.match(await refused('enrol', link), /not_accepted/, 'the code was used twice');
    assert.equal((await done('approve', '--number', numberOn(page.text))).trim().split('\n').at(-1), 'approved');
    page = await goOn(page);
    assert.equal(page.url.pathname, '/profile/self-enrol/done', told(page));
    await signOut(agent, world);
  });

  await step('the request names the application; a wrong number ends it, and the next one signs in', async () => {
    const config = await discover(world, 'web');
    const asked = await request(config, world.callback);
    const stop = (next) => next.href.startsWith(world.callback);
    let page = await agent.open(asked.url, stop);
    page = await agent.submit(page, { address: someone.address, password: someone.password });
    assert.equal(page.url.pathname, '/signin/app', told(page));
    const number = numberOn(page.text);
    const listed = await done('list');
    assert.match(listed, new RegExp(`^Request [0-9a-f-]{36} for ${someone.address} at Weir Lane Health Centre$`, 'm'));
    assert.match(listed, /^ {2}application: +Records viewer$/m);
    assert.match(listed, /^ {2}address: +127\.0\.0\.1$/m);
    assert.doesNotMatch(listed, /WARNING/, 'this browser has signed in before');
    assert.match(await refused('approve', '--number', anotherNumber(number)), /not the number on the page/);
    page = await goOn(page);
    assert.match(page.text, /SIGNIN-027/, told(page));
    assert.match(await refused('approve', '--number', number), /no request is open/);
    page = await agent.submitTo(page, '/signin/send');
    await done('approve', '--number', numberOn(page.text));
    page = await agent.submitTo(page, '/signin/app', {}, stop);
    assert(page.stoppedAt, told(page));
    const tokens = await oidc.authorizationCodeGrant(config, page.stoppedAt, { ...asked.checks, idTokenExpected: true });
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(info.email, someone.address);
    await signOut(agent, world);
  });

  await step('a code of the same app signs in, too', async () => {
    let page = await enterPassword(agent, world, someone);
    page = await agent.submitTo(page, '/signin/app/code');
    assert.equal(page.url.pathname, '/signin/code', told(page));
    const [, code] = /^(\d{6}) {2}/.exec(await done('code'));
    page = await agent.submit(page, { code });
    assert.equal(page.url.pathname, '/', told(page));
    await signOut(agent, world);
  });

  await step('who says that it is not them ends the sign-in, and everybody who must is told', async () => {
    await world.wardkeyInBackground('create-admin', manager.address, '--organisation', manager.organisation, '--role', 'local-administrator');
    const thief = world.agent();
    let page = await enterPassword(thief, world, someone);
    assert.match(await done('list'), /WARNING/, 'this browser has never signed in');
    assert.match(await done('approve', '--not-me', 'not_started'), /^refused$/m);
    page = await goOn(page, thief);
    assert.match(page.text, /SIGNIN-019/, told(page));
    assert.match(await refused('approve', '--not-me', 'not_started'), /no request is open/);
    await letter(someone, /^You reported a request to sign in that you did not make$/);
    await letter(manager, /^Health visitor reported a request to sign in that they did not make$/);
  });

  /** Waits for an e-mail to `person`; there must not be two. */
  async function letter(person, subject) {
    await until(async () => {
      const subjects = world.letters(person.address).map((each) => each.subject);
      assert.equal(subjects.filter((each) => subject.test(each)).length, 1, `${person.address} got ${JSON.stringify(subjects)}`);
    });
  }
}

async function byStream({ world, check }) {
  const step = stepsOf(check);
  // Who waits is at the first server: the link to the other one is cut by another journey.
  const [here, there] = [world.nodes[0], world.nodes.at(-1)];
  const where = here === there ? 'on the only server' : 'at the other server';
  const someone = world.person('podiatrist');
  const agent = world.agent(here);
  const elsewhere = agent.through(world.towards(there));
  let app;
  let page;

  /** The stream of a page that waits for the app. */
  const waiting = async () => {
    const url = `${world.issuer}/signin/wait`;
    return new Events(await world.fetch(here)(url, { headers: { accept: 'text/event-stream', cookie: agent.cookiesFor(new URL(url)) } }));
  };

  /** Does `act`, and says when `events` said that something had changed, and when the act itself was done. */
  const heard = async (events, act) => {
    const after = events.heard.length;
    const from = Date.now();
    await act();
    // On a slow machine the act itself takes its time: what counts is how late the news is once it is done.
    const done = Date.now();
    const { at } = await events.next('changed', { after, limit: AT_MOST });
    assert(at - done < AT_MOST, `heard ${at - done} ms after an act of ${done - from} ms`);
    return `${at - from} ms (answered after ${done - from} ms)`;
  };

  /** Has the app answer at the other server while the page waits here. */
  const answered = async (number, outcome) => {
    const events = await waiting();
    const open = await app.through(world.fetch(there)).request();
    assert.deepEqual(events.heard, [], 'it says so before anything has happened');
    const when = await heard(events, async () => {
      assert.equal(await app.through(world.fetch(there)).approve(open, number), outcome);
    });
    await events.close();
    return when;
  };

  await step(`the page that shows a link hears ${where} of the app that was bound, and of its number`, async () => {
    page = await toBinding(agent, world, someone);
    const events = await waiting();
    const bound = await heard(events, async () => {
      app = await App.enrol(linkOn(page.text), 'Tablet', world.fetch(there));
    });
    await events.close();
    page = await agent.submitTo(page, '/signin/app');
    const approved = await answered(numberOn(page.text), 'approved');
    page = await agent.submitTo(page, '/signin/app');
    assert.equal(page.url.pathname, '/profile/self-enrol/done', told(page));
    await signOut(agent, world);
    return `after ${bound} and ${approved}`;
  });

  await step(`a page that waits hears ${where} of a wrong number and of the right one, and the app of the next request`, async () => {
    page = await enterPassword(elsewhere, world, someone);
    assert.equal(page.url.pathname, '/signin/app', told(page));
    const wrong = await answered(anotherNumber(numberOn(page.text)), 'wrong_number');
    page = await agent.submitTo(page, '/signin/app');
    assert.match(page.text, /SIGNIN-027/, told(page));

    const events = await app.events();
    // Whatever it says to greet is not what we wait for.
    await pause(300);
    const asked = await heard(events, async () => {
      page = await elsewhere.submitTo(page, '/signin/send', {}, () => true);
    });
    page = await elsewhere.open(page.stoppedAt);
    await events.close();
    const open = await app.request();
    assert.equal(open.purpose, 'sign_in');
    assert.equal(numberOn(page.text).length, open.digits);
    const context = JSON.parse(open.context);
    assert.deepEqual({ ...context, at: 0 }, { application: null, place: null, address: '127.0.0.1', browser: null, at: 0, known: true });
    assert(Math.abs(context.at - Date.now() / 1000) < 60 && open.expires_at - context.at === 300, open.context);

    const right = await answered(numberOn(page.text), 'approved');
    page = await agent.submitTo(page, '/signin/app');
    assert.equal(page.url.pathname, '/', told(page));
    await signOut(agent, world);
    return `wrong after ${wrong}, asked after ${asked}, right after ${right}`;
  });

  await step('the protocol answers as its page says', async () => {
    page = await enterPassword(agent, world, someone);
    const open = await app.request();
    const { account } = app;
    const signature = 'A'.repeat(86);
    const at = Math.floor(Date.now() / 1000);
    const answer = { account, request: open.request, number: numberOn(page.text), signature };
    for (const [status, word, call, body] of [
      [400, 'malformed', 'answers', {}],
      [400, 'malformed', 'answers', { ...answer, reason: 'not_started' }],
      [400, 'malformed', 'answers', { account, request: open.request, reason: 'no_reason', signature }],
      [403, 'not_accepted', 'answers', answer],
      [401, 'clock', 'requests', { hellos: [{ account, at: at - 300, signature }] }],
      [400, 'malformed', 'requests', { hellos: Array(21).fill({ account, at, signature }) }],
      [410, 'gone', 'events', { hellos: [{ account, at, signature }] }],
      [403, 'not_accepted', 'answers', { ...answer, account: crypto.randomUUID() }],
      [400, 'malformed', 'registrations', { code: 'A'.repeat(26), key: 'BA', device: 'Tablet', signature }],
      [413, 'too_large', 'answers', { ...answer, more: 'x'.repeat(16 * 1024) }],
      [404, 'unknown', 'nothing', {}],
    ]) {
      await assert.rejects(app.call(call, body), { status, word }, `${call} ${JSON.stringify(body).slice(0, 200)}`);
    }
    const looked = await world.fetch()(`${world.issuer}/authenticator/v1/answers`);
    assert.deepEqual([looked.status, (await looked.json()).error], [404, 'unknown']);
    const unknown = `${world.issuer}/authenticator/#enrol=${'A'.repeat(26)}`;
    await assert.rejects(App.enrol(unknown, 'Tablet', world.fetch()), { status: 403, word: 'not_accepted' });
    // Somebody else's signature is answered as if there were no such account.
    assert.deepEqual((await app.call('requests', { hellos: [{ account, at, signature }] })).gone, [account]);
    app.slow = 600;
    assert.equal((await app.request()).request, open.request, 'one of all that was no answer counted as one');
    assert(Math.abs(app.slow) <= 1, `it took the server's clock: ${app.slow} s off`);
    assert.equal(await app.approve(open, numberOn(page.text)), 'approved');
    assert.equal(await app.approve(open, numberOn(page.text)), 'over');
    page = await agent.submitTo(page, '/signin/app');
    assert.equal(page.url.pathname, '/', told(page));
  });
}
