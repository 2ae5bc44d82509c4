import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base32, fromBase32, utf8 } from '../src/core/bytes';
import { codeAt, grouped, importSecret, leftAt, stepAt, USUAL } from '../src/core/totp';

// RFC 6238, appendix B; the secrets of the longer hashes are those of its reference code.
const DIGITS = '1234567890';
const SECRETS = { 'SHA-1': DIGITS.repeat(2), 'SHA-256': `${DIGITS.repeat(3)}12`, 'SHA-512': `${DIGITS.repeat(6)}1234` };
const VECTORS = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
];

test('codes_are_those_of_rfc_6238', async () => {
  for (const [index, algorithm] of ['SHA-1', 'SHA-256', 'SHA-512'].entries()) {
    const rule = { algorithm, digits: 8, period: 30 };
    const key = await importSecret(utf8(SECRETS[algorithm]), rule);
    for (const [seconds, ...codes] of VECTORS) assert.equal(await codeAt(key, rule, seconds), codes[index], `${algorithm} at ${seconds}`);
  }
});

test('a_code_of_six_digits_keeps_its_zeroes', async () => {
  const key = await importSecret(utf8(SECRETS['SHA-1']), USUAL);
  assert.equal(await codeAt(key, USUAL, 1_111_111_109), '081804');
  assert.equal(await codeAt(key, USUAL, 1_111_111_111), '050471');
});

test('a_code_changes_when_its_time_is_over', () => {
  assert.deepEqual([0, 1, 29, 29.9, 30, 59].map((seconds) => leftAt(USUAL, seconds)), [30, 29, 1, 1, 30, 1]);
  assert.deepEqual([29.9, 30, 60].map((seconds) => stepAt(USUAL, seconds)), [0, 1, 2]);
});

test('a_code_is_shown_in_two_halves', () => {
  assert.equal(grouped('123456'), '123 456');
  assert.equal(grouped('12345678'), '1234 5678');
});

test('base_32_is_read_as_people_copy_it', () => {
  const text = (given) => new TextDecoder().decode(fromBase32(given));
  // RFC 4648, section 10.
  for (const [plain, coded] of [['', ''], ['f', 'MY======'], ['fo', 'MZXQ===='], ['foo', 'MZXW6==='], ['foob', 'MZXW6YQ='], ['foobar', 'MZXW6YTBOI======']]) {
    assert.equal(text(coded), plain);
    assert.equal(base32(utf8(plain)), coded.replaceAll('=', ''));
  }
  assert.equal(text('mzxw 6ytb-oi'), 'foobar');
  assert.equal(fromBase32('MZXW1'), undefined);
  assert.equal(fromBase32('MZ=XW6'), undefined);
});
