// nginx from Debian in front of a server, with the configuration that the manual shows, behind a load balancer's protocol.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { start, stop, until } from './process.mjs';

const MANUAL = 'docs/operate/install.md';

/** What stands around it in Debian's own file, as far as it matters here, in a folder of ours and in the foreground. */
const around = (folder, server) => `
daemon off;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  gzip on;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
${server}
}
`;

/** What the manual shows, with the addresses and files of `places` in place of its own. */
function shown(places) {
  const manual = fs.readFileSync(MANUAL, 'utf8');
  const [server] = manual.match(/^ {4}server \{\n(?:(?: {4}.*)?\n)+?^ {4}\}\n/m);
  const [balanced] = manual.match(/^ {6}listen 443 ssl proxy_protocol;\n(?: {6}.*\n)+/m);
  const all = { '      listen 443 ssl;\n': balanced, ...places };
  return Object.entries(all).reduce((text, [theirs, ours]) => {
    if (!text.includes(theirs)) throw new Error(`${MANUAL} does not say ${theirs}`);
    return text.replaceAll(theirs, ours);
  }, server);
}

/** Starts nginx at `port`, where a balancer passes connections on; it passes requests on to the port `to`. */
export async function startNginx(world, { port, to }) {
  const folder = path.resolve(world.at('nginx'));
  fs.mkdirSync(folder);
  const file = path.join(folder, 'nginx.conf');
  fs.writeFileSync(file, around(folder, shown({
    'listen 443 ssl proxy_protocol;': `listen 127.0.0.1:${port} ssl proxy_protocol;`,
    '192.0.2.10': '127.0.0.1',
    'id.example.nhs.uk': 'localhost',
    '/etc/nginx/wardkey.pem': path.resolve(world.pki.certificate),
    '/etc/nginx/wardkey-key.pem': path.resolve(world.pki.key),
    '127.0.0.1:8480': `127.0.0.1:${to}`,
  })));
  const log = path.join(folder, 'error.log');
  const child = start('/usr/sbin/nginx', ['-p', folder, '-c', file, '-e', 'stderr'], { log });
  world.stops.push(() => stop(child));
  await until(() => answers(port), { child });
}

/** Whether somebody listens at `port`. */
const answers = (port) => new Promise((resolve, reject) => {
  const socket = net.connect({ host: '127.0.0.1', port }, () => {
    socket.destroy();
    resolve();
  });
  socket.on('error', reject);
});
