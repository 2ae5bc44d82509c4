// A stand-in for a Wardkey server, for tests of the app only: it keeps to docs/reference/authenticator-protocol.md, checks
// every signature by itself, and shares no code with the app. What it knows is gone when it ends.
import { createECDH, createHash, createPublicKey, randomBytes, randomUUID, verify } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const WEB = path.join(root, 'crates/web');
const DIST = path.join(root, 'authenticator/dist');
const NHSUK = path.join(WEB, 'node_modules/nhsuk-frontend/dist/nhsuk');
const ASSETS = '/assets/stand-in';
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
  // Elsewhere without the part for this machine: in a test, another server is another port here.
  + "connect-src 'self' https: http://127.0.0.1:*; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const MANIFEST = {
  name: 'Wardkey Authenticator', short_name: 'Wardkey', id: '/authenticator/', start_url: '/authenticator/', scope: '/authenticator/',
  display: 'standalone', background_color: '#f0f4f5', theme_color: '#1d3c4a',
  icons: [
    { src: `${ASSETS}/authenticator/icon-192.png`, sizes: '192x192', type: 'image/png' },
    { src: `${ASSETS}/authenticator/icon-512.png`, sizes: '512x512', type: 'image/png' },
    { src: `${ASSETS}/authenticator/icon-maskable-512.png`, sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
};
const TYPES = { js: 'text/javascript', css: 'text/css', png: 'image/png', svg: 'image/svg+xml' };
const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type', 'access-control-expose-headers': 'retry-after' };

class Refused extends Error {
  constructor(status, word) {
    super(word);
    Object.assign(this, { status, word });
  }
}

/** Starts a server on a free port of this machine, or on `port`. */
export async function startStandIn(port = 0) {
  const standIn = new StandIn();
  await new Promise((resolve) => standIn.server.listen(port, '127.0.0.1', resolve));
  standIn.origin = `http://127.0.0.1:${standIn.server.address().port}`;
  return standIn;
}

class StandIn {
  server = http.createServer((asked, reply) => void this.#reply(asked, reply));
  codes = new Map();
  accounts = new Map();
  requests = new Map();
  listeners = new Set();
  calls = [];
  /** How many seconds this server's clock is ahead. */
  ahead = 0;
  version = 'one';
  /** What to refuse every call with, if anything. */
  refusing = undefined;
  vapid = (() => {
    const pair = createECDH('prime256v1');
    pair.generateKeys();
    return pair.getPublicKey().toString('base64url');
  })();

  now() {
    return Math.floor(Date.now() / 1000) + this.ahead;
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Draws a binding code for somebody; the app that uses it gets a request with the number `number`, of 6 digits in any setting. */
  drawCode(person, { number = '424242', moves } = {}) {
    const code = randomBytes(32).toString('base64').replaceAll(/[^A-Za-z0-9]/g, 'x').slice(0, 26);
    this.codes.set(code, { person, number, moves });
    return `${this.origin}/authenticator/#enrol=${code}`;
  }

  /** Asks an account whether a sign-in is its own. */
  ask(account, { number = '42', purpose = 'sign_in', seconds = 300, ...about } = {}) {
    const context = JSON.stringify({
      application: 'Rota', place: 'near Leeds, England', address: '192.0.2.7', browser: 'Edge on Windows', at: this.now(), known: true, ...about,
    });
    const request = {
      request: randomUUID(), account, purpose, nonce: randomBytes(16).toString('base64url'), context, digits: number.length,
      expires_at: this.now() + seconds, number, answer: undefined,
    };
    this.requests.set(request.request, request);
    this.tell();
    return request;
  }

  /** Takes a request back. */
  takeBack({ request }) {
    this.requests.delete(request);
    this.tell();
  }

  /** Takes an app away from its account; what is returned puts it back. */
  remove(account) {
    const known = this.accounts.get(account);
    this.accounts.delete(account);
    this.tell();
    return () => this.accounts.set(account, known);
  }

  tell() {
    for (const reply of this.listeners) reply.write('event: changed\ndata: {}\n\n');
  }

  async #reply(asked, reply) {
    try {
      const { pathname } = new URL(asked.url, this.origin);
      if (pathname.startsWith('/authenticator/v1/')) return await this.#call(pathname.slice('/authenticator/v1/'.length), asked, reply);
      const [status, type, body] = this.#page(pathname);
      const headers = { 'content-type': type, 'cache-control': 'no-cache' };
      if (type.startsWith('text/html')) headers['content-security-policy'] = POLICY;
      reply.writeHead(status, headers).end(body);
    } catch (error) {
      reply.writeHead(500).end(String(error.stack));
    }
  }

  #page(pathname) {
    if (pathname === '/authenticator/') {
      const shell = fs.readFileSync(path.join(WEB, 'templates/authenticator/shell.html'), 'utf8');
      return [200, 'text/html; charset=utf-8', shell.replace(/\{#.*?#\}\n/s, '').replaceAll('{{ page.assets | safe }}', ASSETS)];
    }
    if (pathname === '/authenticator/manifest.webmanifest') return [200, 'application/manifest+json', JSON.stringify(MANIFEST)];
    if (pathname === '/authenticator/sw.js') {
      const script = fs.readFileSync(path.join(DIST, 'sw.js'), 'utf8');
      return [200, 'text/javascript', `self.WARDKEY=${JSON.stringify({ version: this.version, files: this.#files() })};\n${script}`];
    }
    if (!pathname.startsWith(`${ASSETS}/`)) return [404, 'text/html; charset=utf-8', '<!DOCTYPE html><title>Elsewhere</title><h1>Elsewhere</h1>'];
    const name = pathname.slice(ASSETS.length + 1);
    const type = TYPES[name.split('.').at(-1)];
    if (name === 'nhsuk.css') {
      return [200, type, fs.readFileSync(path.join(NHSUK, 'nhsuk-frontend.min.css'), 'utf8').replace(/@font-face\{[^}]*\}/g, '').replaceAll('Frutiger W01,', '').replaceAll('url(/assets/images/', 'url(images/')];
    }
    if (name.startsWith('images/')) return [200, type, fs.readFileSync(path.join(NHSUK, 'assets', name))];
    if (name.startsWith('authenticator/')) return [200, type, fs.readFileSync(path.join(DIST, path.basename(name)))];
    return [200, type, fs.readFileSync(path.join(WEB, 'assets', path.basename(name)))];
  }

  #files() {
    return ['/authenticator/', '/authenticator/manifest.webmanifest',
      ...['nhsuk.css', 'wardkey.css', 'favicon.svg', ...fs.readdirSync(DIST).filter((name) => name !== 'sw.js').map((name) => `authenticator/${name}`)]
        .map((name) => `${ASSETS}/${name}`)];
  }

  async #call(name, asked, reply) {
    if (asked.method === 'OPTIONS') return reply.writeHead(204, CORS).end();
    const json = (status, body) => reply.writeHead(status, { ...CORS, 'content-type': 'application/json' }).end(JSON.stringify({ ...body, now: this.now() }));
    try {
      if (asked.method !== 'POST' || asked.headers['content-type'] !== 'application/json' || asked.headers.cookie) throw new Refused(400, 'malformed');
      const parts = [];
      for await (const part of asked) parts.push(part);
      const text = Buffer.concat(parts).toString();
      if (text.length > 16 * 1024) throw new Refused(413, 'too_large');
      const body = JSON.parse(text);
      this.calls.push({ name, body });
      if (this.refusing) throw this.refusing;
      switch (name) {
        case 'registrations': return json(200, this.#register(body));
        case 'requests': return json(200, this.#list(body));
        case 'events': return this.#events(body, reply);
        case 'subscriptions': return json(200, this.#subscribe(body));
        case 'answers': return json(200, { outcome: this.#answer(body) });
        default: throw new Refused(404, 'unknown');
      }
    } catch (error) {
      const { status = 400, word = 'malformed' } = error;
      return json(status, { error: word });
    }
  }

  #verified(key, lines, signature) {
    if (lines.some((line) => /[\r\n]/.test(line))) throw new Refused(400, 'malformed');
    const point = Buffer.from(key, 'base64url');
    if (point.length !== 65 || point[0] !== 4) throw new Refused(400, 'malformed');
    const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
    return verify('sha256', Buffer.from(lines.join('\n')), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'));
  }

  #statement(purpose, ...fields) {
    return [`wardkey-authenticator/1 ${purpose}`, this.origin, ...fields.map(String)];
  }

  #register({ code, key, device, signature }) {
    const drawn = this.codes.get(code);
    if (!drawn || [...device].length < 1 || [...device].length > 60) throw new Refused(403, 'not_accepted');
    if (!this.#verified(key, this.#statement('register', code, key, device), signature)) throw new Refused(403, 'not_accepted');
    this.codes.delete(code);
    const account = drawn.moves ?? randomUUID();
    const words = { organisation: 'Riverside Surgery', name: drawn.person, service: 'Wardkey' };
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    this.accounts.set(account, { key, device, ...words });
    this.last = account;
    this.ask(account, { purpose: 'enrol', number: drawn.number, application: null });
    return { account, origin: this.origin, ...words, secret, vapid: this.vapid };
  }

  /** Which accounts of these hellos this server does not know. */
  #hellos({ hellos }) {
    if (!Array.isArray(hellos) || hellos.length > 20) throw new Refused(400, 'malformed');
    return hellos.filter(({ account, at, signature }) => {
      if (Math.abs(at - this.now()) > 120) throw new Refused(401, 'clock');
      const known = this.accounts.get(account);
      return !known || !this.#verified(known.key, this.#statement('hello', account, at), signature);
    }).map(({ account }) => account);
  }

  #list(body) {
    const gone = this.#hellos(body);
    const asked = body.hellos.map(({ account }) => account).filter((account) => !gone.includes(account));
    const open = [...this.requests.values()].filter(({ account, answer, expires_at: end }) => asked.includes(account) && !answer && end > this.now());
    return { requests: open.map(({ number, answer, ...request }) => request), gone };
  }

  #events(body, reply) {
    if (this.#hellos(body).length === body.hellos.length) throw new Refused(410, 'gone');
    reply.writeHead(200, { ...CORS, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    reply.write(': connected\n\n');
    this.listeners.add(reply);
    reply.on('close', () => this.listeners.delete(reply));
  }

  #subscribe({ account, at, endpoint, p256dh, auth, signature }) {
    const known = this.accounts.get(account);
    if (!known) throw new Refused(410, 'gone');
    if (Math.abs(at - this.now()) > 120) throw new Refused(401, 'clock');
    if (!this.#verified(known.key, this.#statement('subscribe', account, at, endpoint, p256dh, auth), signature)) throw new Refused(403, 'not_accepted');
    known.endpoint = endpoint;
    return {};
  }

  #answer({ account, request: id, number, reason, signature }) {
    const known = this.accounts.get(account);
    if (!known) throw new Refused(410, 'gone');
    const request = this.requests.get(id);
    if (!request || request.account !== account || request.answer || request.expires_at <= this.now()) return 'over';
    const hash = createHash('sha256').update(request.context).digest('base64url');
    const lines = this.#statement(number === undefined ? 'refuse' : 'approve', account, id, request.nonce, hash, number ?? reason);
    if (!this.#verified(known.key, lines, signature)) throw new Refused(403, 'not_accepted');
    request.answer = number === undefined ? reason : number === request.number ? 'approved' : 'wrong_number';
    setTimeout(() => this.tell());
    return number === undefined ? 'refused' : request.answer;
  }
}
