// Apache with mod_auth_openidc: an application for browsers, and a resource server for tokens.
import assert from 'node:assert/strict';
import { stepsOf } from '../lib/check.mjs';
import { until, eventually } from '../lib/process.mjs';
import { signIn } from '../lib/signin.mjs';

const shown = (page, id) => page.text.match(new RegExp(`id="${id}">([^<]*)<`))?.[1];

export async function run({ world, check }) {
  const step = stepsOf(check);
  const { apache } = world;
  const agent = world.agent();
  const someone = world.person('physiotherapist');
  const atIssuer = (page) => page.url.origin === new URL(world.issuer).origin;
  let token;

  const api = async (bearer) => (await agent.request(apache.api, { headers: { authorization: `Bearer ${bearer}` } })).status;

  /** Waits until the application has heard that the session is over: it sends the browser away. */
  const heard = () => until(async () => {
    const page = await agent.request(apache.page);
    assert.equal(page.status, 302, 'the application still has its session');
    assert(page.headers.location.startsWith(world.issuer));
  });

  await step('code, PKCE and userinfo lead to the application', async () => {
    const page = await signIn(agent, await agent.open(apache.page), someone);
    assert.equal(page.url.href, apache.page);
    assert.match(shown(page, 'user'), /\S+@|\S{20,}/);
    assert.equal(shown(page, 'email'), someone.address);
    assert.equal(shown(page, 'name'), someone.name);
    token = shown(page, 'token');
    assert.match(token, /\S{20,}/);
  });

  await step('as a resource server it takes the token after introspection, and no other', async () => {
    assert.equal(await api(token), 200);
    assert.equal(await api('made-up'), 401);
    assert.equal(await api(`${token.slice(0, -2)}AA`), 401);
  });

  await step('signing out in the application signs out here and comes back (RP-initiated logout)', async () => {
    let page = await agent.open(apache.signOut);
    if (atIssuer(page)) page = await agent.submitTo(page, '/signout');
    assert.equal(page.url.href, apache.bye);
    await eventually(async () => assert.equal((await agent.request(`${world.issuer}/session/check`)).status, 401));
    page = await agent.open(apache.page);
    assert(atIssuer(page) && page.url.pathname === '/signin', `it led to ${page.url}`);
    assert.equal(await api(token), 401, 'the token outlived the session');
  });

  await step('signing out here ends the session there (back-channel logout)', async () => {
    const page = await signIn(agent, await agent.open(apache.page), someone);
    assert.equal(page.url.href, apache.page);
    const portal = await agent.open(`${world.issuer}/signout`);
    assert.equal((await agent.submitTo(portal, '/signout')).url.pathname, '/signed-out');
    await heard();
  });

  await step('the command line ends the session there, too', async () => {
    const page = await signIn(agent, await agent.open(apache.page), someone);
    assert.equal(page.url.href, apache.page);
    token = shown(page, 'token');
    assert.equal(await api(token), 200);
    const told = await world.wardkeyInBackground('account', 'end-sessions', someone.address, '--reason', 'a lost laptop');
    assert.match(told, /sessions? .*ended/);
    await until(async () => assert.equal(await api(token), 401), { limit: 3000 });
    await heard();
  });
}
