// An authority that issues smartcards: certificates, lists of those that it has revoked, and a responder. Test only.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { run, runInBackground } from './process.mjs';

const ROOT = '/O=Riverside Hospital NHS Trust/CN=Riverside Cards Root';
const ISSUING = '/O=Riverside Hospital NHS Trust/CN=Riverside Cards Issuing';

const KINDS = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  rsa: ['-newkey', 'rsa:2048'],
};

/** So many hours from now. */
export const hours = (count) => new Date(Date.now() + count * 60 * 60 * 1000);

/** How `openssl ca` writes a time. */
const written = (time) => time.toISOString().replaceAll(/[-:T]|\.\d+/g, '').slice(2);

/** Where the lists and the responders are found. */
const LIST = '/issuing.crl';
const ROOT_LIST = '/root.crl';
const RESPONDERS = '/status/';

/** A root and the authority below it that issues the cards, in a folder of their own. */
class Pair {
  constructor(folder) {
    this.folder = folder;
    fs.mkdirSync(folder, { recursive: true });
    for (const name of ['root', 'issuing']) {
      fs.writeFileSync(this.at(`${name}.index`), '');
      fs.writeFileSync(this.at(`${name}.number`), '1000\n');
      fs.writeFileSync(this.at(`${name}.cnf`), `[ca]
default_ca = it
[it]
database = ${this.at(`${name}.index`)}
new_certs_dir = ${folder}
certificate = ${this.at(`${name}.crt`)}
private_key = ${this.at(`${name}.key`)}
crlnumber = ${this.at(`${name}.number`)}
crl_extensions = list
rand_serial = yes
unique_subject = no
default_md = sha256
default_days = 2
default_crl_days = 1
policy = any
[any]
organizationName = optional
commonName = supplied
[list]
authorityKeyIdentifier = keyid
`);
    }
  }

  at(name) {
    return path.join(this.folder, name);
  }

  /** Makes both authorities; certificates name the lists at `address`. */
  make(address) {
    const authority = 'keyUsage=critical,keyCertSign,cRLSign';
    run('openssl', ['req', '-x509', ...KINDS.ec, '-nodes', '-keyout', this.at('root.key'), '-out', this.at('root.crt'), '-days', '2',
      '-subj', ROOT, '-addext', authority]);
    this.issue('issuing', {
      by: 'root',
      subject: ISSUING,
      extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', authority, `crlDistributionPoints=URI:${address}${ROOT_LIST}`],
    });
  }

  /** Makes a key and has it certified. */
  issue(name, { by = 'issuing', subject, kind = 'ec', extensions, from = hours(-1), to = hours(24) }) {
    run('openssl', ['req', ...KINDS[kind], '-nodes', '-keyout', this.at(`${name}.key`), '-out', this.at(`${name}.csr`), '-subj', subject]);
    fs.writeFileSync(this.at(`${name}.ext`), ['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid', ...extensions, ''].join('\n'));
    run('openssl', ['ca', '-config', this.at(`${by}.cnf`), '-batch', '-notext', '-in', this.at(`${name}.csr`), '-out', this.at(`${name}.crt`),
      '-startdate', written(from), '-enddate', written(to), '-extfile', this.at(`${name}.ext`)]);
  }

  revoke(name) {
    run('openssl', ['ca', '-config', this.at('issuing.cnf'), '-revoke', this.at(`${name}.crt`)]);
  }

  /** The list of what the authority called `name` has revoked up to now, as it is published. */
  list(name) {
    run('openssl', ['ca', '-config', this.at(`${name}.cnf`), '-gencrl', '-out', this.at(`${name}.pem`)]);
    return run('openssl', ['crl', '-in', this.at(`${name}.pem`), '-outform', 'DER'], { encoding: 'buffer' });
  }

  text(name) {
    return fs.readFileSync(this.at(name), 'utf8');
  }
}

export class CardAuthority {
  /** What it is called, as servers tell browsers. */
  name = 'Riverside Cards Root';
  #ours;
  #namesakes;
  #server;
  #down = new Set();
  #asked = 0;

  /** Makes the authorities and answers for them on a free port of this machine. */
  static async start(folder) {
    const authority = new CardAuthority();
    await authority.#listen();
    authority.#ours = new Pair(path.join(folder, 'ours'));
    authority.#ours.make(authority.address);
    authority.#ours.issue('responder', {
      subject: '/CN=Riverside Cards responder',
      extensions: ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=critical,OCSPSigning', 'noCheck=ignored'],
    });
    // Somebody else who says the same of themselves, with keys of their own.
    authority.#namesakes = new Pair(path.join(folder, 'namesakes'));
    authority.#namesakes.make(authority.address);
    authority.trusted = authority.#ours.at('root.crt');
    return authority;
  }

  /**
   * A card of whoever has `number`. It says that one can ask a responder about it, look at a list, or both; there may be several
   * responders. `usage` is what its certificate is for. Some browsers send the root's own certificate, too: `showsRoot`.
   */
  card(number, options = {}) {
    const { kind, from, to, usage = 'clientAuth', responder = 'first' } = options;
    const { isListed = true, isNamesakes = false, showsRoot = false } = options;
    const by = isNamesakes ? this.#namesakes : this.#ours;
    const extensions = ['basicConstraints=CA:FALSE', 'keyUsage=critical,digitalSignature'];
    if (usage) extensions.push(`extendedKeyUsage=${usage}`);
    if (responder) extensions.push(`authorityInfoAccess=OCSP;URI:${this.address}${RESPONDERS}${responder}`);
    if (isListed) extensions.push(`crlDistributionPoints=URI:${this.address}${LIST}`);
    by.issue(number, { subject: `/CN=${number}`, kind, extensions, from, to });
    const chain = by.at(`${number}.pem`);
    const above = ['issuing.crt', ...(showsRoot ? ['root.crt'] : [])];
    fs.writeFileSync(chain, [`${number}.crt`, ...above].map((name) => by.text(name)).join(''));
    const label = `Smartcard ending ${number.slice(-4)}`;
    return { number, label, chain, issuer: by.at('issuing.crt'), key: by.at(`${number}.key`) };
  }

  /** Cancels a card; gives it back. */
  revoke(card) {
    this.#ours.revoke(card.number);
    return card;
  }

  /** From now on the responder called `name` does not answer, or does again. */
  isDown(name, isDown) {
    if (isDown) this.#down.add(name);
    else this.#down.delete(name);
  }

  async #listen() {
    this.#server = http.createServer((request, reply) => {
      this.#answer(request).then(([kind, body]) => reply.setHeader('content-type', kind).end(body), () => reply.destroy());
    });
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
    this.address = `http://127.0.0.1:${this.port}`;
  }

  async #answer(request) {
    if (request.url === LIST) return ['application/pkix-crl', this.#ours.list('issuing')];
    if (request.url === ROOT_LIST) return ['application/pkix-crl', this.#ours.list('root')];
    const isResponder = request.method === 'POST' && request.url.startsWith(RESPONDERS);
    if (!isResponder || this.#down.has(request.url.slice(RESPONDERS.length))) throw new Error('nobody is there');
    return ['application/ocsp-response', await this.#status(request)];
  }

  /** What OpenSSL's responder says to a question. */
  async #status(request) {
    const parts = [];
    for await (const part of request) parts.push(part);
    this.#asked += 1;
    const at = (name) => this.#ours.at(name);
    const [question, answer] = [at(`question-${this.#asked}`), at(`answer-${this.#asked}`)];
    fs.writeFileSync(question, Buffer.concat(parts));
    await runInBackground('openssl', ['ocsp', '-index', at('issuing.index'), '-CA', at('issuing.crt'), '-rsigner', at('responder.crt'),
      '-rkey', at('responder.key'), '-ndays', '1', '-reqin', question, '-respout', answer]);
    return fs.readFileSync(answer);
  }

  async stop() {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }
}
