// A world: one or two servers on one database, people, applications, all real, all on this machine.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Agent } from './agent.mjs';
import { apacheAddresses, startApache } from './apache.mjs';
import { addApplications, publishKeys, startRelay } from './applications.mjs';
import { startBalancer } from './balancer.mjs';
import { CardAuthority } from './card-authority.mjs';
import { fetchTrusting } from './fetch.mjs';
import { startLink } from './link.mjs';
import { ADMINISTRATOR, accountsFile, organisationsFile, person } from './people.mjs';
import { Peer } from './peer.mjs';
import { freePorts, run, runInBackground, start, stop, until } from './process.mjs';
import { PushService } from './push-service.mjs';

export const BINARY = path.resolve(process.env.E2E_BINARY ?? 'target/debug/wardkey');
const POSTGRES = process.env.WARDKEY_TEST_POSTGRES;

/** The engines, each with how many servers share its database. */
export const ENGINES = { sqlite: 1, postgres: 2 };

const quoted = (value) => JSON.stringify(value);

class World {
  constructor(name, folder, pki) {
    Object.assign(this, { name, folder, pki, nodes: [], clients: {}, stops: [], link: null });
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
    return person(role);
  }

  /** The e-mails to `address` so far. */
  letters(address) {
    return this.mail.said.filter(({ event, to }) => event === 'letter' && to.includes(address));
  }

  /** Runs a verb of the command line. */
  wardkey(...args) {
    return run(BINARY, ['--config', this.nodes[0].config, ...args], { cwd: this.folder });
  }

  wardkeyInBackground(...args) {
    return runInBackground(BINARY, ['--config', this.nodes[0].config, ...args], { cwd: this.folder });
  }

  logs() {
    return [...this.nodes.map((node) => node.log), ...(this.apache?.logs ?? []), this.at('push-service.log'), this.at('mail-server.log')];
  }

  /** Lines of the servers' logs that nothing here should cause. */
  faults() {
    return this.nodes.flatMap((node) => fs.readFileSync(node.log, 'utf8').split('\n'))
      .filter((line) => line.includes('"level":"ERROR"') || line.includes('panicked'));
  }

  /** Tells the servers to stop; fails when one does not end well. */
  async stopNodes() {
    await Promise.all(this.nodes.map((node) => stop(node.child)));
    const bad = this.nodes.filter((node) => node.child.exitCode !== 0);
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
  node.child = start(BINARY, ['--config', node.config, 'serve'], { log: node.log, cwd: world.folder });
  world.stops.push(() => stop(node.child));
  await until(async () => {
    const ready = await fetchTrusting(world.pki.authorityText)(`https://localhost:${node.port}/readyz`);
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
  const masterKey = world.at('master.key');
  fs.writeFileSync(masterKey, `e2e:${crypto.randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
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
  const outbound = [apachePort, keys.port].map((port) => `127.0.0.1:${port}`);
  world.nodes = nodePorts.map((port, index) => {
    const config = world.at(`node-${index + 1}.toml`);
    const cardPort = cardPorts[index];
    fs.writeFileSync(config, configuration(world, { port, cardPort, masterKey, outbound, database: databases[index] }));
    return { name: `node ${index + 1}`, port, cardPort, config, log: world.at(`node-${index + 1}.log`) };
  });
  prepare(world, apacheAddresses(apachePort), keys);
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

const configuration = (world, { port, cardPort, masterKey, outbound, database }) => `
[server]
issuer = ${quoted(world.issuer)}

[listen]
https = "127.0.0.1:${port}"
certificate = ${quoted(world.pki.certificate)}
key = ${quoted(world.pki.key)}

[database]
url = ${quoted(database)}

[keys]
master_key_file = ${quoted(masterKey)}

[help]
name = "Riverside IT help desk"
telephone = "01632 960 123"
address = "help@riverside-hospital.example"
hours = "Monday to Friday, 8am to 6pm"

[outbound]
allow = ${JSON.stringify(outbound)}
extra_roots = ${quoted(world.pki.authority)}

[push]
allow = ["127.0.0.1:${world.pushService.port}"]

[webauthn]
core = true
passkey_alone = true

[smartcard]
origin = ${quoted(world.cardOrigin)}
listen = "127.0.0.1:${cardPort}"
authorities = ${quoted(world.smartcards.trusted)}
identifier = "common_name"
core = true
status_lifetime = "60 s"
allow = ["127.0.0.1:${world.smartcards.port}"]

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

[audit]
anchor = ${quoted(world.at('audit-anchor'))}
`;

function prepare(world, apache, keys) {
  world.wardkey('migrate');
  fs.writeFileSync(world.at('organisations.csv'), organisationsFile());
  fs.writeFileSync(world.at('accounts.csv'), accountsFile());
  world.wardkey('organisation', 'import', world.at('organisations.csv'));
  world.wardkey('account', 'import', world.at('accounts.csv'));
  const told = world.wardkey('create-admin', ADMINISTRATOR, '--organisation', 'RAA', '--name', 'Administrator');
  world.administrator = {
    address: ADMINISTRATOR,
    name: 'Administrator',
    activation: told.match(/activation code: (\S+)/)[1],
    nextPassword: 'lanterns drift past 63 harbours',
    phone: null,
  };
  world.administrator.password = world.administrator.nextPassword;
  addApplications(world, apache, keys);
}
