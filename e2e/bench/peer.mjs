// The peer of `make bench`: npm oidc-provider with its in-memory adapter. PORT and TOKENS come from the environment.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const port = Number(process.env.PORT);
const client = { client_id: 'bench', client_secret: 'bench-secret-of-the-peer-0123456789' };
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    ...client,
    redirect_uris: ['http://127.0.0.1:9/callback'],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  }],
  scopes: ['openid', 'offline_access'],
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  rotateRefreshToken: true,
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  cookies: { keys: ['bench only'] },
});

// Refresh tokens as a sign-in would leave them, one for each worker of the load.
const tokens = [];
for (let number = 0; number < Number(process.env.TOKENS ?? 0); number += 1) {
  const accountId = `person-${number}`;
  const grant = new provider.Grant({ accountId, clientId: client.client_id });
  grant.addOIDCScope('openid offline_access');
  const grantId = await grant.save();
  const token = new provider.RefreshToken({
    accountId, client: await provider.Client.find(client.client_id), grantId, scope: 'openid offline_access',
    gty: 'authorization_code', authTime: Math.floor(Date.now() / 1000), claims: {}, sessionUid: `session-${number}`,
  });
  tokens.push(await token.save());
}

const answer = provider.callback();
http.createServer((request, response) => {
  if (request.url === '/bench/refresh-tokens') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(tokens));
  } else {
    answer(request, response);
  }
}).listen(port, '127.0.0.1');
