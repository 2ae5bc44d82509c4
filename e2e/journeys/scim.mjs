// An HR system that makes, moves and switches off people: scim2-tester from PyPI, which is not ours, and what it does not look at.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { stepsOf } from '../lib/check.mjs';
import { outcomeOf } from '../lib/process.mjs';

const TESTER = path.resolve('e2e/peers/test_scim.py');
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
/** Fewer would mean that the tester has found less to test than there is. */
const AT_LEAST = 60;

export async function run({ world, check }) {
  const step = stepsOf(check);
  const base = `${world.issuer}/scim/v2`;
  const clients = {};

  /** A client of the organisation, with a token of its own. */
  const connect = async (code) => {
    const told = await world.wardkeyInBackground('application', 'add', '--organisation', code, '--name', `HR of ${code}`,
      '--grant', 'client_credentials', '--scope', 'wardkey:scim');
    const [, id] = told.match(/client id: (\S+)/);
    const [, secret] = told.match(/client secret: (\S+)/);
    const answer = await world.fetch()(`${world.issuer}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'wardkey:scim' }),
    });
    assert.equal(answer.status, 200);
    return (await answer.json()).access_token;
  };

  const ask = async (code, method, place, { body, ifMatch, node } = {}) => {
    const headers = { authorization: `Bearer ${clients[code]}` };
    if (body) headers['content-type'] = 'application/scim+json';
    if (ifMatch) headers['if-match'] = ifMatch;
    const answer = await world.fetch(node)(`${base}${place}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, tag: answer.headers.get('etag'), body: text ? JSON.parse(text) : undefined };
  };

  await step('two trusts connect their systems', async () => {
    const file = world.at('scim.csv');
    fs.writeFileSync(file, 'ods_code,name,kind,parent,status\nRSC,Fenland Trust,trust,,open\n'
      + 'RSD,Fenland Clinic,gp_practice,RSC,open\nRSX,Moorland Trust,trust,,open\n');
    await world.wardkeyInBackground('organisation', 'import', file);
    for (const code of ['RSC', 'RSX']) clients[code] = await connect(code);
  });

  await step('scim2-tester makes, reads, changes, replaces and deletes people and groups, and finds nothing wrong', async () => {
    const authority = world.at('scim-authority.pem');
    fs.writeFileSync(authority, world.pki.authorityText);
    const { code, printed, complaints } = await outcomeOf('python3', [TESTER, base, authority], { input: clients.RSC });
    assert.equal(code, 0, complaints);
    const { counts, others } = JSON.parse(printed);
    assert.deepEqual(others, []);
    assert(counts.SUCCESS >= AT_LEAST, `${counts.SUCCESS} checks`);
    return `${counts.SUCCESS} checks`;
  });

  let made;
  await step('a joiner moves, leaves and is gone, and another trust hears of none of it', async () => {
    made = await ask('RSC', 'POST', '/Users', { body: { schemas: [USER], userName: 'wren@fenland.example', displayName: 'Wren Fell' } });
    assert.equal(made.status, 201);
    const place = `/Users/${made.body.id}`;
    assert.equal((await ask('RSX', 'GET', place)).status, 404);
    const filter = encodeURIComponent('userName eq "wren@fenland.example"');
    assert.equal((await ask('RSX', 'GET', `/Users?filter=${filter}`)).body.totalResults, 0);
    assert.equal((await ask('RSC', 'GET', `/Users?filter=${filter}`)).body.totalResults, 1);
    const change = (pathOf, value) => ({ schemas: [PATCH], Operations: [{ op: 'replace', path: pathOf, value }] });
    const organization = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization';
    assert.equal((await ask('RSC', 'PATCH', place, { body: change(organization, 'RSX') })).status, 400);
    assert.equal((await ask('RSC', 'PATCH', place, { body: change(organization, 'RSD') })).status, 200);
    assert.equal((await ask('RSC', 'PATCH', place, { body: change('active', false) })).body.active, false);
    assert.equal((await ask('RSC', 'DELETE', place)).status, 204);
    assert.equal((await ask('RSC', 'GET', place)).status, 404);
  });

  await step('of changes to one version that arrive together, on whichever server, one is made', async () => {
    const { body, tag } = await ask('RSC', 'POST', '/Users', { body: { schemas: [USER], userName: 'lark@fenland.example' } });
    const rename = (name, node) => ask('RSC', 'PATCH', `/Users/${body.id}`, {
      body: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'displayName', value: name }] }, ifMatch: tag, node,
    });
    const nodes = world.nodes;
    const answers = await Promise.all([1, 2, 3, 4].map((number) => rename(`Lark ${number}`, nodes[number % nodes.length])));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
  });

  await step('the audit names the client', async () => {
    const told = await world.wardkeyInBackground('audit', 'export', '--format', 'jsonl');
    assert.match(told, /account_provisioned/);
    assert(!told.includes('wren@fenland.example'), 'no address is in the audit');
  });
}
