// The independent judge of our client of other providers: npm oidc-provider, a certified OpenID provider, set up as Care
// Identity is: one client, `private_key_jwt`, PKCE, strengths of sign-in as `acr`, a `uid` that names the person.
// There are no pages: whoever comes is signed in at once, as `manners` says. It listens on the port that it is given, or
// on any; `register` says who the client is, and it answers nothing before.
import crypto from 'node:crypto';
import http from 'node:http';
import { hear, say } from './lines.mjs';

// Its output is for what it says to tests; what it remarks on settings that are for tests only is not worth a line.
console.info = () => {};
console.warn = () => {};
const { Provider } = await import('oidc-provider');

const STRENGTHS = ['AAL3_ANY', 'AAL2_OR_AAL3_ANY', 'AAL2_ANY', 'AAL1_USERPASS'];

const manners = { account: 'person-1', acr: 'AAL3_ANY', uid: '910000000001', email: 'nurse@hospital.example' };
let provider;
let answer;

/** A key that signs ID tokens, as a JWK. */
function signingKey(type, options, alg) {
  const { privateKey } = crypto.generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `theirs-${alg}` };
}

/** Sets the provider up for its one client, given as metadata [OpenID Connect Registration §2]. */
function register(client) {
  provider = new Provider(`http://127.0.0.1:${server.address().port}`, {
    clients: [{
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      ...client,
    }],
    jwks: {
      keys: [signingKey('rsa', { modulusLength: 2048 }, 'RS256'), signingKey('ec', { namedCurve: 'P-256' }, 'ES256')],
    },
    acrValues: STRENGTHS,
    scopes: ['openid'],
    claims: { openid: ['sub', 'uid', 'email'] },
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'RS512', 'PS256', 'ES256'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
    // Nobody is asked for their consent: the operator has agreed for everybody.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    findAccount: (context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, uid: manners.uid, email: manners.email }),
    }),
    cookies: { keys: ['test only'] },
  });
  provider.on('server_error', (context, error) => console.error(error));
  provider.on('grant.error', (context, { error, error_detail: detail }) => say({ event: 'refused', error, detail }));
  answer = provider.callback();
}

/** Signs in whoever comes. */
async function interact(request, response) {
  const { prompt } = await provider.interactionDetails(request, response);
  if (prompt.name !== 'login') throw new Error(`nobody answers the prompt ${prompt.name}`);
  await provider.interactionFinished(request, response, { login: { accountId: manners.account, acr: manners.acr } });
}

const server = http.createServer((request, response) => {
  if (!answer) {
    response.writeHead(503).end();
  } else if (request.url.startsWith('/interaction/')) {
    interact(request, response).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  } else {
    answer(request, response);
  }
});

const acts = {
  register: ({ client }) => {
    register(client);
    say({ event: 'registered' });
  },
  manners: ({ change }) => {
    Object.assign(manners, change);
    say({ event: 'changed' });
  },
};
hear(({ act, ...more }) => acts[act](more));
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => say({ port: server.address().port }));
