import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { makeKey, Refusal, Server, statement, Unreachable } from '../src/core/protocol';
import { readContext, Unreadable } from '../src/core/answers';
import { LARGEST_BODY } from '../src/core/body';

const ORIGIN = 'https://id.example.nhs.uk';
const NOW = 1_795_341_600;
const CONTEXT = '{"application":"Röntgen","place":null,"address":"192.0.2.7","browser":null,"at":1795341590,"known":false}';
const ASKED = { account: 'acc-1', request: 'req-1', nonce: 'n0nce', context: CONTEXT };

test('statements_are_the_bytes_of_the_protocol', () => {
  const text = (bytes) => new TextDecoder().decode(bytes);
  const cases = [
    [statement.register(ORIGIN, 'CODE', 'BPub', 'Wörk phone'), 'wardkey-authenticator/1 register\nhttps://id.example.nhs.uk\nCODE\nBPub\nWörk phone'],
    [statement.hello(ORIGIN, 'acc-1', NOW), 'wardkey-authenticator/1 hello\nhttps://id.example.nhs.uk\nacc-1\n1795341600'],
    [statement.subscribe(ORIGIN, 'acc-1', NOW, { endpoint: 'https://push.example/1', p256dh: 'BKey', auth: 'aa' }),
      'wardkey-authenticator/1 subscribe\nhttps://id.example.nhs.uk\nacc-1\n1795341600\nhttps://push.example/1\nBKey\naa'],
    [statement.approve(ORIGIN, ASKED, 'hash', '07'), 'wardkey-authenticator/1 approve\nhttps://id.example.nhs.uk\nacc-1\nreq-1\nn0nce\nhash\n07'],
    [statement.refuse(ORIGIN, ASKED, 'hash', 'not_started'),
      'wardkey-authenticator/1 refuse\nhttps://id.example.nhs.uk\nacc-1\nreq-1\nn0nce\nhash\nnot_started'],
  ];
  for (const [bytes, expected] of cases) assert.equal(text(bytes), expected);
});

test('a_line_break_inside_a_field_is_never_signed', () => {
  for (const device of ['two\nlines', 'two\rlines', 'end\r\n']) {
    assert.throws(() => statement.register(ORIGIN, 'CODE', 'BPub', device), Unreadable);
  }
});

/** A world in which each call is recorded and answered by `answer`. */
function world(answer) {
  const calls = [];
  return {
    calls,
    now: () => NOW * 1000 + 999,
    async fetch(address, options) {
      const body = JSON.parse(options.body);
      calls.push({ address, options, body });
      const { status = 200, headers = {}, ...said } = await answer(calls.length, body);
      return new Response(JSON.stringify(said), { status, headers });
    },
  };
}

const keyOf = async (pair) => createPublicKey({ key: await crypto.subtle.exportKey('jwk', pair.publicKey), format: 'jwk' });

const holds = (key, lines, signature) =>
  verify('sha256', Buffer.from(lines.join('\n')), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));

const REGISTRATION = {
  account: 'acc-1', origin: ORIGIN, organisation: 'Riverside Surgery', name: 'nurse@riverside.example', service: 'Wardkey',
  secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', vapid: 'BP', now: NOW,
};

test('a_registration_proves_that_the_app_holds_the_key', async () => {
  const pair = await makeKey();
  const around = world(() => REGISTRATION);
  const answer = await new Server(ORIGIN, around).register('CODE', 'Work phone', pair);
  const [{ address, options, body }] = around.calls;
  assert.equal(address, `${ORIGIN}/authenticator/v1/registrations`);
  assert.equal(options.credentials, 'omit');
  assert.equal(options.headers['content-type'], 'application/json');
  assert.deepEqual(Object.keys(body), ['code', 'key', 'device', 'signature']);
  const point = Buffer.from(body.key, 'base64url');
  assert.equal(point.length, 65);
  assert.equal(point[0], 4);
  assert.ok(holds(await keyOf(pair), ['wardkey-authenticator/1 register', ORIGIN, 'CODE', body.key, 'Work phone'], body.signature));
  assert.equal(new TextDecoder().decode(answer.secret), '12345678901234567890');
});

test('the_private_key_cannot_be_exported', async () => {
  const { privateKey } = await makeKey();
  for (const format of ['jwk', 'pkcs8']) await assert.rejects(crypto.subtle.exportKey(format, privateKey));
});

test('a_server_cannot_say_that_it_is_another', async () => {
  const around = world(() => ({ ...REGISTRATION, origin: 'https://elsewhere.example' }));
  await assert.rejects(new Server(ORIGIN, around).register('CODE', 'Phone', await makeKey()), Unreadable);
});

test('a_registration_that_lacks_something_is_not_believed', async () => {
  for (const name of ['account', 'organisation', 'name', 'service', 'secret', 'vapid', 'origin']) {
    const around = world(() => ({ ...REGISTRATION, [name]: undefined }));
    await assert.rejects(new Server(ORIGIN, around).register('CODE', 'Phone', await makeKey()), Unreadable, name);
  }
});

test('a_hello_is_sent_again_with_the_servers_clock', async () => {
  const pair = await makeKey();
  const around = world((call) => (call === 1 ? { status: 401, error: 'clock', now: NOW + 500 } : { requests: [], gone: [], now: NOW + 500 }));
  const server = new Server(ORIGIN, around);
  await server.requests([{ account: 'acc-1', key: pair.privateKey }]);
  const at = around.calls.map(({ body }) => body.hellos[0].at);
  assert.deepEqual(at, [NOW, NOW + 500]);
  assert.equal(server.now(), NOW + 500);
  const [hello] = around.calls[1].body.hellos;
  assert.ok(holds(await keyOf(pair), ['wardkey-authenticator/1 hello', ORIGIN, 'acc-1', String(NOW + 500)], hello.signature));
});

test('a_clock_that_is_refused_twice_is_not_tried_for_ever', async () => {
  const { privateKey } = await makeKey();
  const around = world(() => ({ status: 401, error: 'clock', now: NOW + 500 }));
  await assert.rejects(new Server(ORIGIN, around).requests([{ account: 'acc-1', key: privateKey }]), (error) => error instanceof Refusal && error.word === 'clock');
  assert.equal(around.calls.length, 2);
});

test('an_answer_covers_what_was_shown', async () => {
  const pair = await makeKey();
  const around = world(() => ({ outcome: 'approved', now: NOW }));
  const server = new Server(ORIGIN, around);
  assert.equal(await server.approve(pair.privateKey, ASKED, '07'), 'approved');
  await server.refuse(pair.privateKey, ASKED, 'wrong_details');
  const hash = createHash('sha256').update(CONTEXT).digest('base64url');
  const shared = [ORIGIN, 'acc-1', 'req-1', 'n0nce', hash];
  const [approval, refusal] = around.calls.map(({ body }) => body);
  assert.equal(approval.number, '07');
  assert.ok(holds(await keyOf(pair), ['wardkey-authenticator/1 approve', ...shared, '07'], approval.signature));
  assert.equal(refusal.reason, 'wrong_details');
  assert.ok(holds(await keyOf(pair), ['wardkey-authenticator/1 refuse', ...shared, 'wrong_details'], refusal.signature));
});

const REQUEST = { request: 'req-1', account: 'acc-1', purpose: 'sign_in', nonce: 'n', context: CONTEXT, digits: 2, expires_at: NOW + 300 };

test('a_request_that_cannot_be_shown_is_left_out', async () => {
  const { privateKey } = await makeKey();
  const broken = [
    { purpose: 'delete_everything' }, { digits: 0 }, { digits: 2.5 }, { context: '[]' }, { context: 'no' }, { context: '{}' },
    { context: CONTEXT.replace('"192.0.2.7"', '7') }, { context: CONTEXT.replace('"address":"192.0.2.7",', '') },
    { request: '../../elsewhere' }, { account: 'of-somebody-else' }, { nonce: 5 },
  ];
  const around = world(() => ({ requests: [REQUEST, ...broken.map((change) => ({ ...REQUEST, ...change }))], gone: [], extra: true, now: NOW }));
  const { requests } = await new Server(ORIGIN, around).requests([{ account: 'acc-1', key: privateKey }]);
  assert.equal(requests.length, 1);
  assert.equal(requests[0].context, CONTEXT);
  assert.deepEqual(requests[0].shown, { application: 'Röntgen', place: null, address: '192.0.2.7', browser: null, at: 1_795_341_590, known: false });
});

test('an_address_may_be_unknown', () => {
  assert.equal(readContext(CONTEXT.replace('"192.0.2.7"', 'null')).address, null);
});

test('only_accounts_that_were_asked_for_are_gone', async () => {
  const { privateKey } = await makeKey();
  const around = world(() => ({ requests: [], gone: ['acc-1', 'acc-2', 7], now: NOW }));
  assert.deepEqual((await new Server(ORIGIN, around).requests([{ account: 'acc-1', key: privateKey }])).gone, ['acc-1']);
});

test('a_refusal_says_when_to_come_back', async () => {
  const around = world(() => ({ status: 429, headers: { 'retry-after': '17' }, error: 'too_many', now: NOW }));
  await assert.rejects(new Server(ORIGIN, around).register('C', 'Phone', await makeKey()),
    (error) => error instanceof Refusal && error.word === 'too_many' && error.wait === 17);
});

test('no_server_makes_the_app_wait_for_ever_or_not_at_all', async () => {
  for (const [told, wait] of [['99999999999', 3600], ['Infinity', 3600], ['0', 60], ['-5', 60], ['soon', 60]]) {
    const around = world(() => ({ status: 429, headers: { 'retry-after': told }, error: 'too_many', now: NOW }));
    await assert.rejects(new Server(ORIGIN, around).register('C', 'Phone', await makeKey()), (error) => error.wait === wait);
  }
});

test('a_server_that_fails_has_decided_nothing', async () => {
  for (const [status, error] of [[503, 'unavailable'], [500, 'gone'], [502, undefined]]) {
    const around = world(() => ({ status, error, now: NOW }));
    await assert.rejects(new Server(ORIGIN, around).register('C', 'Phone', await makeKey()),
      (refusal) => refusal instanceof Refusal && refusal.word === 'unavailable', String(status));
  }
});

/** A body without end and without a line break; `state.ended` when nobody wants more. */
function endless(state = {}) {
  const part = new TextEncoder().encode(' '.repeat(16 * 1024));
  return new ReadableStream({ pull: (controller) => controller.enqueue(part), cancel() { state.ended = true; } });
}

test('an_answer_without_end_is_not_read_to_the_end', async () => {
  for (const status of [200, 400]) {
    const state = {};
    const around = { now: Date.now, fetch: async () => new Response(endless(state), { status }) };
    await assert.rejects(new Server(ORIGIN, around).register('C', 'Phone', await makeKey()), Unreachable);
    assert.ok(state.ended);
  }
});

test('an_answer_as_large_as_may_be_is_read', async () => {
  const { privateKey } = await makeKey();
  const plain = '{"requests":[],"gone":[],"more":"';
  const padded = (size) => `${plain}${'x'.repeat(size - plain.length - 2)}"}`;
  const ask = (text) => new Server(ORIGIN, { now: Date.now, fetch: async () => new Response(text) }).requests([{ account: 'acc-1', key: privateKey }]);
  assert.deepEqual(await ask(padded(LARGEST_BODY)), { requests: [], gone: [] });
  await assert.rejects(ask(padded(LARGEST_BODY + 1)), Unreachable);
});

test('whatever_answers_in_html_is_no_server', async () => {
  const html = { now: Date.now, fetch: async () => new Response('<h1>Hotel</h1>', { headers: { 'content-type': 'text/html' } }) };
  const dead = { now: Date.now, fetch: async () => { throw new TypeError('Failed to fetch'); } };
  for (const around of [html, dead]) await assert.rejects(new Server(ORIGIN, around).register('C', 'Phone', await makeKey()), Unreachable);
});

test('events_are_told_as_they_arrive', async () => {
  const { privateKey } = await makeKey();
  const stream = new ReadableStream({
    start(controller) {
      for (const part of [': hello\n\n', 'event: chan', 'ged\ndata: {}\n', '\n']) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const around = { now: Date.now, fetch: async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } }) };
  const told = [];
  await new Server(ORIGIN, around).events([{ account: 'acc-1', key: privateKey }], new AbortController().signal,
    { connected: () => told.push('connected'), changed: () => told.push('changed') });
  assert.deepEqual(told, ['connected', 'changed']);
});

test('a_stream_whose_line_does_not_end_is_given_up', async () => {
  const { privateKey } = await makeKey();
  let signal;
  const fetch = async (_, options) => {
    ({ signal } = options);
    return new Response(endless(), { headers: { 'content-type': 'text/event-stream' } });
  };
  const told = { connected() {}, changed() {} };
  await assert.rejects(new Server(ORIGIN, { now: Date.now, fetch }).events([{ account: 'acc-1', key: privateKey }], new AbortController().signal, told), Unreachable);
  assert.ok(signal.aborted, 'nothing more is fetched');
});
