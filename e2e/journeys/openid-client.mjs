// openid-client from npm, a certified relying party, against everything that the provider offers.
import assert from 'node:assert/strict';
import { forms } from '../lib/agent.mjs';
import { stepsOf } from '../lib/check.mjs';
import { eventually } from '../lib/process.mjs';
import { answerFor, discover, oidc, refusal, request, tokensFor } from '../lib/relying-party.mjs';
import { signIn } from '../lib/signin.mjs';

/** Whether the client itself turned an answer down over the parameter called `name`. */
const over = (name) => (error) => error.name === 'ClientError' && `${error.message} ${error.cause?.message}`.includes(`"${name}"`);

const MFA = 'https://refeds.org/profile/mfa';

export async function run({ world, check }) {
  const step = stepsOf(check);
  const agent = world.agent();
  const someone = world.person('secretary');
  const { callback } = world;
  let config;
  let first;

  await step('discovery names the issuer and what there is', async () => {
    config = await discover(world, 'web');
    const metadata = config.serverMetadata();
    assert.equal(metadata.issuer, world.issuer);
    assert(config.serverMetadata().supportsPKCE());
    for (const endpoint of ['userinfo_endpoint', 'introspection_endpoint', 'revocation_endpoint', 'end_session_endpoint',
      'pushed_authorization_request_endpoint', 'device_authorization_endpoint', 'jwks_uri']) {
      assert(metadata[endpoint].startsWith(`${world.issuer}/`), endpoint);
    }
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    assert.equal(metadata.backchannel_logout_supported, true);
  });

  await step('before anybody signs in, prompt=none is answered with login_required', async () => {
    const asked = await request(config, callback, { prompt: 'none' });
    const answer = await answerFor(agent, someone, asked.url, callback);
    assert.equal(answer.searchParams.get('error'), 'login_required');
    assert.equal(answer.searchParams.get('iss'), world.issuer);
  });

  await step('code and PKCE: the ID token tells the truth about the sign-in', async () => {
    const began = Math.floor(Date.now() / 1000);
    first = await tokensFor(config, agent, someone, callback);
    const claims = first.tokens.claims();
    assert.equal(claims.acr, MFA);
    assert.deepEqual([...claims.amr].sort(), ['mfa', 'otp', 'pwd']);
    assert(claims.auth_time >= began - 1 && claims.auth_time <= Date.now() / 1000 + 1, `auth_time ${claims.auth_time}`);
    assert(first.tokens.refresh_token);
  });

  await step('the answer names its issuer (RFC 9207)', async () => {
    assert.equal(first.answer.searchParams.get('iss'), world.issuer);
    const other = new URL(first.answer);
    other.searchParams.set('iss', 'https://somebody-else.example');
    await assert.rejects(oidc.authorizationCodeGrant(config, other, first.checks), over('iss'));
  });

  await check('an answer to another request is not taken', async () => {
    const other = { ...first.checks, expectedState: oidc.randomState() };
    await assert.rejects(oidc.authorizationCodeGrant(config, first.answer, other), over('state'));
  });

  await check('userinfo, by GET and by POST', async () => {
    const { sub } = first.tokens.claims();
    const info = await oidc.fetchUserInfo(config, first.tokens.access_token, sub);
    assert.equal(info.email, someone.address);
    assert.equal(info.name, someone.name);
    const posted = await oidc.fetchProtectedResource(config, first.tokens.access_token,
      new URL(config.serverMetadata().userinfo_endpoint), 'POST');
    assert.equal((await posted.json()).sub, sub);
  });

  await check('introspection knows a token and nothing else', async () => {
    const known = await oidc.tokenIntrospection(config, first.tokens.access_token);
    assert.equal(known.active, true);
    assert.equal(known.sub, first.tokens.claims().sub);
    assert.equal(known.client_id, 'web');
    assert.deepEqual(await oidc.tokenIntrospection(config, 'made-up'), { active: false });
  });

  await check('another application learns nothing about a token that is not its own', async () => {
    const keyed = await discover(world, 'keyed');
    assert.deepEqual(await oidc.tokenIntrospection(keyed, first.tokens.access_token), { active: false });
  });

  await check('the next request needs no further sign-in, and max_age=0 needs one', async () => {
    const again = await request(config, callback, { prompt: 'none' });
    const answer = await answerFor(agent, someone, again.url, callback);
    const tokens = await oidc.authorizationCodeGrant(config, answer, { ...again.checks, idTokenExpected: true });
    assert.equal(tokens.claims().auth_time, first.tokens.claims().auth_time);
    const fresh = await request(config, callback, { max_age: '0' });
    const page = await agent.open(fresh.url, (next) => next.href.startsWith(callback));
    assert.equal(page.stoppedAt, undefined, 'it went through without a sign-in');
  });

  await check('a code works once; used again it ends what it gave', async () => {
    const { tokens, answer, checks } = await tokensFor(config, agent, someone, callback);
    assert.equal(await refusal(oidc.authorizationCodeGrant(config, answer, checks)), 'invalid_grant');
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);
  });

  await check('a wrong verifier is refused', async () => {
    const asked = await request(config, callback);
    const answer = await answerFor(agent, someone, asked.url, callback);
    const wrong = { ...asked.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
    assert.equal(await refusal(oidc.authorizationCodeGrant(config, answer, wrong)), 'invalid_grant');
  });

  await check('a code of one application is refused to another', async () => {
    const asked = await request(config, callback);
    const answer = await answerFor(agent, someone, asked.url, callback);
    const keyed = await discover(world, 'keyed');
    assert.equal(await refusal(oidc.authorizationCodeGrant(keyed, answer, asked.checks)), 'invalid_grant');
  });

  await check('a refresh token is replaced; the old one used again ends all', async () => {
    const { tokens } = await tokensFor(config, agent, someone, callback);
    const second = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(second.refresh_token, tokens.refresh_token);
    assert.equal((await oidc.tokenIntrospection(config, second.access_token)).active, true);
    const third = await oidc.refreshTokenGrant(config, second.refresh_token);
    assert.equal(await refusal(oidc.refreshTokenGrant(config, tokens.refresh_token)), 'invalid_grant');
    assert.equal(await refusal(oidc.refreshTokenGrant(config, third.refresh_token)), 'invalid_grant');
    assert.equal((await oidc.tokenIntrospection(config, third.access_token)).active, false);
  });

  await check('a revoked token is dead, and so is everything after a revoked refresh token', async () => {
    const { tokens } = await tokensFor(config, agent, someone, callback);
    await oidc.tokenRevocation(config, tokens.access_token);
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);
    const second = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    await oidc.tokenRevocation(config, second.refresh_token);
    assert.equal((await oidc.tokenIntrospection(config, second.access_token)).active, false);
    assert.equal(await refusal(oidc.refreshTokenGrant(config, second.refresh_token)), 'invalid_grant');
  });

  await check('an application acts for itself by client_credentials, and is nobody', async () => {
    const tokens = await oidc.clientCredentialsGrant(config, {});
    assert.equal(tokens.id_token, undefined);
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, true);
    const info = await oidc.fetchProtectedResource(config, tokens.access_token,
      new URL(config.serverMetadata().userinfo_endpoint), 'GET').catch((error) => error);
    assert((info.status ?? info.cause?.status ?? 401) >= 400, 'userinfo must not answer about an application');
  });

  await check('a pushed request works, once, and cannot be changed on the way', async () => {
    const asked = await request(config, callback);
    const url = await oidc.buildAuthorizationUrlWithPAR(config, asked.parameters);
    assert.match(url.searchParams.get('request_uri'), /^urn:ietf:params:oauth:request_uri:/);
    assert.equal(url.searchParams.get('scope'), null);
    url.searchParams.set('scope', 'openid');
    const answer = await answerFor(agent, someone, url, callback);
    const tokens = await oidc.authorizationCodeGrant(config, answer, { ...asked.checks, idTokenExpected: true });
    assert.match(tokens.scope ?? asked.parameters.scope, /offline_access/);
    const again = await agent.open(url, (next) => next.href.startsWith(callback));
    assert(again.stoppedAt?.searchParams.get('error') ?? again.status >= 400, 'the request_uri worked twice');
  });

  await check('private_key_jwt, for a code and for the application itself', async () => {
    const keyed = await discover(world, 'keyed');
    const { tokens } = await tokensFor(keyed, agent, someone, callback, { scope: 'openid' });
    assert.equal(tokens.claims().aud, 'keyed');
    assert((await oidc.clientCredentialsGrant(keyed, {})).access_token);
    const impostor = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    const pretending = new oidc.Configuration(keyed.serverMetadata(), 'keyed', {},
      oidc.PrivateKeyJwt({ key: impostor.privateKey, kid: world.clients.keyed.kid }));
    pretending[oidc.customFetch] = world.fetch();
    assert.equal(await refusal(oidc.clientCredentialsGrant(pretending, {})), 'invalid_client');
  });

  await check('a wrong secret is refused as the standard says', async () => {
    const pretending = new oidc.Configuration(config.serverMetadata(), 'web', {}, oidc.ClientSecretBasic('guessed'));
    pretending[oidc.customFetch] = world.fetch();
    assert.equal(await refusal(oidc.clientCredentialsGrant(pretending, {})), 'invalid_client');
  });

  await check('response_mode=form_post brings the answer in a form', async () => {
    const asked = await request(config, callback, { response_mode: 'form_post' });
    const page = await agent.open(asked.url);
    assert.equal(page.status, 200);
    const form = forms(page.text).find((form) => form.action === callback);
    assert.equal(form.method, 'post');
    assert.equal(forms(page.text).length, 1, 'a page whose form may go anywhere has one form only');
    assert(!page.headers['content-security-policy'].includes('form-action'), 'the page may not send its form');
    const answer = new Request(callback, { method: 'POST', body: new URLSearchParams([...form.fields]) });
    const tokens = await oidc.authorizationCodeGrant(config, answer, { ...asked.checks, idTokenExpected: true });
    assert.equal(tokens.claims().sub, first.tokens.claims().sub);
  });

  await check('an address that was not registered gets nothing: the person sees a page', async () => {
    const asked = await request(config, 'https://rota.example/callback/evil');
    const page = await agent.request(asked.url);
    assert.equal(page.status, 400);
    assert.equal(page.headers.location, undefined);
    assert.match(page.text, /Help desk code/);
  });

  await check('a request without a challenge is refused, and so is a plain one', async () => {
    for (const challenge of [{ code_challenge: '', code_challenge_method: '' }, { code_challenge_method: 'plain' }]) {
      const { url } = await request(config, callback, challenge);
      for (const [name, value] of [...url.searchParams]) if (value === '') url.searchParams.delete(name);
      const page = await agent.open(url, (next) => next.href.startsWith(callback));
      assert.equal(page.stoppedAt?.searchParams.get('error'), 'invalid_request');
    }
  });

  await check('a device is connected once the person allows it at /device', async () => {
    const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile' });
    assert.equal(device.verification_uri, `${world.issuer}/device`);
    const connected = oidc.pollDeviceAuthorizationGrant(config, device);
    connected.catch(() => {});
    let page = await signIn(agent, await agent.open(device.verification_uri), someone);
    page = await agent.submit(page, { user_code: device.user_code });
    assert.match(page.text, /Records viewer/);
    page = await agent.submit(page, { decision: 'allow' });
    assert.match(page.text, /Your device is connected/);
    const tokens = await connected;
    const info = await oidc.fetchUserInfo(config, tokens.access_token, first.tokens.claims().sub);
    assert.equal(info.name, someone.name);
  });

  await check('a device that the person refuses is told so', async () => {
    const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
    const page = await agent.submit(await agent.open(device.verification_uri), { user_code: device.user_code.toLowerCase() });
    const done = await agent.submit(page, { decision: 'refuse' });
    assert.match(done.text, /not allowed/);
    assert.equal(await refusal(oidc.pollDeviceAuthorizationGrant(config, device)), 'access_denied');
  });

  await check('signing out from the application ends the session here', async () => {
    const url = oidc.buildEndSessionUrl(config, {
      id_token_hint: first.tokens.id_token,
      post_logout_redirect_uri: 'https://rota.example/bye',
      state: 'so long',
    });
    const stop = (next) => next.href.startsWith('https://rota.example/bye');
    let page = await agent.open(url, stop);
    if (!page.stoppedAt) page = await agent.submitTo(page, '/signout', {}, stop);
    assert.equal(page.stoppedAt?.searchParams.get('state'), 'so long');
    await eventually(async () => {
      assert.equal((await agent.request(`${world.issuer}/session/check`)).status, 401);
      assert.equal((await oidc.tokenIntrospection(config, first.tokens.access_token)).active, false);
    });
  });
}
