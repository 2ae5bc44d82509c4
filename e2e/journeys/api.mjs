// Another program uses the management API: as a workflow that contains somebody would; and PyPI schemathesis, which reads the
// description and asks everything that it can think of, in the places where something may go wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { enterWithCode } from '../lib/door.mjs';
import { Mouse } from '../lib/hand.mjs';
import { outcomeOf, until } from '../lib/process.mjs';
import { administratorWithApp } from '../lib/roles.mjs';

const PYTHON_MODULES = path.resolve('e2e/python_modules/api');
const PEERS = path.resolve('e2e/peers');
const SCOPES = 'wardkey:people.read wardkey:people.manage wardkey:reports.read wardkey:contain';
/** Where it may change whatever it likes. */
const THERE = 'D84004';

export async function run({ world, check, chromium, screens }) {
  const step = stepsOf(check);
  const window = await Window.open(chromium, { world, screens: screens && `${screens}/api` });
  try {
    const all = { world, check, step, window };
    await contain(all);
    await everything(all);
  } finally {
    await window.close();
  }
}

/** A program that the operator has added, with the token that it gets. */
async function program(world, organisation) {
  const told = await world.wardkeyInBackground('application', 'add', '--organisation', organisation, '--name', 'Containment',
    '--grant', 'client_credentials', '--scope', SCOPES);
  const [, id] = told.match(/client id: (\S+)/);
  const [, secret] = told.match(/client secret: (\S+)/);
  const ask = world.fetch();
  const answer = await ask(`${world.issuer}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: SCOPES }),
  });
  assert.equal(answer.status, 200);
  const { access_token: token } = await answer.json();
  const send = async (method, where, { key, body } = {}) => {
    const headers = { authorization: `Bearer ${token}` };
    if (key) Object.assign(headers, { 'idempotency-key': key, 'content-type': 'application/json' });
    const got = await ask(`${world.issuer}/api/v1${where}`, { method, headers, body: body && JSON.stringify(body) });
    return { status: got.status, replayed: got.headers.get('idempotency-replayed'), json: await got.json() };
  };
  return { token, send };
}

async function contain({ world, step, window }) {
  const person = world.person('social-worker');
  const key = 'case-4711-of-the-spam-filter';
  const body = { reason: 'It sends spam, ticket 4711', suspected_hours: 48 };
  let there;
  let asked;
  await step('a program finds somebody by their address and marks them as compromised, twice with one key', async () => {
    there = await program(world, THERE);
    const { json } = await there.send('GET', `/people?q=${encodeURIComponent(person.address)}`);
    assert.deepEqual(json.people.map(({ address }) => address), [person.address]);
    asked = json.people[0];
    const where = `/people/${asked.id}/mark-compromised`;
    const first = await there.send('POST', where, { key, body });
    assert.equal(first.status, 200, JSON.stringify(first.json));
    const second = await there.send('POST', where, { key, body });
    assert.deepEqual([second.status, second.json, first.replayed, second.replayed], [200, first.json, null, 'true']);
    const other = await there.send('POST', where, { key, body: { reason: 'Something else' } });
    assert.deepEqual([other.status, other.json.code], [422, 'API-423']);
  });
  await step('the API and the page of their administrator show it', async () => {
    await until(async () => {
      const { json } = await there.send('GET', '/people?mfa=compromised');
      assert.deepEqual(json.people.map(({ address }) => address), [person.address]);
    });
    const desk = await administratorWithApp(world, 'social-care-desk', { organisation: THERE, role: 'local-administrator' });
    await enterWithCode(window, new Mouse(window.page), desk, '/');
    await window.goto(`/admin/people/${asked.id}`);
    await window.page.getByText('Compromised since').waitFor();
    await window.look('account-contained-by-a-program');
    await window.verdict(1);
  });
}

async function everything({ world, check }) {
  await check('PyPI schemathesis finds nothing wrong with it', async () => {
    const { token } = await program(world, THERE);
    const description = await (await world.fetch()(`${world.issuer}/api/v1/openapi.json`)).text();
    const file = world.at('management-api.json');
    fs.writeFileSync(file, description);
    const asked = [
      // A connection that is lost on a busy machine is made again; the key makes the second request the same as the first.
      '-m', 'schemathesis.cli', 'run', file, '--request-retries', '3', '--url', world.issuer, '--checks', 'all', '--seed', '1', '--max-examples', '25',
      '--header', `Authorization: Bearer ${token}`, '--tls-verify', world.pki.authority, '--continue-on-failure', '--no-color',
    ];
    const env = {
      ...process.env, PYTHONPATH: [PYTHON_MODULES, PEERS].join(':'), PYTHONDONTWRITEBYTECODE: '1', NO_PROXY: 'localhost',
      SCHEMATHESIS_HOOKS: 'api_hooks',
    };
    const { code, printed, complaints } = await outcomeOf('python3', asked, { cwd: world.folder, env, maxBuffer: 1 << 26 });
    if (code !== 0) throw new Error(`schemathesis ends with ${code}\n${printed.slice(-12000)}${complaints.slice(-2000)}`);
    return printed.trim().split('\n').at(-1);
  });
}
