// HAProxy from Debian in front of where cards are passed on, with the configuration that the manual shows.
import fs from 'node:fs';
import path from 'node:path';
import { start, stop, until } from './process.mjs';

const MANUAL = 'docs/operate/smartcards.md';

/** What the manual shows, with the addresses and files of `places` in place of its own. */
function configuration(places) {
  const [shown] = fs.readFileSync(MANUAL, 'utf8').match(/^ {4}global\n(?:(?: {4}.*)?\n)+/m);
  return Object.entries(places).reduce((text, [theirs, ours]) => {
    if (!text.includes(theirs)) throw new Error(`${MANUAL} does not say ${theirs}`);
    return text.replaceAll(theirs, ours);
  }, shown.replaceAll(/^ {4}/gm, ''));
}

/** Starts HAProxy at `port`; it passes on to the port `to`. */
export async function startProxy(world, { port, to }) {
  const { certificate, key } = world.pki;
  const pair = world.at('haproxy.pem');
  fs.writeFileSync(pair, fs.readFileSync(certificate, 'utf8') + fs.readFileSync(key, 'utf8'), { mode: 0o600 });
  const file = world.at('haproxy.cfg');
  fs.writeFileSync(file, configuration({
    ' :443 ': ` 127.0.0.1:${port} `,
    '/etc/haproxy/card.pem': pair,
    '/etc/haproxy/card-authorities.pem': world.smartcards.trusted,
    '127.0.0.1:8481': `127.0.0.1:${to}`,
  }));
  const child = start('/usr/sbin/haproxy', ['-db', '-f', path.resolve(file)], { log: world.at('haproxy.log') });
  world.stops.push(() => stop(child));
  await until(() => world.fetch()(world.cardOrigin), { child });
}
