import assert from 'node:assert/strict';
import { test } from 'node:test';
import encodeQR from 'qr';
import { decodeQR } from 'qr/decode.js';

test('the_decoder_reads_a_link_of_a_page', () => {
  const text = 'https://id.example.nhs.uk/authenticator/#enrol=ABCDEFGHIJKLMNOPQRSTUVWX23';
  const rows = encodeQR(text, 'raw', { ecc: 'medium', scale: 4, border: 4 });
  const [height, width] = [rows.length, rows[0].length];
  const data = new Uint8ClampedArray(rows.flat().flatMap((dark) => (dark ? [0, 0, 0, 255] : [255, 255, 255, 255])));
  assert.equal(decodeQR({ width, height, data }), text);
});
