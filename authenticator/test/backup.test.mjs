import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { BadBackup, readBackup, writeBackup } from '../src/core/backup';
import { utf8 } from '../src/core/bytes';
import { USUAL } from '../src/core/totp';

const ACCOUNTS = [
  {
    service: 'Wardkey', organisation: 'Riverside Surgery', name: 'nurse@riverside.example', label: 'Work', secret: utf8('12345678901234567890'),
    rule: USUAL, bond: { origin: 'https://id.example.nhs.uk', account: '0199-a' },
  },
  {
    service: 'Example', organisation: '', name: 'alice', label: '', secret: utf8('abcdefghijklmnop'),
    rule: { algorithm: 'SHA-512', digits: 8, period: 60 }, bond: null,
  },
];
const PASSPHRASE = 'correct horse café';
const written = writeBackup(ACCOUNTS, PASSPHRASE);

const refused = (word) => (error) => error instanceof BadBackup && error.word === word;

test('argon2id_is_that_of_rfc_9106', async () => {
  const filled = (length, byte) => new Uint8Array(length).fill(byte);
  // RFC 9106, section 5.3.
  const options = { t: 3, m: 32, p: 4, dkLen: 32, key: filled(8, 3), personalization: filled(12, 4) };
  const tag = await argon2idAsync(filled(32, 1), filled(16, 2), options);
  assert.equal(Buffer.from(tag).toString('hex'), '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});

test('a_backup_comes_back_as_it_was', async () => {
  assert.deepEqual(await readBackup(await written, PASSPHRASE), ACCOUNTS);
});

test('a_passphrase_is_the_same_however_it_was_composed', async () => {
  assert.deepEqual(await readBackup(await written, PASSPHRASE.normalize('NFD')), ACCOUNTS);
});

test('a_backup_has_the_form_of_the_protocol', async () => {
  const file = JSON.parse(await written);
  assert.equal(file.wardkey_authenticator_backup, 1);
  assert.equal(file.cipher, 'AES-256-GCM');
  const { salt, ...kdf } = file.kdf;
  assert.deepEqual(kdf, { name: 'argon2id', memory_kib: 19456, passes: 2, lanes: 1 });
  assert.equal(Buffer.from(salt, 'base64url').length, 16);
  assert.equal(Buffer.from(file.nonce, 'base64url').length, 12);
  for (const word of ['Wardkey', 'nurse', 'GEZDGNBV']) assert.ok(!JSON.stringify(file).includes(word));
});

test('a_wrong_passphrase_opens_nothing', async () => {
  await assert.rejects(readBackup(await written, 'correct horse cafe'), refused('wrong_passphrase'));
});

test('a_backup_that_was_changed_does_not_open', async () => {
  const file = JSON.parse(await written);
  const data = Buffer.from(file.data, 'base64url');
  data[3] ^= 1;
  await assert.rejects(readBackup(JSON.stringify({ ...file, data: data.toString('base64url') }), PASSPHRASE), refused('wrong_passphrase'));
});

test('weak_and_huge_parameters_are_refused_before_any_work', async () => {
  const file = JSON.parse(await written);
  const cases = [
    [{ memory_kib: 19455 }, 'weak'], [{ passes: 1 }, 'weak'], [{ memory_kib: 0 }, 'weak'], [{ memory_kib: -1 }, 'weak'],
    [{ memory_kib: 1024 * 1024 + 1 }, 'too_costly'], [{ passes: 11 }, 'too_costly'], [{ memory_kib: 2 ** 40 }, 'too_costly'],
    [{ lanes: 0 }, 'not_a_backup'], [{ lanes: 1e6 }, 'not_a_backup'], [{ memory_kib: 19456.5 }, 'not_a_backup'], [{ passes: '2' }, 'not_a_backup'],
    [{ name: 'argon2i' }, 'not_a_backup'], [{ salt: 'AA' }, 'not_a_backup'], [{ salt: '!!' }, 'not_a_backup'], [{ salt: undefined }, 'not_a_backup'],
  ];
  for (const [change, word] of cases) {
    const changed = JSON.stringify({ ...file, kdf: { ...file.kdf, ...change } });
    await assert.rejects(readBackup(changed, PASSPHRASE), refused(word), JSON.stringify(change));
  }
});

test('what_is_no_backup_is_refused', async () => {
  const file = JSON.parse(await written);
  const cases = ['', 'no', '[]', 'null', '{}', '{"kdf":null}', JSON.stringify({ ...file, wardkey_authenticator_backup: 2 }),
    JSON.stringify({ ...file, cipher: 'none' }), JSON.stringify({ ...file, nonce: 'AA' }), 'x'.repeat(5_000_000)];
  for (const text of cases) await assert.rejects(readBackup(text, PASSPHRASE), refused('not_a_backup'), text.slice(0, 60));
});

test('what_a_backup_holds_cannot_lead_elsewhere', async () => {
  const [account] = ACCOUNTS;
  for (const bond of [{ origin: 'javascript:alert(1)', account: 'a' }, { origin: 'http://elsewhere.example', account: 'a' },
    { origin: 'https://elsewhere.example/x', account: 'a' }, { origin: 'https://id.example.nhs.uk', account: '../../x' }]) {
    const text = await writeBackup([{ ...account, bond }], PASSPHRASE);
    await assert.rejects(readBackup(text, PASSPHRASE), refused('not_a_backup'), JSON.stringify(bond));
  }
});
