// A collector of lines of JSON over https. It takes a batch, refuses it, or takes it and never says so.
import fs from 'node:fs';
import https from 'node:https';
import { hear, say } from './lines.mjs';

const [key, cert, token] = process.argv.slice(2);
const manners = { status: 200, retryAfter: null, silent: false };

const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const answer = (status, headers = {}) => response.writeHead(status, headers).end();
  const { authorization, 'content-type': type } = request.headers;
  if (request.method !== 'POST' || authorization !== `Splunk ${token}` || type !== 'application/x-ndjson') {
    say({ event: 'stranger', method: request.method, type });
    answer(401);
    return;
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const events = text.trimEnd().split('\n').map((line) => JSON.parse(line));
  const { status, retryAfter, silent } = manners;
  say({ event: status < 300 ? 'batch' : 'refused', events: status < 300 ? events : [], silent });
  if (silent) request.socket.destroy();
  else answer(status, retryAfter === null ? {} : { 'retry-after': String(retryAfter) });
});

server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));

hear(({ act, ...more }) => {
  if (act !== 'manners') return;
  Object.assign(manners, more);
  say({ event: 'changed' });
});
