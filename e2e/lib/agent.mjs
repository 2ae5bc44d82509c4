// A scripted browser without JavaScript: cookies, redirects, forms. It reads the pages as they are.
import https from 'node:https';
import http from 'node:http';

/** How many redirects in a row are too many. */
const MOST_HOPS = 20;

export class Agent {
  #cookies = new Map();
  #authority;
  #through;
  #straight;

  /**
   * `authority` is the certificate authority to trust. `through`, if given, says which port of this machine to connect to
   * for an address: pages keep the address that the person sees, while one node alone answers. `straight` is the `port` where a
   * node listens for a proxy, which this one passes by, the address that it comes `from`, and what it says in `headers`.
   */
  constructor({ authority, through, straight } = {}) {
    this.#authority = authority;
    this.#through = through;
    this.#straight = straight;
    this.trace = [];
    /** What it shows where cards are shown: `origin`, `cert` and `key`. */
    this.card = undefined;
  }

  /** The same browser, with the same cookies, connected another way. */
  through(through) {
    const other = new Agent({ authority: this.#authority, through });
    other.#cookies = this.#cookies;
    other.card = this.card;
    return other;
  }

  /** One request, without following redirects. */
  request(url, { method = 'GET', form, headers = {} } = {}) {
    const target = new URL(url);
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    const all = { host: target.host, accept: 'text/html,*/*;q=0.8', ...headers, cookie: this.cookiesFor(target), connection: 'close' };
    if (body !== undefined) all['content-type'] ??= 'application/x-www-form-urlencoded';
    if (body !== undefined) all['content-length'] = Buffer.byteLength(body);
    if (method !== 'GET') all.origin ??= target.origin;
    Object.assign(all, this.#straight?.headers);
    const { request } = target.protocol === 'https:' && !this.#straight ? https : http;
    const options = {
      method,
      headers: all,
      host: '127.0.0.1',
      servername: target.hostname === '127.0.0.1' ? '' : target.hostname,
      port: this.#straight?.port ?? this.#through?.(target) ?? target.port,
      localAddress: this.#straight?.from,
      path: target.pathname + target.search,
      ca: this.#authority,
      ...(target.origin === this.card?.origin ? { cert: this.card.cert, key: this.card.key } : {}),
      agent: false,
      // As browsers do: what an application sends behind the end of its answer is not looked at.
      insecureHTTPParser: true,
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          this.#keep(target, answer.headers['set-cookie'] ?? []);
          this.trace.push(`${method} ${target.pathname} ${answer.statusCode}`);
          resolve({ url: target, status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() });
        });
      });
      // What came and could not be read says more than that it could not be read.
      sent.on('error', (cause) => {
        const got = cause.rawPacket ? `, having got ${JSON.stringify(cause.rawPacket.toString('latin1').slice(0, 2000))}` : '';
        reject(new Error(`${method} ${target.pathname}: ${cause.message}${got}`, { cause }));
      });
      sent.end(body);
    });
  }

  /** Follows redirects, and pages that go on at once, until there are none, or `stop` says so. */
  async follow(page, stop = () => false) {
    for (let hops = 0; hops < MOST_HOPS; hops += 1) {
      const to = [301, 302, 303, 307, 308].includes(page.status) ? page.headers.location : page.headers.refresh?.match(/^0; url=(.*)/)?.[1];
      if (to === undefined) return page;
      const next = new URL(to, page.url);
      if (stop(next)) return { ...page, stoppedAt: next };
      page = await this.request(next);
    }
    throw new Error(`too many redirects: ${this.trace.slice(-5).join(', ')}`);
  }

  async open(url, stop) {
    return this.follow(await this.request(url), stop);
  }

  /** Fills in the form of a page whose fields include all of `fields`, and sends it. */
  async submit(page, fields = {}, stop) {
    const form = forms(page.text).find((form) => Object.keys(fields).every((name) => form.fields.has(name)));
    if (!form) throw new Error(`no form with ${Object.keys(fields)} at ${told(page)}`);
    return this.send(page, form, fields, stop);
  }

  /** Sends the form of a page that leads to `path`. */
  async submitTo(page, path, fields = {}, stop) {
    const form = forms(page.text).find((form) => form.action === path);
    if (!form) throw new Error(`no form leads to ${path} at ${told(page)}`);
    return this.send(page, form, fields, stop);
  }

  /** Sends `form` of `page` with `fields` filled in. */
  async send(page, form, fields = {}, stop) {
    const values = [...form.fields].map(([name, value]) => [name, fields[name] ?? value]);
    const action = new URL(form.action || page.url, page.url);
    if (form.method === 'get') {
      action.search = new URLSearchParams(values).toString();
      return this.open(action, stop);
    }
    return this.follow(await this.request(action, { method: 'POST', form: values }), stop);
  }

  /** The cookies that go to `target`, as a header. */
  cookiesFor(target) {
    return [...this.#cookies.values()]
      .filter((cookie) => cookie.host === target.hostname && target.pathname.startsWith(cookie.path))
      .map((cookie) => `${cookie.name}=${cookie.value}`)
      .join('; ');
  }

  #keep(target, lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const [name, ...value] = pair.split('=');
      const attribute = (wanted) => attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.split('=')[1];
      const path = attribute('path') ?? '/';
      const cookie = { name, value: value.join('='), path, host: target.hostname };
      if (attribute('max-age') === '0' || cookie.value === '') this.#cookies.delete(`${name} ${cookie.host} ${path}`);
      else this.#cookies.set(`${name} ${cookie.host} ${path}`, cookie);
    }
  }
}

/** What a page says, for the message of a failure. */
export const told = (page) => {
  const shown = page.text.replaceAll(/<(script|style|head)[\s\S]*?<\/\1>/g, '').replaceAll(/<[^>]*>|\s+/g, ' ');
  return `${page.url} (${page.status}): ${shown.replaceAll(/ +/g, ' ').slice(0, 600)}`;
};

/** Text as it was before it was written into HTML. */
export const unescape = (text) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&#x27;', "'").replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>').replaceAll('&#x2f;', '/').replaceAll('&amp;', '&');

const attribute = (tag, name) => {
  const found = tag.match(new RegExp(`\\s${name}="([^"]*)"`, 'i')) ?? tag.match(new RegExp(`\\s${name}='([^']*)'`, 'i'));
  return found ? unescape(found[1]) : undefined;
};

/** The forms of a page: action, method, and the fields with the values that they have. */
export function forms(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, inside]) => {
    const fields = new Map();
    for (const [tag] of inside.matchAll(/<(input|button|select|textarea)\b[^>]*>/gi)) {
      const name = attribute(tag, 'name');
      const type = (attribute(tag, 'type') ?? '').toLowerCase();
      if (!name || (['radio', 'checkbox'].includes(type) && !/\schecked/i.test(tag) && fields.has(name))) continue;
      if (!fields.has(name)) fields.set(name, attribute(tag, 'value') ?? '');
    }
    return { action: attribute(` ${head}`, 'action'), method: (attribute(` ${head}`, 'method') ?? 'get').toLowerCase(), fields };
  });
}
