// openid-client from npm, set up for one client of a world.
import * as oidc from 'openid-client';
import { signIn } from './signin.mjs';

export { oidc };

const AUTHENTICATIONS = {
  web: (client) => oidc.ClientSecretBasic(client.secret),
  keyed: (client) => oidc.PrivateKeyJwt({ key: client.cryptoKey, kid: client.kid }),
  native: () => oidc.None(),
  relay: (client) => oidc.ClientSecretBasic(client.secret),
};

/** Discovers the server as the client called `name`; `node` asks that server only. */
export async function discover(world, name, node) {
  const client = world.clients[name];
  if (client.privateKey) {
    const bytes = client.privateKey.export({ type: 'pkcs8', format: 'der' });
    client.cryptoKey ??= await crypto.subtle.importKey('pkcs8', bytes, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  }
  const fetch = world.fetch(node);
  const options = { [oidc.customFetch]: fetch };
  const config = await oidc.discovery(new URL(world.issuer), client.id, {}, AUTHENTICATIONS[name](client), options);
  oidc.enableNonRepudiationChecks(config);
  return config;
}

/** A request of the client's for a code, with everything it checks when the answer comes. */
export async function request(config, redirectUri, more = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const expectedNonce = oidc.randomNonce();
  const parameters = {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  };
  return { parameters, url: oidc.buildAuthorizationUrl(config, parameters), checks: { pkceCodeVerifier, expectedState, expectedNonce } };
}

/** Sends a person's browser to `url`, signs in if asked, and returns the address at which the client gets its answer. */
export async function answerFor(agent, person, url, redirectUri) {
  const stop = (next) => next.href.startsWith(redirectUri);
  const page = await signIn(agent, await agent.open(url, stop), person, stop);
  if (!page.stoppedAt) throw new Error(`the client gets no answer: ${page.url} (${page.status})`);
  return page.stoppedAt;
}

/** A whole sign-in to the client: its tokens, and the answer they came from. */
export async function tokensFor(config, agent, person, redirectUri, more) {
  const asked = await request(config, redirectUri, more);
  const answer = await answerFor(agent, person, asked.url, redirectUri);
  const tokens = await oidc.authorizationCodeGrant(config, answer, { ...asked.checks, idTokenExpected: true });
  return { tokens, answer, checks: asked.checks };
}

/** What the server refuses with, in the standard's word; fails when it does not refuse. */
export async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    if (error.error) return error.error;
    // A challenge comes before the body; the body says the same in the standard's word.
    if (error instanceof oidc.WWWAuthenticateChallengeError) return (await error.response.clone().json()).error;
    throw error;
  }
  throw new Error('it was not refused');
}
