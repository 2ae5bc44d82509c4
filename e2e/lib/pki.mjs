// A certificate authority of one run and a server certificate for this machine's own names. Test only.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './process.mjs';

/** A certificate for `name` and its key, from the authority of `pki`: for a client, which others know by it. */
export function issueTo(pki, name) {
  const folder = path.dirname(pki.authority);
  const at = (suffix) => path.join(folder, `${name}.${suffix}`);
  run('openssl', ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('key'),
    '-out', at('csr'), '-subj', `/CN=${name}`]);
  fs.writeFileSync(at('ext'), `subjectAltName=DNS:${name}\nextendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n`);
  run('openssl', ['x509', '-req', '-in', at('csr'), '-CA', pki.authority, '-CAkey', path.join(folder, 'ca.key'),
    '-CAcreateserial', '-days', '2', '-extfile', at('ext'), '-out', at('crt')]);
  return { certificate: at('crt'), key: at('key') };
}

export function makePki(folder) {
  fs.mkdirSync(folder, { recursive: true });
  const at = (name) => path.join(folder, name);
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run('openssl', ['req', '-x509', ...ec, '-keyout', at('ca.key'), '-out', at('ca.crt'), '-days', '2',
    '-subj', '/CN=Wardkey test authority']);
  run('openssl', ['req', ...ec, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=localhost']);
  fs.writeFileSync(at('server.ext'),
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n');
  run('openssl', ['x509', '-req', '-in', at('server.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key'),
    '-CAcreateserial', '-days', '2', '-extfile', at('server.ext'), '-out', at('server.crt')]);
  const publicKey = run('openssl', ['x509', '-in', at('server.crt'), '-noout', '-pubkey']);
  fs.writeFileSync(at('server.pub'), publicKey);
  run('openssl', ['pkey', '-pubin', '-in', at('server.pub'), '-outform', 'DER', '-out', at('server.spki')]);
  const digest = run('openssl', ['dgst', '-sha256', '-binary', at('server.spki')], { encoding: 'buffer' });
  return {
    authority: at('ca.crt'),
    authorityText: fs.readFileSync(at('ca.crt')),
    certificate: at('server.crt'),
    key: at('server.key'),
    /** What Chromium needs to trust this one key and no other. */
    pin: digest.toString('base64'),
  };
}
