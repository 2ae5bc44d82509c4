// The audit goes to whoever watches it elsewhere: to rsyslog over TLS, which knows the server by its certificate, and to a
// collector over https. Each of them goes away and comes back, the servers are killed and started, and no event is missing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { stepsOf } from '../lib/check.mjs';
import { Peer } from '../lib/peer.mjs';
import { issueTo } from '../lib/pki.mjs';
import { freePorts, stop, until } from '../lib/process.mjs';
import { Rsyslog } from '../lib/rsyslog.mjs';
import { signIn } from '../lib/signin.mjs';
import { runNode, streaming } from '../lib/world.mjs';

const NAME = 'wardkey-siem';
const TOKEN = 'hush-4c1f0a6e';
const PATIENCE = { limit: 90_000, every: 200 };

const settings = ({ rsyslog, collector, pki, ours }) => `
[stream_syslog]
host = "127.0.0.1"
port = ${rsyslog.port}
server_name = "localhost"
authorities = ${JSON.stringify(pki.authority)}
certificate = ${JSON.stringify(ours.certificate)}
key = ${JSON.stringify(ours.key)}
facility = "audit"
enterprise = 32473
begin = "beginning"
batch = 50
pause = "200 ms"

[stream_http.collector]
address = "https://localhost:${collector.port}/services/collector/raw"
token_scheme = "Splunk"
allow = ["localhost:${collector.port}"]
extra_roots = ${JSON.stringify(pki.authority)}
begin = "beginning"
batch = 50
pause = "200 ms"

# The same receiver, whose certificate this one has no reason to trust.
[stream_syslog.distrustful]
host = "127.0.0.1"
port = ${rsyslog.port}
server_name = "elsewhere.example"
authorities = ${JSON.stringify(pki.authority)}
pause = "200 ms"
`;

export async function run({ world, check }) {
  const step = stepsOf(check);
  const { pki } = world;
  let own, collector, rsyslog, batch = 0;

  const verb = (...args) => own.wardkeyInBackground(...args);
  const log = () => own.nodes.map((node) => fs.readFileSync(node.log, 'utf8')).join('');
  const lines = (words) => log().split('\n').filter((line) => words.every((word) => line.includes(word)));
  const atCollector = () => collector.said.filter(({ event }) => event === 'batch').flatMap(({ events }) => events);
  const atRsyslog = () => rsyslog.records().map(({ event }) => event);

  /** As many events as there are people in a file. */
  const happen = async (people) => {
    batch += 1;
    const file = own.at(`people-${batch}.csv`);
    const rows = Array.from({ length: people }, (_, index) => `A81001,siem-${batch}-${index}@surgery.example,Person ${index},user`);
    fs.writeFileSync(file, ['ods_code,address,name,kind', ...rows, ''].join('\n'));
    await verb('account', 'import', file);
  };

  /** Everything that the audit has by now, as its export has it. */
  const exported = async () => (await verb('audit', 'export', '--format', 'jsonl')).trim().split('\n').map((line) => JSON.parse(line));

  /** Waits until both have every event that there is now, each exactly as an export has it; says how many came twice. */
  const everythingArrives = async () => {
    const wanted = await exported();
    return (await Promise.all([atCollector, atRsyslog].map((arrived) => until(async () => {
      const events = arrived();
      const byNumber = new Map(events.map((event) => [event.number, event]));
      const missing = wanted.filter(({ number }) => !byNumber.has(number)).map(({ number }) => number);
      assert.equal(missing.length, 0, `${missing.length} of ${wanted.length} are missing, such as ${missing.slice(0, 5)}`);
      for (const event of wanted) assert.deepEqual(byNumber.get(event.number), event);
      return `${events.length} for ${wanted.length}`;
    }, PATIENCE)))).join(', ');
  };

  /** The line of `stream list` about the stream called `name`. */
  const told = async (name) => (await verb('stream', 'list')).split('\n').find((line) => line.startsWith(`${name}:`));

  await step('rsyslog, a collector and the servers start', async () => {
    const [port] = await freePorts(1);
    rsyslog = new Rsyslog({ folder: world.at('rsyslog'), pki, port });
    world.stops.push(() => rsyslog.stop());
    await rsyslog.start('gtls', NAME);
    collector = await Peer.start('collector', [pki.key, pki.certificate, TOKEN], { log: world.at('collector.log') });
    world.stops.push(() => collector.stop());
    const streams = settings({ rsyslog, collector, pki, ours: issueTo(pki, NAME) });
    own = await streaming(world, 'siem', { streams, environment: { WARDKEY_STREAM_HTTP_COLLECTOR_TOKEN: TOKEN } });
  });

  await step('a sign-in arrives at both, and everything before it', async () => {
    const someone = world.person('nurse');
    const agent = own.agent();
    await signIn(agent, await agent.open(`${own.issuer}/signin`), someone);
    const arrived = await everythingArrives();
    const record = rsyslog.records().findLast(({ msgid }) => msgid === 'signed_in');
    assert(record, 'rsyslog has no sign-in');
    const { event, timestamp, procid, 'structured-data': data, ...header } = record;
    assert(rsyslog.events().some((line) => line === record.msg.slice(1)), 'the file has something else than the line of JSON');
    assert.equal(event.address, '127.0.0.1');
    assert.deepEqual({ ...header, msg: '' }, {
      hostname: 'localhost', 'app-name': 'wardkey', msgid: 'signed_in', 'syslogfacility-text': 'audit',
      'syslogseverity-text': 'info', msg: '',
    });
    assert.match(procid, /^\d+$/);
    assert.equal(new Date(timestamp).getTime(), new Date(event.at).getTime());
    assert.match(data, new RegExp(`^\\[wardkey@32473 number="${event.number}" id="${event.id}" actor="[^"]+" request="${event.request}" `));
    return arrived;
  });

  await step('a receiver that is not the one that is meant gets nothing, and it is told', async () => {
    await until(async () => assert.match(await told('stream_syslog.distrustful'), /\d+ events behind, last taken never, fails since \S+: untrusted/), PATIENCE);
  });

  await step('with both away everything goes on, and it is said once', async () => {
    await rsyslog.stop();
    collector.tell('manners', { status: 503, retryAfter: 1 });
    await happen(300);
    for (const [name, why] of [['stream_syslog', 'unreachable'], ['stream_http.collector', 'status_503']]) {
      await until(async () => {
        const line = await told(name);
        assert.match(line, new RegExp(`fails since \\S+: ${why}, [2-9]\\d* tries`));
        assert(Number(line.match(/(\d+) events behind/)[1]) >= 300, line);
      }, PATIENCE);
      assert.equal(lines([`the stream \`${name}\` is not taken`]).length, 1, name);
    }
  });

  await step('the servers are killed and start again, one after another, and more happens', async () => {
    for (const node of own.nodes) {
      await stop(node.child, { signal: 'SIGKILL' });
      await happen(40);
      await runNode(own, node);
      await happen(40);
    }
  });

  await step('both come back, rsyslog with the other way of speaking TLS: every event is there', async () => {
    await rsyslog.start('ossl', NAME);
    collector.tell('manners', { status: 200, retryAfter: null });
    const arrived = await everythingArrives();
    for (const name of ['stream_syslog', 'stream_http.collector']) {
      await until(async () => assert.match(await told(name), /^\S+ 0 events behind, last taken \S+$/), PATIENCE);
      assert.equal(lines([`the stream \`${name}\` is taken again`]).length, 1, name);
    }
    return arrived;
  });

  await step('a collector that takes a batch and does not say so gets it again', async () => {
    collector.tell('manners', { silent: true });
    await happen(60);
    await until(async () => assert(collector.said.some(({ silent }) => silent), 'nothing was handed over'), PATIENCE);
    collector.tell('manners', { silent: false });
    return everythingArrives();
  });

  await step('rsyslog and a server are killed while events arrive, again and again: every event is there', async () => {
    for (let round = 0; round < 3; round += 1) {
      const driver = round % 2 ? 'gtls' : 'ossl';
      const happening = happen(200);
      await until(async () => assert(atRsyslog().some(({ kind }) => kind === 'account_imported')), PATIENCE);
      await Promise.all([rsyslog.stop('SIGKILL'), stop(own.nodes.at(-1).child, { signal: 'SIGKILL' })]);
      await rsyslog.start(driver, NAME);
      await happening;
      await runNode(own, own.nodes.at(-1));
    }
    return everythingArrives();
  });

  await step('neither the log nor the list has the token', async () => {
    assert(!log().includes(TOKEN) && !(await verb('stream', 'list')).includes(TOKEN));
    assert(!collector.said.some(({ event }) => event === 'stranger'), 'it came without its token');
  });

  await step('each stream began once, and the audit says so', async () => {
    const begun = (await exported()).filter(({ kind }) => kind === 'audit_stream_begun').map(({ event }) => event.stream);
    assert.deepEqual(begun.sort(), ['stream_http.collector', 'stream_syslog', 'stream_syslog.distrustful']);
  });
}
