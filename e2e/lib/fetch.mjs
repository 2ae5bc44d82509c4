// `fetch` for clients from npm, trusting the run's own certificate authority.
import https from 'node:https';
import { Readable } from 'node:stream';

/** `through` chooses the port to connect to, as for an agent. */
export const fetchTrusting = (authority, through) => (url, options = {}) =>
  new Promise((resolve, reject) => {
    const target = new URL(url);
    const headers = { host: target.host, ...Object.fromEntries(new Headers(options.headers)) };
    const body = options.body?.toString();
    if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
    if (options.body instanceof URLSearchParams) headers['content-type'] ??= 'application/x-www-form-urlencoded;charset=UTF-8';
    const request = https.request({
      method: options.method ?? 'GET',
      headers,
      host: '127.0.0.1',
      servername: target.hostname,
      port: through?.(target) ?? target.port,
      path: target.pathname + target.search,
      ca: authority,
      agent: false,
    }, (answer) => {
      const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]));
      const arrive = (body) => resolve(new Response(body, { status: answer.statusCode, headers: pairs }));
      // A stream of events is read while it arrives; everything else when it is there.
      if (answer.headers['content-type'] === 'text/event-stream') {
        arrive(Readable.toWeb(answer));
        return;
      }
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => arrive([101, 204, 205, 304].includes(answer.statusCode) ? null : Buffer.concat(parts)));
    });
    request.on('error', reject);
    request.end(body);
  });
