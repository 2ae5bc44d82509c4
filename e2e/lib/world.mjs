// A world: one or two servers on one database, people, applications, all real, all on this machine.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Agent } from './agent.mjs';
import { apacheAddresses, startApache } from './apache.mjs';
import { addApplications, publishKeys, startRelay } from './applications.mjs';
import { startBalancer } from './balancer.mjs';
import { CardAuthority } from './card-authority.mjs';
import { Clock } from './clock.mjs';
import { fetchTrusting } from './fetch.mjs';
import { startProxy } from './haproxy.mjs';
import { startLink } from './link.mjs';
import { Line, passOn } from './network.mjs';
import { startNginx } from './nginx.mjs';
import { ADMINISTRATOR, accountsFile, organisationsFile, person } from './people.mjs';
import { Peer } from './peer.mjs';
import { environment as environmentOfRuns, freePorts, run, runInBackground, start, stop, until } from './process.mjs';
import { PushService } from './push-service.mjs';

export const BINARY = path.resolve(process.env.E2E_BINARY ?? 'target/debug/wardkey');
const POSTGRES = process.env.WARDKEY_TEST_POSTGRES;

/** The engines, each with how many servers share its database. */
export const ENGINES = { sqlite: 1, postgres: 2 };

const quoted = (value) => JSON.stringify(value);

class World {
  constructor(name, folder, pki) {
    Object.assign(this, { name, folder, pki, nodes: [], servers: [], clients: {}, stops: [], link: null, clock: undefined });
    fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  }

  at(name) {
    return path.join(this.folder, name);
  }

  /** A browser without JavaScript; `node` makes it talk to that server only. */
  agent(node) {
    return new Agent({ authority: this.pki.authorityText, through: node && this.towards(node) });
  }

  /** `fetch` for a client from npm; `node` as for an agent. */
  fetch(node) {
    return fetchTrusting(this.pki.authorityText, node && this.towards(node));
  }

  /** Connects to `node` for the address that everybody knows, and wherever it says for any other. */
  towards(node) {
    const { host } = new URL(this.issuer);
    return (url) => (url.host === host ? node.port : undefined);
  }

  /** The same, but cards are shown to `reader`. */
  showingCardsTo(reader, node) {
    const { host } = new URL(this.cardOrigin);
    return (url) => (url.host === host ? reader.cardPort : this.towards(node)(url));
  }

  person(role) {
    return { ...person(role), clock: this.clock };
  }

  /** The e-mails to `address` so far. */
  letters(address) {
    return this.mail.said.filter(({ event, to }) => event === 'letter' && to.includes(address));
  }

  /** Runs a verb of the command line. */
  wardkey(...args) {
    return run(...this.verb(args), this.surroundings());
  }

  wardkeyInBackground(...args) {
    return runInBackground(...this.verb(args), this.surroundings());
  }

  /** Where a verb is run: the settings that only the environment may hold are the servers'. */
  surroundings() {
    // The audit of a whole run is told in one go.
    return { cwd: this.folder, maxBuffer: 1 << 28, ...(this.environment && { env: { ...environmentOfRuns, ...this.environment } }) };
  }

  /** A verb of the command line as it is run here: by the clock of the servers. */
  verb(args) {
    const all = ['--config', this.nodes[0].config, ...args];
    return this.clock ? this.clock.running(BINARY, all) : [BINARY, all];
  }

  logs() {
    const peers = ['push-service.log', 'mail-server.log'].map((name) => this.at(name));
    return [...this.servers.map((node) => node.log), ...(this.apache?.logs ?? []), ...peers];
  }

  /** Lines of the servers' logs that nothing here should cause. */
  faults() {
    return this.servers.flatMap((node) => fs.readFileSync(node.log, 'utf8').split('\n'))
      .filter((line) => line.includes('"level":"ERROR"') || line.includes('panicked'));
  }

  /** Tells the servers to stop; fails when one does not end well. */
  async stopNodes() {
    await Promise.all(this.servers.map((node) => stop(node.child)));
    const bad = this.servers.filter((node) => node.child.exitCode !== 0);
    if (bad.length > 0) throw new Error(bad.map((node) => `${node.name}: ${node.child.exitCode ?? node.child.signalCode}`).join(', '));
  }

  async stop() {
    for (const step of this.stops.splice(0).reverse()) await step();
  }
}

/** Builds the world called `name` and starts everything in it. */
export async function makeWorld(name, folder, pki) {
  const world = new World(name, folder, pki);
  try {
    await build(world);
    return world;
  } catch (error) {
    await world.stop();
    error.message += `\n${tails(world)}`;
    throw error;
  }
}

/** The ends of the logs of a world, for whoever has to find out what went wrong. */
export const tails = (world) => world.logs()
  .filter((log) => fs.existsSync(log))
  .map((log) => `--- ${log}\n${fs.readFileSync(log, 'utf8').split('\n').slice(-60).join('\n')}`)
  .join('\n');

async function startNode(world, node) {
  world.servers.push(node);
  world.stops.push(async () => {
    await stop(node.child);
    world.clock?.cleanUpAfter(node.child);
  });
  await runNode(world, node);
}

/** Starts a server that is not running, for the first time or again. */
export async function runNode(world, node) {
  const env = { ...world.clock?.environment, ...world.environment };
  node.child = start(BINARY, ['--config', node.config, 'serve'], { log: node.log, cwd: world.folder, env });
  const ask = world.fetch();
  await until(async () => {
    const { port, httpPort } = node;
    const asked = httpPort ? fetch(`http://127.0.0.1:${httpPort}/readyz`) : ask(`https://localhost:${port}/readyz`);
    const ready = await asked;
    if (!ready.ok) throw new Error(`${node.name} answers ${ready.status}`);
  }, { child: node.child });
}

async function build(world) {
  const count = ENGINES[world.name];
  const [front, apachePort, ...ports] = await freePorts(2 + 2 * count);
  const [nodePorts, cardPorts] = [ports.slice(0, count), ports.slice(count)];
  world.issuer = `https://localhost:${count > 1 ? front : nodePorts[0]}`;
  // Browsers show cards to one server, and come back to any.
  world.cardOrigin = `https://localhost:${cardPorts[0]}`;
  world.masterKey = world.at('master.key');
  fs.writeFileSync(world.masterKey, `e2e:${crypto.randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const databases = await databasesFor(world, count);
  const keys = await publishKeys(world);
  await startRelay(world);
  world.pushService = await PushService.start(world);
  world.mail = await Peer.start('mail-server', ['plain'], { log: world.at('mail-server.log') });
  world.stops.push(() => world.mail.stop());
  world.smartcards = await CardAuthority.start(world.at('smartcards'));
  world.stops.push(() => world.smartcards.stop());
  world.careIdentity = await Peer.start('upstream-provider', [], { log: world.at('upstream-provider.log') });
  world.stops.push(() => world.careIdentity.stop());
  world.careIdentityKey = world.at('care-identity.pem');
  run('openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072', '-out', world.careIdentityKey]);
  world.outbound = [apachePort, keys.port].map((port) => `127.0.0.1:${port}`);
  world.nodes = nodePorts.map((port, index) => {
    const cardPort = cardPorts[index];
    const cards = `listen = "127.0.0.1:${cardPort}"`;
    return { ...configured(world, `node-${index + 1}`, { port, cards, database: databases[index] }), cardPort };
  });
  await importPeople(world);
  addAdministrator(world);
  addApplications(world, apacheAddresses(apachePort), keys);
  for (const node of world.nodes) await startNode(world, node);
  if (count > 1) {
    const balancer = await startBalancer(front, nodePorts);
    world.stops.push(() => balancer.stop());
  }
  world.apache = await startApache({
    folder: world.at('apache'),
    port: apachePort,
    issuer: world.issuer,
    client: world.clients.apache,
    authority: world.pki.authority,
    fetch: world.fetch(),
  });
  world.stops.push(() => world.apache.stop());
}

/**
 * A server of its own beside those of `world`, with the same people in a database of its own. Whatever `differing` does not say
 * is as in `world`. It goes by a clock of its own if `clock` says what that begins with, and its people are there since `since`.
 */
async function beside(world, name, { port, httpPort, cards, clock, since, ...differing }) {
  const own = Object.assign(Object.create(world), { folder: world.at(name), issuer: `https://localhost:${port}`, ...differing });
  fs.mkdirSync(own.folder);
  const database = `sqlite:${own.at('wardkey.db')}`;
  own.clock = clock && new Clock(own.at('clock'), since);
  own.nodes = [configured(own, name, { port, httpPort, cards, database })];
  await importPeople(own);
  own.clock?.goOnFrom(clock);
  await startNode(own, own.nodes[0]);
  return own;
}

/** A server beside those of `world`, to which HAProxy passes on the cards that browsers show. */
export async function behindProxy(world) {
  const [port, cardPort, passedOnPort] = await freePorts(3);
  const cards = `listen_http = "127.0.0.1:${passedOnPort}"\nproxies = ["127.0.0.1/32"]`;
  const behind = await beside(world, 'behind-proxy', { port, cards, cardOrigin: `https://localhost:${cardPort}` });
  Object.assign(behind.nodes[0], { cardPort, passedOnPort });
  await startProxy(behind, { port: cardPort, to: passedOnPort });
  return behind;
}

/** A server beside those of `world` that goes by a clock of its own: from `from` on, with people who are there since `since`. */
export async function atAnotherTime(world, name, { from, since }) {
  const [port] = await freePorts(1);
  return beside(world, name, { port, clock: from, since });
}

/**
 * A server as in `atAnotherTime`, behind nginx; `world.line(address)` is a way to it from there. Whoever takes none comes from
 * `elsewhere`.
 */
export async function behindNginx(world, name, { from, since, elsewhere }) {
  const [port, httpPort, proxyPort] = await freePorts(3);
  const behind = await beside(world, name, { port, httpPort, clock: from, since });
  await startNginx(behind, { port: proxyPort, to: httpPort });
  const { host } = new URL(behind.issuer);
  behind.line = async (address) => {
    const line = await Line.from(address, { to: proxyPort, host });
    behind.stops.push(() => line.stop());
    return line;
  };
  const relay = await passOn(port, { address: elsewhere, to: proxyPort });
  behind.stops.push(() => relay.stop());
  return behind;
}

/** As many servers as `world` has, beside it, with the same people in a database of their own; `streams` is what more their
 * configuration says, and `environment` what it leaves to that. */
export async function streaming(world, name, { streams, environment }) {
  const ports = await freePorts(world.nodes.length);
  const own = Object.assign(Object.create(world), {
    folder: world.at(name), issuer: `https://localhost:${ports[0]}`, clock: undefined, streams, environment,
  });
  fs.mkdirSync(own.folder);
  const database = databaseBeside(world, own, name);
  own.nodes = ports.map((port, index) => configured(own, `${name}-${index + 1}`, { port, database }));
  await importPeople(own);
  for (const node of own.nodes) await startNode(own, node);
  return own;
}

function databaseBeside(world, own, name) {
  if (!world.sql) return `sqlite:${own.at('wardkey.db')}`;
  const database = `wardkey_e2e_${process.pid}_${name}`;
  world.sql(`CREATE DATABASE ${database}`);
  world.stops.push(() => world.sql(`DROP DATABASE ${database} WITH (FORCE)`));
  const address = new URL(POSTGRES);
  address.pathname = `/${database}`;
  return address.href;
}

/** Where each server finds the database; the last of several reaches it over a link that can be cut. */
async function databasesFor(world, count) {
  if (world.name === 'sqlite') return [`sqlite:${world.at('wardkey.db')}`];
  if (!POSTGRES) throw new Error('WARDKEY_TEST_POSTGRES is not set: run this under `cargo xtask pg --`');
  const database = `wardkey_e2e_${process.pid}`;
  world.sql = (text) => run('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', text, POSTGRES]).trim();
  world.sql(`CREATE DATABASE ${database}`);
  world.stops.push(() => world.sql(`DROP DATABASE ${database} WITH (FORCE)`));
  const direct = new URL(POSTGRES);
  direct.pathname = `/${database}`;
  world.link = await startLink(Number(direct.port || 5432));
  world.stops.push(() => world.link.stop());
  const linked = new URL(direct);
  linked.host = `127.0.0.1:${world.link.port}`;
  return Array.from({ length: count }, (_, index) => (index === count - 1 ? linked : direct).href);
}

/** A server that can be started: `cards` says where it is shown them, if it is. */
function configured(world, name, settings) {
  const config = world.at(`${name}.toml`);
  fs.writeFileSync(config, configuration(world, settings));
  return { name, port: settings.port, httpPort: settings.httpPort, config, log: world.at(`${name}.log`) };
}

const configuration = (world, { port, httpPort, cards, database }) => `
[server]
issuer = ${quoted(world.issuer)}
${httpPort ? 'trusted_proxies = ["127.0.0.1/32"]' : ''}
[listen]
${httpPort ? `http = "127.0.0.1:${httpPort}"` : listening(world, port)}

[database]
url = ${quoted(database)}

[keys]
master_key_file = ${quoted(world.masterKey)}

[help]
name = "Riverside IT help desk"
telephone = "01632 960 123"
address = "help@riverside-hospital.example"
hours = "Monday to Friday, 8am to 6pm"

[outbound]
allow = ${JSON.stringify(world.outbound)}
extra_roots = ${quoted(world.pki.authority)}

[push]
allow = ["127.0.0.1:${world.pushService.port}"]

[webauthn]
core = true
passkey_alone = true

${cards ? smartcards(world, cards) : ''}
[care_identity]
issuer = "http://127.0.0.1:${world.careIdentity.port}"
client_id = "wardkey"
key = ${quoted(world.careIdentityKey)}
key_id = "e2e-1"
subject_claim = "uid"
allow = ["127.0.0.1:${world.careIdentity.port}"]

[smtp]
host = "127.0.0.1"
port = ${world.mail.port}
tls = "off"
from = "no-reply@riverside-hospital.example"

[api]
requests_per_second = 2000

[audit]
anchor = ${quoted(world.at('audit-anchor'))}

${world.streams ?? ''}
`;

const listening = (world, port) => `
https = "127.0.0.1:${port}"
certificate = ${quoted(world.pki.certificate)}
key = ${quoted(world.pki.key)}
`;

const smartcards = (world, cards) => `
[smartcard]
origin = ${quoted(world.cardOrigin)}
${cards}
authorities = ${quoted(world.smartcards.trusted)}
identifier = "common_name"
core = true
status_lifetime = "60 s"
allow = ["127.0.0.1:${world.smartcards.port}"]
`;

async function importPeople(world) {
  const organisations = world.at('organisations.csv');
  const accounts = world.at('accounts.csv');
  fs.writeFileSync(organisations, organisationsFile());
  fs.writeFileSync(accounts, accountsFile());
  await world.wardkeyInBackground('migrate');
  await world.wardkeyInBackground('organisation', 'import', organisations);
  await world.wardkeyInBackground('account', 'import', accounts);
}

function addAdministrator(world) {
  const told = world.wardkey('create-admin', ADMINISTRATOR, '--organisation', 'RAA', '--name', 'Administrator');
  world.administrator = {
    address: ADMINISTRATOR,
    name: 'Administrator',
    activation: told.match(/activation code: (\S+)/)[1],
    nextPassword: 'lanterns drift past 63 harbours',
    phone: null,
  };
  world.administrator.password = world.administrator.nextPassword;
}
