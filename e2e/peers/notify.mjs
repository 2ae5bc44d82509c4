// A stand-in for the REST API of GOV.UK Notify, version 2, as far as texts go. It checks the token, the body and the rights
// as the real one does, and its other judge is the official client: `reference` has npm `notifications-node-client` make
// the same request, so that a test can compare the two.
import crypto from 'node:crypto';
import http from 'node:http';
import { NotifyClient } from 'notifications-node-client';
import { hear, say } from './lines.mjs';

const SERVICE = '26785a09-ab16-4eb0-8407-a37497a57506';
const SECRET = '3d844edf-8d35-48ac-975b-e847b4f122b0';
const TEMPLATE = { id: 'f33517ff-2a88-4f6e-b855-c550268ce08a', field: 'message' };

const manners = { fault: null, status: 'delivered' };
const sent = new Map();

class Refusal extends Error {
  constructor(status, error, message) {
    super(message);
    Object.assign(this, { status, error });
  }
}

/** What the token says, if it is good. */
function authenticate(header) {
  const [, token] = /^Bearer (.+)$/.exec(header ?? '') ?? [];
  if (!token) throw new Refusal(401, 'AuthError', 'Unauthorized: authentication token must be provided');
  const [head, claims, signature] = token.split('.');
  const read = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  const expected = crypto.createHmac('sha256', SECRET).update(`${head}.${claims}`).digest('base64url');
  if (read(head).alg !== 'HS256' || signature !== expected) {
    throw new Refusal(403, 'AuthError', 'Invalid token: API key not found');
  }
  const { iss, iat } = read(claims);
  if (iss !== SERVICE) throw new Refusal(403, 'AuthError', 'Invalid token: service not found');
  if (Math.abs(Date.now() / 1000 - iat) > 30) {
    throw new Refusal(403, 'AuthError', 'Error: Your system clock must be accurate to within 30 seconds');
  }
  return { header: read(head), claims: read(claims) };
}

function checkBody(body) {
  const wrong = (message) => new Refusal(400, 'ValidationError', message);
  const known = ['phone_number', 'template_id', 'personalisation', 'reference', 'sms_sender_id'];
  const extra = Object.keys(body).filter((name) => !known.includes(name));
  if (extra.length) throw wrong(`Additional properties are not allowed (${extra} was unexpected)`);
  for (const name of ['phone_number', 'template_id']) if (!(name in body)) throw wrong(`${name} is a required property`);
  if (!/^\+?\d[\d ()-]+$/.test(body.phone_number)) throw wrong('phone_number Must not contain letters or symbols');
  const digits = body.phone_number.replace(/\D/g, '').length;
  if (digits < 10) throw wrong('phone_number Not enough digits');
  if (body.template_id !== TEMPLATE.id) throw new Refusal(400, 'BadRequestError', 'Template not found');
  if (!(TEMPLATE.field in (body.personalisation ?? {}))) {
    throw new Refusal(400, 'BadRequestError', `Missing personalisation: ${TEMPLATE.field}`);
  }
}

async function answer(request, response, text) {
  const reply = (status, body, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const told = { event: 'request', method: request.method, path: request.url, headers: request.headers };
  try {
    told.token = authenticate(request.headers.authorization);
    delete told.headers.authorization;
    if (request.method === 'POST') told.body = JSON.parse(text);
    say(told);
    const { fault } = manners;
    if (fault === 'hang') return;
    if (fault === 'cut') return void request.socket.destroy();
    if (fault === 'nonsense') return void response.writeHead(201).end('<html>');
    if (fault === 'half') {
      response.writeHead(201, { 'content-length': '1000' });
      return void response.write('{"id":', () => request.socket.destroy());
    }
    if (fault) return void reply(fault.status, { status_code: fault.status, errors: fault.errors ?? [] }, fault.headers);
    if (request.method === 'POST' && request.url === '/v2/notifications/sms') {
      checkBody(told.body);
      const id = crypto.randomUUID();
      sent.set(id, told.body);
      return void reply(201, { id, reference: told.body.reference, content: { body: '…', from_number: 'NHS' }, uri: id });
    }
    const [, id] = /^\/v2\/notifications\/([0-9a-f-]{36})$/.exec(request.url) ?? [];
    if (!sent.has(id)) throw new Refusal(404, 'NoResultFound', 'No result found');
    reply(200, { id, type: 'sms', phone_number: sent.get(id).phone_number, status: manners.status });
  } catch (refusal) {
    if (!told.token) say({ event: 'stranger' });
    const status = refusal.status ?? 500;
    reply(status, { status_code: status, errors: [{ error: refusal.error ?? 'Exception', message: refusal.message }] });
  }
}

const server = http.createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => answer(request, response, text));
});

const acts = {
  manners: ({ change }) => {
    Object.assign(manners, change);
    say({ event: 'changed' });
  },
  reference: async ({ key, to, message, reference, sender }) => {
    const client = new NotifyClient(`http://127.0.0.1:${server.address().port}`, key);
    const options = { personalisation: { [TEMPLATE.field]: message }, reference, smsSenderId: sender };
    await client.sendSms(TEMPLATE.id, to, options);
  },
};
hear(({ act, ...more }) => acts[act](more));
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
