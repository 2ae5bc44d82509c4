// The journeys, in every world: `e2e/run [journey…]`. E2E_WORLDS=sqlite leaves the other world out, E2E_KEEP=1 keeps the
// folder of a run that failed, E2E_BINARY names another server. Photographs of the pages go to target/screens.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startChromium } from './lib/browser.mjs';
import { checksOf, failed, passed } from './lib/check.mjs';
import { makePki } from './lib/pki.mjs';
import { stopAll } from './lib/process.mjs';
import { ENGINES, makeWorld, tails } from './lib/world.mjs';

const JOURNEYS = ['newcomer', 'portal', 'administrator', 'onward', 'apache', 'openid-client', 'native', 'two-nodes', 'demo',
  'telephone', 'authenticator', 'security-key', 'key-handover', 'smartcard', 'card-proxy', 'care-identity',
  'terminal', 'push', 'practice', 'bulk', 'siem', 'api', 'grace', 'named-location', 'exception', 'compromised',
  'remembered', 'scim'];

/** Those that go by a clock of their own wait for nothing, and would only hold up the others, who do: they come after them. */
const AFTERWARDS = ['grace', 'named-location', 'exception', 'compromised', 'remembered', 'scim'];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !JOURNEYS.includes(name));
if (unknown.length > 0) {
  console.error(`no such journey: ${unknown.join(', ')}; there are ${JOURNEYS.join(', ')}`);
  process.exit(2);
}
const journeys = JOURNEYS.filter((name) => wanted.length === 0 || wanted.includes(name));
const worlds = process.env.E2E_WORLDS?.split(',') ?? Object.keys(ENGINES);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wardkey-e2e-'));
// Apache gives up being root and still has to reach its files; what is secret has a mode of its own.
fs.chmodSync(folder, 0o755);
const screens = path.resolve('target/screens');

let chromium;
const made = [];

/** Ends what this run started, and nothing else. */
async function cleanUp() {
  await chromium?.close().catch(() => {});
  for (const world of made.splice(0)) await world.stop().catch((error) => console.error(error));
  await stopAll();
  if (failed().length === 0 || !process.env.E2E_KEEP) fs.rmSync(folder, { recursive: true, force: true });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await cleanUp();
    process.exit(1);
  });
}

const begin = (name, pki) => checksOf(name)('the servers, the data and Apache start', async () => {
  const world = await makeWorld(name, path.join(folder, name), pki);
  made.push(world);
  return world;
});

async function walk(world) {
  const { name } = world;
  const inSetup = checksOf(name);
  // Photographs of one world are enough: the pages are the same in each.
  const album = name === worlds[0] ? screens : undefined;
  const take = async (journey) => {
    const check = checksOf(`${name}, ${journey}`);
    const { run } = await import(`./journeys/${journey}.mjs`);
    try {
      await run({ world, check, chromium, screens: album });
    } catch (error) {
      await check('the journey ends in order', () => Promise.reject(error));
    }
  };
  const isLater = (journey) => AFTERWARDS.includes(journey);
  await Promise.all(journeys.filter((journey) => !isLater(journey)).map(take));
  await Promise.all(journeys.filter(isLater).map(take));
  await inSetup('no server logged a fault', async () => {
    const faults = world.faults();
    if (faults.length > 0) throw new Error(faults.join('\n'));
  });
  await inSetup('the audit is sound', async () => {
    const told = await world.wardkeyInBackground('audit', 'verify');
    if (!/\d+ blocks and \d+ sealed events are sound/.test(told)) throw new Error(told);
    return told.split('\n')[0];
  });
  await inSetup('the servers stop in order when they are told to', async () => {
    await world.stopNodes();
  });
  if (failed().some((check) => check.name.startsWith(name))) console.log(tails(world));
  await world.stop();
}

try {
  const pki = makePki(path.join(folder, 'pki'));
  if (wanted.length === 0) fs.rmSync(screens, { recursive: true, force: true });
  chromium = await startChromium(pki);
  for (const name of worlds) {
    const world = await begin(name, pki);
    if (world) await walk(world);
  }
} catch (error) {
  await checksOf('all worlds')('the run ends in order', () => Promise.reject(error));
} finally {
  await cleanUp();
}
for (const { name } of failed()) console.log(`failed: ${name}`);
console.log(`${passed()} passed, ${failed().length} failed`);
process.exit(failed().length === 0 && passed() > 0 ? 0 : 1);
