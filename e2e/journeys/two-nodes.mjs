// Two servers on one database: what one learns the other acts upon, and nothing is spent twice.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { stepsOf } from '../lib/check.mjs';
import { Phone } from '../lib/phone.mjs';
import { pause, until } from '../lib/process.mjs';
import { answerFor, discover, oidc, request, tokensFor } from '../lib/relying-party.mjs';
import { keyOn, signIn, signOut } from '../lib/signin.mjs';

/** How soon a revocation must be known to a node that hears nothing from the others. */
const AT_MOST = 3000;
/** How often a race is run: a fault may need luck to show. */
const RACES = 5;

export async function run({ world, check }) {
  if (world.nodes.length < 2) return;
  await Promise.all([together({ world, check }), cut({ world, check })]);
}

const works = async (agent, world) => (await agent.request(`${world.issuer}/session/check`)).status === 204;

/** What becomes of `attempts` that all begin at once. */
async function race(attempts) {
  const settled = await Promise.allSettled(attempts.map((attempt) => attempt()));
  return { won: settled.filter(({ status }) => status === 'fulfilled').length, settled };
}

async function together({ world, check }) {
  const step = stepsOf(check);
  const [one, two] = world.nodes;
  const someone = world.person('pharmacist');
  const agent = world.agent(one);

  await step('a sign-in begun on one node goes on at the other', async () => {
    const there = agent.through(world.towards(two));
    let page = await agent.open(`${world.issuer}/signin`);
    page = await there.submit(page, { address: someone.address, password: someone.password });
    page = await agent.open(`${world.issuer}/profile/self-enrol`);
    page = await there.submitTo(page, '/profile/self-enrol');
    page = await agent.submitTo(page, '/profile/self-enrol/method', { method: 'totp' });
    someone.phone = new Phone(keyOn(page.text));
    page = await there.submitTo(page, '/profile/self-enrol/app', { code: await someone.phone.code(), label: 'Work phone' });
    assert.equal(page.url.pathname, '/profile/self-enrol/done');
    assert(await works(agent, world) && await works(there, world), 'the session works on one node only');
  });

  await step('what was enrolled on one node is asked for on the other', async () => {
    const other = world.agent(two);
    const page = await signIn(other, await other.open(`${world.issuer}/signin`), someone);
    assert.equal(page.url.pathname, '/');
  });

  await step('one code, used on both nodes at once, signs in once', async () => {
    const code = await someone.phone.code();
    const browsers = [world.agent(one), world.agent(two)];
    const pages = await Promise.all(browsers.map(async (browser) => {
      const page = await browser.open(`${world.issuer}/signin`);
      return browser.submit(page, { address: someone.address, password: someone.password });
    }));
    await race(browsers.map((browser, index) => () => browser.submitTo(pages[index], '/signin/code', { code })));
    const signedIn = await Promise.all(browsers.map((browser) => works(browser, world)));
    assert.equal(signedIn.filter(Boolean).length, 1);
  });

  const [here, there] = await Promise.all([discover(world, 'web', one), discover(world, 'web', two)]);

  await step('an authorization code, raced on both nodes, is spent once', async () => {
    for (let round = 0; round < RACES; round += 1) {
      const asked = await request(here, world.callback);
      const answer = await answerFor(agent, someone, asked.url, world.callback);
      const { won } = await race([here, there, here, there].map((config) => () =>
        oidc.authorizationCodeGrant(config, answer, { ...asked.checks, idTokenExpected: true })));
      assert(won <= 1, `it was spent ${won} times`);
      assert(won === 1, 'nobody got it');
    }
  });

  await step('a refresh token, raced on both nodes, is spent once', async () => {
    for (let round = 0; round < RACES; round += 1) {
      const { tokens } = await tokensFor(here, agent, someone, world.callback);
      const { won } = await race([here, there, here, there].map((config) => () =>
        oidc.refreshTokenGrant(config, tokens.refresh_token)));
      assert.equal(won, 1);
    }
  });

  await step('a token revoked on one node is dead on the other', async () => {
    const { tokens } = await tokensFor(here, agent, someone, world.callback);
    assert.equal((await oidc.tokenIntrospection(there, tokens.access_token)).active, true);
    await oidc.tokenRevocation(here, tokens.access_token);
    await until(async () => assert.equal((await oidc.tokenIntrospection(there, tokens.access_token)).active, false), { limit: 1000 });
  });

  await step('a session ended on one node is refused by the other at once', async () => {
    const elsewhere = agent.through(world.towards(two));
    assert(await works(elsewhere, world));
    await signOut(agent, world);
    await until(async () => assert.equal(await works(elsewhere, world), false), { limit: 1000 });
  });

  await check('both nodes served people through the one address', async () => {
    const agents = Array.from({ length: 4 }, () => world.agent());
    await Promise.all(agents.map((browser) => browser.open(`${world.issuer}/signin/help`)));
    for (const node of world.nodes) assert.match(fs.readFileSync(node.log, 'utf8'), /"route":"\/signin\/help"/, node.name);
  });
}

/** The second node stops hearing the first, in the two ways in which that happens. */
async function cut({ world, check }) {
  const step = stepsOf(check);
  const [one, two] = world.nodes;
  const someone = world.person('dispenser');
  const sessions = [];

  await step('three browsers are signed in on the first node and known to the second', async () => {
    for (let count = 0; count < 3; count += 1) {
      const browser = world.agent(one);
      const page = await signIn(browser, await browser.open(`${world.issuer}/signin`), someone);
      assert.equal(page.url.pathname, '/');
      const config = await discover(world, 'web', one);
      const { tokens } = await tokensFor(config, browser, someone, world.callback, { scope: 'openid' });
      sessions.push({ browser, there: browser.through(world.towards(two)), token: tokens.access_token });
    }
  });
  const asking = await discover(world, 'web', two);

  for (const [state, words] of [['silent', 'nothing arrives on the link'], ['broken', 'the link is broken and stays so']]) {
    await step(`${words}: a session ended on the first node is refused by the second within three seconds`, async () => {
      const { browser, there, token } = sessions.pop();
      assert(await works(there, world));
      assert.equal((await oidc.tokenIntrospection(asking, token)).active, true);
      assert(world.link.listeners() > 0, 'the second node does not listen');
      world.link.set(state);
      await signOut(browser, world);
      const ended = Date.now();
      let lastGood = 0;
      while (Date.now() - ended < AT_MOST + 1000) {
        // What was good when it was asked for may be told later.
        const asked = Date.now() - ended;
        const [session, known] = await Promise.all([works(there, world), oidc.tokenIntrospection(asking, token)]);
        if (session || known.active) lastGood = asked;
        await pause(50);
      }
      assert(lastGood < AT_MOST, `it was still good after ${lastGood} ms`);
      return `last good after ${lastGood} ms`;
    });
    await step(`${words}: the second node goes on working`, async () => {
      const { there } = sessions.at(-1);
      assert(await works(there, world));
      const page = await there.open(`${world.issuer}/profile/sessions`);
      assert.equal(page.status, 200);
    });
    world.link.set('whole');
    await until(async () => assert(world.link.listeners() > 0));
  }

  await step('with the link whole again it hears of the end at once', async () => {
    const { browser, there } = sessions.pop();
    assert(await works(there, world));
    // What counts is that it hears, not that it doubts its memory: the link has had time to prove itself.
    await pause(1500);
    await signOut(browser, world);
    await until(async () => assert.equal(await works(there, world), false), { limit: 1000 });
  });
}
