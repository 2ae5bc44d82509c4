// The applications of a world, added by the command line as an operator would.
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';

const DEVICE = 'device_code';

/** Publishes the key of the application that proves itself by one. */
export async function publishKeys(world) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'e2e-1', use: 'sig', alg: 'ES256' };
  const server = http.createServer((asked, reply) => {
    reply.setHeader('content-type', 'application/json');
    reply.end(JSON.stringify({ keys: [key] }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.stops.push(() => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  const { port } = server.address();
  return { privateKey, kid: key.kid, port, uri: `http://127.0.0.1:${port}/keys` };
}

/** Adds every application to `world` and keeps what it proves itself by in `world.clients`. */
export function addApplications(world, apache, keys) {
  world.callback = 'https://rota.example/callback';
  world.clients = {
    apache: add(world, 'apache', 'Rota', [
      '--redirect-uri', apache.redirect,
      '--post-logout-redirect-uri', apache.bye,
      '--backchannel-logout-uri', apache.backchannel,
    ]),
    web: add(world, 'web', 'Records viewer', [
      '--redirect-uri', world.callback,
      '--post-logout-redirect-uri', 'https://rota.example/bye',
      ...['authorization_code', 'refresh_token', 'client_credentials', DEVICE].flatMap((grant) => ['--grant', grant]),
    ]),
    keyed: { ...add(world, 'keyed', 'Night letters', [
      '--authentication', 'private_key_jwt', '--jwks-uri', keys.uri,
      '--redirect-uri', world.callback, '--grant', 'authorization_code', '--grant', 'client_credentials',
    ]), privateKey: keys.privateKey, kid: keys.kid },
    native: add(world, 'native', 'Ward round app', [
      '--authentication', 'none', '--redirect-uri', 'http://127.0.0.1/callback',
      '--grant', 'authorization_code', '--grant', 'refresh_token',
    ]),
  };
}

function add(world, id, name, options) {
  const told = world.wardkey('application', 'add', '--name', name, '--client-id', id, '--organisation', 'RAA', ...options);
  return { id, name, secret: told.match(/secret: (\S+)/)?.[1] };
}
