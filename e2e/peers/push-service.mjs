// A push service: npm `web-push-testing` behind a recorder of ours, which keeps every message as it arrived before it passes
// it on. The stand-in is a light one, for tests of applications: it makes the keys of a subscription, decrypts, compares the
// sender's key and checks the signature; it knows no topic, no urgency and no time to live, and delivers nothing. What it does
// not look at is judged by judge_push.py and by the journey.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import models from 'web-push-testing/src/PushApiModel.js';
import StandIn from 'web-push-testing/src/server.js';
import { hear, say } from './lines.mjs';

const [key, cert] = process.argv.slice(2).map((file) => fs.readFileSync(file));

const model = new models.PushApiModel();
// Its own way to start listens on every network; only what it answers is of use here.
const standIn = new StandIn(model, 0);
standIn.setRequestHandlers();
const inside = http.createServer(standIn._app);

/** Answers in place of the stand-in's, by subscription; each is given once. */
const answers = new Map();

const recorder = https.createServer({ key, cert }, async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const subscription = request.url.split('/').at(-1);
  say({ event: 'message', subscription, method: request.method, path: request.url, headers: request.headers, body: body.toString('base64') });
  const answer = answers.get(subscription)?.shift() ?? await passOn(request, body);
  say({ event: 'answered', subscription, status: answer.status });
  response.writeHead(answer.status, answer.headers).end();
});

function passOn({ method, url, headers }, body) {
  return new Promise((resolve, reject) => {
    const { port } = inside.address();
    const sent = http.request({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function ask(path, body = {}) {
  const answer = await fetch(`http://127.0.0.1:${inside.address().port}${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return text.startsWith('{') ? JSON.parse(text).data : undefined;
}

const acts = {
  /** Makes a subscription for the sender with this public key. */
  subscribe: async ({ key: applicationServerKey }) => {
    const { endpoint, keys, clientHash } = await ask('/subscribe', { userVisibleOnly: 'true', applicationServerKey });
    // The judge decrypts, too: a browser would keep this half to itself.
    const secret = model.subscriptions[clientHash].subscriptionDh.getPrivateKey().toString('base64url');
    return { subscription: clientHash, endpoint, ...keys, secret };
  },
  /** From now on the subscription is gone. */
  expire: ({ subscription }) => ask(`/expire-subscription/${subscription}`),
  /** Answers the next message to the subscription so, and does not pass it on. */
  answer: ({ subscription, status, headers }) => {
    answers.set(subscription, [...(answers.get(subscription) ?? []), { status, headers }]);
  },
  /** What the stand-in has decrypted. */
  read: ({ subscription }) => ask('/get-notifications', { clientHash: subscription }),
};
hear(async ({ act, ticket, ...more }) => say({ event: 'done', ticket, ...await acts[act](more) }));
await new Promise((resolve) => inside.listen(0, '127.0.0.1', resolve));
recorder.listen(0, '127.0.0.1', () => {
  const { port } = recorder.address();
  model.notifyUrl = `https://127.0.0.1:${port}/notify/`;
  say({ port });
});
