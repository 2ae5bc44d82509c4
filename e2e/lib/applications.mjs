// The applications of a world, added by the command line as an operator would.
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';

const DEVICE = 'device_code';

/** Publishes the key of the application that proves itself by one. */
export async function publishKeys(world) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'e2e-1', use: 'sig', alg: 'ES256' };
  const port = await listen(world, (asked, reply) => {
    reply.setHeader('content-type', 'application/json');
    reply.end(JSON.stringify({ keys: [key] }));
  });
  return { privateKey, kid: key.kid, port, uri: `http://127.0.0.1:${port}/keys` };
}

/**
 * An application whose answers arrive at one origin and whose pages stand at another, as behind a broker: whoever comes
 * back to it is sent on at once.
 */
export async function startRelay(world) {
  const got = [];
  const pages = await listen(world, (asked, reply) => {
    reply.setHeader('content-type', 'text/html; charset=utf-8');
    reply.end('<!DOCTYPE html><html lang="en-GB"><head><title>Clinic list</title></head><body><h1>Clinic list</h1></body></html>');
  });
  const arrived = `http://localhost:${pages}/list`;
  const answers = await listen(world, async (asked, reply) => {
    let body = '';
    for await (const part of asked) body += part;
    const { pathname, search } = new URL(asked.url, arrived);
    got.push({ method: asked.method, path: pathname, parameters: new URLSearchParams(body || search) });
    reply.statusCode = 303;
    reply.setHeader('location', arrived);
    reply.end();
  });
  const root = `http://127.0.0.1:${answers}`;
  world.relay = { got, arrived, callback: `${root}/callback`, bye: `${root}/bye` };
}

/** Serves `answer` on a free port of this machine until the world ends. */
async function listen(world, answer) {
  const server = http.createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.stops.push(() => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  return server.address().port;
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
    relay: add(world, 'relay', 'Clinic list', [
      '--redirect-uri', world.relay.callback, '--post-logout-redirect-uri', world.relay.bye,
    ]),
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
