// A native application: no secret, PKCE, and a loopback address on whatever port is free (RFC 8252).
import assert from 'node:assert/strict';
import http from 'node:http';
import { stepsOf } from '../lib/check.mjs';
import { answerFor, discover, oidc, refusal, request } from '../lib/relying-party.mjs';
import { signIn } from '../lib/signin.mjs';

/** The application's own listener, as it opens one for each sign-in. */
async function listen() {
  let heard;
  const answer = new Promise((resolve) => {
    heard = resolve;
  });
  const server = http.createServer((asked, reply) => {
    reply.setHeader('connection', 'close');
    reply.end('You can go back to the app.');
    heard(new URL(asked.url, `http://127.0.0.1:${server.address().port}`));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { uri: `http://127.0.0.1:${server.address().port}/callback`, answer, close: () => server.close() };
}

export async function run({ world, check }) {
  const step = stepsOf(check);
  const agent = world.agent();
  const someone = world.person('midwife');
  const stop = (next) => next.pathname === '/never';
  let config;
  let tokens;

  await step('a person signs in through the browser, and the app hears it on its own port', async () => {
    config = await discover(world, 'native');
    const app = await listen();
    const asked = await request(config, app.uri);
    // The browser really calls the port: nothing stops it on the way.
    const page = await signIn(agent, await agent.open(asked.url, stop), someone, stop);
    assert.equal(page.text, 'You can go back to the app.');
    const answer = await app.answer;
    app.close();
    tokens = await oidc.authorizationCodeGrant(config, answer, { ...asked.checks, idTokenExpected: true });
    assert.equal(tokens.claims().aud, 'native');
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(info.email, someone.address);
  });

  await step('another port does the next time, without another sign-in', async () => {
    const app = await listen();
    const asked = await request(config, app.uri);
    const answer = await answerFor(agent, someone, asked.url, app.uri);
    app.close();
    assert((await oidc.authorizationCodeGrant(config, answer, asked.checks)).access_token);
  });

  await step('it stays signed in by a refresh token that changes each time', async () => {
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    assert.equal(await refusal(oidc.refreshTokenGrant(config, tokens.refresh_token)), 'invalid_grant');
  });

  await check('the port is free, the rest of the address is not', async () => {
    for (const uri of ['http://127.0.0.1:5000/other', 'http://127.0.0.2:5000/callback', 'http://localhost:5000/callback',
      'https://127.0.0.1:5000/callback', 'http://127.0.0.1:5000/callback?more=1']) {
      const { url } = await request(config, uri);
      const page = await agent.request(url);
      assert.equal(page.status, 400, uri);
      assert.equal(page.headers.location, undefined, uri);
    }
  });

  await check('without a secret there is no doing without PKCE', async () => {
    const { url } = await request(config, 'http://127.0.0.1:5000/callback');
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    const page = await agent.open(url, (next) => next.port === '5000');
    assert.equal(page.stoppedAt?.searchParams.get('error'), 'invalid_request');
  });
}
