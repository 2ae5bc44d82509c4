// HAProxy where cards are shown: it ends TLS and passes on what it was shown [RFC 9440], with the configuration that the manual
// shows. Linked and used in Chromium; over connections of our own, what is wrong with a card is said by us, and nobody but the
// proxy is believed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { told } from '../lib/agent.mjs';
import { asked, connect, goBack, holds, pageThatLinks, presenting, refusal, show, toLinking } from '../lib/card.mjs';
import { hours } from '../lib/card-authority.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Computer } from '../lib/computer.mjs';
import { enterDetails, leave } from '../lib/door.mjs';
import { Mouse } from '../lib/hand.mjs';
import { enterPassword, signOut } from '../lib/signin.mjs';
import { behindProxy } from '../lib/world.mjs';

const PROXY = '127.0.0.1';
const STRANGER = '127.0.0.2';

const WRONG = [
  ['expired', 'SIGNIN-054'],
  ['early', 'SIGNIN-055'],
  ['listed', 'SIGNIN-059'],
  ['answeredFor', 'SIGNIN-059'],
  ['namesakes', 'SIGNIN-053'],
  ['servers', 'SIGNIN-056'],
];

export async function run({ world, check, screens }) {
  const behind = await check('a server behind HAProxy starts, with the configuration of the manual', () => behindProxy(world));
  if (!behind) return;
  const cards = issue(world.smartcards);
  await Promise.all([
    inChromium({ world: behind, check, screens: screens && `${screens}/card-proxy`, card: cards.first }),
    believed({ world: behind, check, cards }),
  ]);
}

function issue(authority) {
  let last = 555000222200;
  const card = (options) => authority.card(String(last += 1), options);
  return {
    first: card(),
    // The proxy passes two certificates on as one.
    linked: card({ kind: 'rsa', showsRoot: true }),
    other: card(),
    expired: card({ from: hours(-48), to: hours(-24) }),
    early: card({ from: hours(24), to: hours(48) }),
    listed: authority.revoke(card({ responder: null })),
    answeredFor: authority.revoke(card({ isListed: false })),
    namesakes: card({ isNamesakes: true }),
    servers: card({ usage: 'serverAuth' }),
  };
}

async function inChromium({ world, check, screens, card }) {
  const step = stepsOf(check);
  const someone = world.person('orthotist');
  const computer = await Computer.of(world, 'behind-proxy');
  let window = await computer.open({ screens });
  let hand = new Mouse(window.page);
  try {
    await step('who has no card in the reader is told so by our page', async () => {
      await toLinking(window, hand, someone);
      await hand.press('Link my smartcard', '/card');
      await refusal(window, 'SIGNIN-051');
      await window.look('refused-none');
      await hand.press('Go back', '/profile/self-enrol/card');
    });
    await step('a card is linked, and signs in', async () => {
      await computer.insert(card);
      await computer.close();
      window = await computer.open({ former: window });
      hand = new Mouse(window.page);
      await toLinking(window, hand, someone);
      await hand.press('Link my smartcard', '/profile/self-enrol/done');
      await leave(window);
      await enterDetails(window, hand, someone, '/signin/card');
      await hand.press('Use my smartcard', '/');
      await window.goto('/profile/security-info');
      await window.page.getByText(card.label).first().waitFor();
    });
    await step('every page there was accessible, and none had a fault', () => window.verdict(3));
  } finally {
    await computer.close();
  }
}

/** What the port says to whoever comes from the address `from`, without a proxy. */
const straight = (world, from, headers, form) => new Promise((resolve, reject) => {
  const body = new URLSearchParams(form).toString();
  const { host } = new URL(world.cardOrigin);
  const sent = http.request({
    host: PROXY,
    port: world.nodes[0].passedOnPort,
    localAddress: from,
    method: 'POST',
    path: '/card',
    headers: { host, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    agent: false,
  }, async (answer) => {
    let text = '';
    for await (const part of answer.setEncoding('utf8')) text += part;
    resolve({ status: answer.statusCode, text });
  });
  sent.on('error', reject).end(body);
});

/** The headers that say that a card was shown. */
function claimOf(card) {
  const found = fs.readFileSync(card.chain, 'utf8').matchAll(/-----BEGIN [^-]+-----([^-]+)-----END/g);
  const [own, issuing] = [...found].map(([, text]) => `:${text.replaceAll(/\s/g, '')}:`);
  return { 'client-cert': own, 'client-cert-chain': issuing };
}

async function believed({ world, check, cards }) {
  const step = stepsOf(check);
  const someone = world.person('perfusionist');
  const agent = world.agent();
  const { cardPort } = world.nodes[0];
  const shown = presenting(cards.linked);
  const forged = claimOf(cards.linked);
  const isRefused = ({ status, text }, code) => {
    assert.equal(status, 403, text);
    assert(text.includes(code), `not ${code}: ${text}`);
    assert.doesNotMatch(text, /receipt/);
  };
  let page;
  let ticket;

  await step('the proxy lets a card in with which something is wrong, and our page says what', async () => {
    page = await pageThatLinks(agent, world, someone);
    for (const [name, code] of WRONG) {
      agent.card = holds(world, cards[name]);
      isRefused(await show(agent, world, page), code);
    }
    return WRONG.map((each) => each.join(' ')).join(', ');
  });
  await step('what a browser says of a card counts nothing, be it without one or with another', async () => {
    agent.card = undefined;
    [, ticket] = page.text.match(/name="ticket" value="([^"]+)"/);
    const says = (headers) => agent.request(`${world.cardOrigin}/card`, { method: 'POST', form: { ticket }, headers });
    const own = forged['client-cert'];
    for (const headers of [{}, forged, { Client_Cert: own }, { 'CLIENT-CERT': [own, ':AA==:'] }]) {
      isRefused(await says(headers), 'SIGNIN-051');
    }
    agent.card = holds(world, cards.linked);
    page = await goBack(agent, await show(agent, world, page));
    assert.equal(page.url.pathname, '/profile/self-enrol/done', told(page));
    await signOut(agent, world);
    page = await enterPassword(agent, world, someone);
    [, ticket] = page.text.match(/name="ticket" value="([^"]+)"/);
    agent.card = holds(world, cards.other);
    page = await goBack(agent, await says(forged));
    assert(page.text.includes('SIGNIN-062'), told(page));
  });
  await step('who is not the proxy is not believed at its port', async () => {
    [, ticket] = page.text.match(/name="ticket" value="([^"]+)"/);
    for (const more of [{}, { 'x-forwarded-for': PROXY }, { forwarded: `for=${PROXY}` }]) {
      isRefused(await straight(world, STRANGER, { ...forged, ...more }, { ticket }), 'SIGNIN-051');
    }
    const { status, text } = await straight(world, PROXY, forged, { ticket });
    assert.deepEqual([status, /name="receipt"/.test(text)], [200, true], 'the same from the address of the proxy');
  });
  await step('nobody comes back without showing the card again', async () => {
    const sends = asked(world, 'POST', '/card', { ticket });
    for (const version of ['-tls1_2', '-tls1_3']) {
      const session = world.at(`session${version}`);
      assert.match(await connect(world, cardPort, [version, ...shown, '-sess_out', session], sends), /name="receipt"/);
      // In TLS 1.3 a name for the session is given all the same, but there is nothing behind it.
      const by = fs.existsSync(session) ? ['-sess_in', session] : [];
      const again = await connect(world, cardPort, [version, ...by], sends);
      assert.match(again, /\nNew, [^]*SIGNIN-051/);
    }
    assert.doesNotMatch(await connect(world, cardPort, ['-tls1_2', ...shown, '-reconnect']), /\nReused, /);
  });
  await step('each request has a connection of its own', async () => {
    const twice = asked(world, 'GET', '/') + asked(world, 'GET', '/');
    const said = await connect(world, cardPort, shown, twice);
    assert.equal(said.match(/HTTP\/1\.1 303/g).length, 1);
    assert.match(said, /\r\nconnection: close\r\n/i);
  });
}
