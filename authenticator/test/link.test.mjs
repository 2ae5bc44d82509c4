import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOfHash, printable, readLink } from '../src/core/link';
import { isOrigin } from '../src/core/origin';

const OWN = 'https://id.example.nhs.uk';
const CODE = 'ABCDEFGHIJKLMNOPQRSTUVWX23';
const SECRET = 'JBSWY3DPEHPK3PXP';
const read = (text) => readLink(text, OWN);

test('a_link_of_any_server_enrols_there', () => {
  const cases = [
    [`https://id.example.nhs.uk/authenticator/#enrol=${CODE}`, OWN],
    [`  https://other.example:8443/authenticator/#enrol=${CODE}\n`, 'https://other.example:8443'],
    [`HTTPS://Other.Example:443/authenticator/#enrol=${CODE}`, 'https://other.example'],
    [`http://localhost:8480/authenticator/#enrol=${CODE}`, 'http://localhost:8480'],
    [`http://127.0.0.1:8480/authenticator/#enrol=${CODE}`, 'http://127.0.0.1:8480'],
    [`http://[::1]:8480/authenticator/#enrol=${CODE}`, 'http://[::1]:8480'],
    [CODE, OWN],
    ['abcd efgh-ijkl mnop qrst uvwx 23', OWN],
  ];
  for (const [text, origin] of cases) {
    const link = read(text);
    assert.equal(link.kind, 'enrol', text);
    assert.equal(link.origin, origin, text);
    assert.equal(link.code, CODE, text);
  }
});

test('a_link_that_only_looks_like_one_is_refused', () => {
  const cases = [
    ['', 'empty'], ['   ', 'empty'], ['hello', 'unknown'], ['x'.repeat(5000), 'unknown'], [`${CODE}A`, 'unknown'], [CODE.slice(1), 'unknown'],
    [`http://id.example.nhs.uk/authenticator/#enrol=${CODE}`, 'not_https'],
    [`http://localhost.evil.example/authenticator/#enrol=${CODE}`, 'not_https'],
    [`http://127.0.0.1.evil.example/authenticator/#enrol=${CODE}`, 'not_https'],
    [`https://id.example.nhs.uk@evil.example/authenticator/#enrol=${CODE}`, 'unknown'],
    [`https://evil.example/elsewhere/#enrol=${CODE}`, 'unknown'],
    [`https://evil.example/authenticator/../x#enrol=${CODE}`, 'unknown'],
    [`https://evil.example/authenticator/?next=1#enrol=${CODE}`, 'unknown'],
    [`https://evil.example/authenticator/#enrol=${CODE}&more=1`, 'unknown'],
    [`https://evil.example/authenticator/#enrol=${CODE.slice(1)}%0A`, 'unknown'],
    [`https://evil.example/authenticator/?enrol=${CODE}`, 'unknown'],
    [`javascript:alert(1)//authenticator/#enrol=${CODE}`, 'unknown'],
    [`data:text/html,#enrol=${CODE}`, 'unknown'],
    [`file:///authenticator/#enrol=${CODE}`, 'unknown'],
    [`ftp://id.example/authenticator/#enrol=${CODE}`, 'unknown'],
  ];
  for (const [text, word] of cases) assert.equal(read(text), word, text);
});

test('keys_of_other_services_are_read', () => {
  const cases = [
    [`otpauth://totp/Example:alice@example.org?secret=${SECRET}&issuer=Example`, 'Example', 'alice@example.org', 'SHA-1', 6, 30],
    [`otpauth://TOTP/ACME%20Co:john?secret=${SECRET}&algorithm=SHA256&digits=8&period=60`, 'ACME Co', 'john', 'SHA-256', 8, 60],
    [`otpauth://totp/alice?secret=${SECRET}&algorithm=sha512`, 'Another service', 'alice', 'SHA-512', 6, 30],
    [`otpauth://totp/A:b:c?secret=jbsw%20y3dp%20ehpk%203pxp`, 'A', 'b:c', 'SHA-1', 6, 30],
  ];
  for (const [text, service, name, algorithm, digits, period] of cases) {
    const link = read(text);
    assert.equal(link.kind, 'key', text);
    assert.deepEqual([link.service, link.name, link.rule], [service, name, { algorithm, digits, period }], text);
    assert.equal(link.secret.length, 10);
  }
});

test('keys_that_cannot_be_used_are_refused', () => {
  const key = (query, label = 'totp/a') => `otpauth://${label}?${query}`;
  const cases = [
    [key(`secret=${SECRET}&counter=0`, 'hotp/a'), 'counter'], [key(`secret=${SECRET}`, 'motp/a'), 'unknown'],
    [key(''), 'bad_key'], [key('secret='), 'bad_key'], [key('secret=JBSW1'), 'bad_key'], [key('secret=JBSWY3DP'), 'bad_key'],
    [key(`secret=${'A'.repeat(2000)}`), 'bad_key'],
    [key(`secret=${SECRET}&digits=7`), 'unusual'], [key(`secret=${SECRET}&digits=1e9`), 'unusual'], [key(`secret=${SECRET}&digits=-6`), 'unusual'],
    [key(`secret=${SECRET}&period=0`), 'unusual'], [key(`secret=${SECRET}&period=1e99`), 'unusual'], [key(`secret=${SECRET}&period=NaN`), 'unusual'],
    [key(`secret=${SECRET}&algorithm=MD5`), 'unusual'], [key(`secret=${SECRET}&algorithm=__proto__`), 'unusual'],
    [key(`secret=${SECRET}`, 'totp/%E0%A4%A'), 'unknown'],
  ];
  for (const [text, word] of cases) assert.equal(read(text), word, text);
});

test('text_from_elsewhere_cannot_turn_the_direction_of_reading', () => {
  assert.equal(printable('a\u202Eb\u0000c\u2066d\ne'), 'a b c d e');
  assert.equal(printable('x'.repeat(1000)).length, 200);
  assert.equal(printable('Zoë 👩‍⚕️'), 'Zoë 👩‍⚕️');
});

test('a_binding_code_is_found_behind_the_hash_only', () => {
  assert.equal(codeOfHash(`#enrol=${CODE}`), CODE);
  for (const hash of ['', '#', '#add', '#enrol=', `#enrol=${CODE}x`, `#xenrol=${CODE}`]) assert.equal(codeOfHash(hash), undefined);
});

test('an_origin_is_written_in_one_way', () => {
  for (const text of ['https://a.example', 'https://a.example:8443', 'http://localhost:1']) assert.ok(isOrigin(text), text);
  for (const text of ['https://a.example/', 'https://a.example:443', 'https://A.example', 'http://a.example', 'https://x@a.example', 'null', '', 'javascript:1']) {
    assert.ok(!isOrigin(text), text);
  }
});
