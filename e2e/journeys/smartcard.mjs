// No phone and no key allowed: a smartcard is linked, signs in, is refused for whatever can be wrong with it, is cancelled and
// removed. With the mouse and with a keyboard alone in Chromium, which finds the card as it does on anybody's computer; without
// scripts; and over connections made by OpenSSL.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { told } from '../lib/agent.mjs';
import { Window } from '../lib/browser.mjs';
import {
  asked, connect, goBack, holds, pageThatLinks, presenting, refusal, show, toLinking, trusting,
} from '../lib/card.mjs';
import { hours } from '../lib/card-authority.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Computer } from '../lib/computer.mjs';
import { enterDetails, leave } from '../lib/door.mjs';
import { Keyboard, Mouse } from '../lib/hand.mjs';
import { outcomeOf, pause } from '../lib/process.mjs';
import { discover, oidc, request } from '../lib/relying-party.mjs';
import { enterPassword, signIn, signOut } from '../lib/signin.mjs';

/** For how long the servers here believe what a responder has said. */
const BELIEVED_FOR = 60_000;

export async function run({ world, check, chromium, screens }) {
  const album = screens && `${screens}/smartcard`;
  const cards = issue(world.smartcards);
  await Promise.all([
    byHand({ world, check, screens: album, role: 'radiographer', card: cards.first, hand: Mouse, how: 'with the mouse', byPass: true }),
    byHand({ world, check, role: 'radiologist', card: cards.rsa, hand: Keyboard, how: 'with a keyboard alone' }),
    withoutScripts({ world, check, chromium, screens: album && `${album}-without-javascript`, card: cards.plain }),
    refused({ world, check, chromium, screens: album && `${album}-refused`, cards }),
    besideAnApp({ world, check, chromium, screens: album && `${album}-second`, card: cards.second, other: cards.other }),
    overTheWire({ world, check, card: cards.wire }),
    betweenServers({ world, check, card: cards.between }),
    cancelled({ world, check, card: cards.cancelled }),
  ]);
}

/** Every card of this journey. A list is believed for a while, so whatever is on it is cancelled before anybody looks. */
function issue(authority) {
  let last = 555000111200;
  const card = (options) => authority.card(String(last += 1), options);
  return {
    first: card(),
    rsa: card({ kind: 'rsa' }),
    plain: card({ responder: null }),
    second: card({ isListed: false }),
    other: card(),
    wire: card(),
    between: card({ kind: 'rsa' }),
    cancelled: card({ isListed: false }),
    unanswered: card({ responder: 'second', isListed: false }),
    expired: card({ from: hours(-48), to: hours(-24) }),
    early: card({ from: hours(24), to: hours(48) }),
    listed: authority.revoke(card({ responder: null })),
    answeredFor: authority.revoke(card({ isListed: false })),
    namesakes: card({ isNamesakes: true }),
    servers: card({ usage: 'serverAuth' }),
    anyUse: card({ usage: null }),
    unpublished: card({ responder: null, isListed: false }),
  };
}

async function byHand({ world, check, screens, role, card, hand: Hand, how, byPass = false }) {
  const step = stepsOf(check);
  const someone = world.person(role);
  const computer = await Computer.of(world, role);
  let window = await computer.open({ screens });
  let hand = new Hand(window.page);
  const said = (text) => window.page.getByText(text).first().waitFor();
  try {
    await step(`${how}: who forgets to put the card in is told so, and goes back`, async () => {
      await toLinking(window, hand, someone, byPass ? await passFor(world, someone) : undefined);
      await hand.press('Link my smartcard', '/card');
      await refusal(window, 'SIGNIN-051');
      await window.look('refused-none');
      await hand.press('Go back', '/profile/self-enrol/card');
    });
    await step(`${how}: with the card in the reader and the browser opened again, it is linked at the first sign-in`, async () => {
      await computer.insert(card);
      await computer.close();
      window = await computer.open({ former: window });
      hand = new Hand(window.page);
      await toLinking(window, hand, someone, byPass ? await passFor(world, someone) : undefined);
      await hand.press('Link my smartcard', '/profile/self-enrol/done');
      await said('you show your smartcard after your password');
      await window.look('linked');
      await hand.press('Continue', '/');
    });
    await step(`${how}: the next sign-in asks for the card, and nothing else`, async () => {
      await leave(window);
      await enterDetails(window, hand, someone, '/signin/card');
      await said(card.label);
      await window.look('sign-in');
      await hand.press('Use my smartcard', '/');
      await window.goto('/profile/security-info');
      await said(card.label);
      assert.equal(await window.page.getByRole('link', { name: `Remove ${card.label}` }).count(), 0, 'the only one is not removed');
      await window.look('security-info');
    });
    await step(`${how}: an application that asks for what cannot be phished is told that it was used`, async () => {
      await leave(window);
      const config = await discover(world, 'web');
      const asked = await request(config, world.callback, { acr_values: 'phr' });
      await window.goto(asked.url);
      await hand.fill('Email address', someone.address);
      await hand.fill('Password', someone.password);
      await hand.press('Sign in', '/signin/card');
      await window.look('sign-in-to-application');
      // The application is no page that there is; what the browser asks it for is enough.
      const { host } = new URL(world.callback);
      const [answer] = await Promise.all([
        window.page.waitForRequest((sent) => new URL(sent.url()).host === host),
        hand.press('Use my smartcard'),
      ]);
      const tokens = await oidc.authorizationCodeGrant(config, new URL(answer.url()), { ...asked.checks, idTokenExpected: true });
      const { acr, amr } = tokens.claims();
      assert.equal(acr, 'phr');
      return `amr ${amr}`;
    });
    await step(`${how}: every page was accessible, and none had a fault`, async () => {
      if (hand.stops !== undefined) assert(hand.stops > 40, `the focus was seen at ${hand.stops} stops only`);
      return window.verdict(7);
    });
  } finally {
    await computer.close();
  }
}

/** What an operator gives somebody who has no second factor. */
async function passFor(world, someone) {
  const said = await world.wardkeyInBackground('account', 'pass', someone.address, '--reason', 'identity checked');
  return said.match(/temporary access pass of \S+: (\S+)/)[1];
}

async function withoutScripts({ world, check, chromium, screens, card }) {
  const step = stepsOf(check);
  const someone = world.person('surgeon');
  const window = await Window.open(chromium, { world, screens, javaScriptEnabled: false, card });
  const hand = new Mouse(window.page);
  try {
    await step('without JavaScript, a button leads back from where the card is shown', async () => {
      await toLinking(window, hand, someone);
      await hand.press('Link my smartcard', '/card');
      assert.equal(await window.text('h1'), 'Your smartcard was read');
      await window.look('read');
      await hand.press('Continue', '/profile/self-enrol/done');
      await leave(window);
      await enterDetails(window, hand, someone, '/signin/card');
      await window.look('sign-in');
      await hand.press('Use my smartcard', '/card');
      await hand.press('Continue', '/');
    });
    await step('without JavaScript, every page was accessible, and none had a fault', () => window.verdict(4));
  } finally {
    await window.close();
  }
}

async function refused({ world, check, chromium, screens, cards }) {
  const someone = world.person('dermatologist');
  const album = await Window.open(chromium, { world, screens });
  /** Does `act` in a window of its own, with this card in the reader, on the page that asks for it. */
  const linking = async (card, act) => {
    const window = await album.another(chromium, { card });
    const hand = new Mouse(window.page);
    try {
      await toLinking(window, hand, someone);
      await act(window, hand);
    } finally {
      await window.close();
    }
  };
  const WRONG = [
    ['is out of date', 'expired', 'SIGNIN-054', 'Go back'],
    ['is not valid yet', 'early', 'SIGNIN-055', 'Go back'],
    ['is on the list of those that were cancelled', 'listed', 'SIGNIN-059', 'Go back'],
    ['was cancelled, as the responder says', 'answeredFor', 'SIGNIN-059', 'Go back'],
    ['comes from another authority of the same name', 'namesakes', 'SIGNIN-053', 'Try again'],
    ['is for servers', 'servers', 'SIGNIN-056', 'Go back'],
    ['is for no stated use', 'anyUse', 'SIGNIN-056', 'Go back'],
    ['does not say where to ask about it', 'unpublished', 'SIGNIN-060', 'Try again'],
  ];
  const step = stepsOf(check);
  try {
    for (const [what, name, code, back] of WRONG) {
      await check(`a card that ${what} is refused with ${code}`, () => linking(cards[name], async (window, hand) => {
        await hand.press('Link my smartcard', '/card');
        await refusal(window, code);
        await window.look(`refused-${name}`);
        await hand.press(back, '/profile/self-enrol/card');
      }));
    }
    await step('a card about which nobody answers is refused with SIGNIN-060, and taken once somebody does', () =>
      linking(cards.unanswered, async (window, hand) => {
        world.smartcards.isDown('second', true);
        await hand.press('Link my smartcard', '/card');
        await refusal(window, 'SIGNIN-060');
        await window.look('refused-unanswered');
        await hand.press('Try again', '/profile/self-enrol/card');
        world.smartcards.isDown('second', false);
        // Whoever has not answered is not asked again for ten seconds.
        await new Promise((resolve) => { setTimeout(resolve, 11_000); });
        await hand.press('Link my smartcard', '/profile/self-enrol/done');
      }));
    await step('what was said about a card counts a while longer when nobody answers any more', async () => {
      world.smartcards.isDown('second', true);
      const window = await album.another(chromium, { card: cards.unanswered });
      const hand = new Mouse(window.page);
      try {
        await enterDetails(window, hand, someone, '/signin/card');
        await hand.press('Use my smartcard', '/');
      } finally {
        await window.close();
      }
    });
    await step('the card of somebody else does not sign in: SIGNIN-062', async () => {
      const window = await album.another(chromium, { card: cards.other });
      const hand = new Mouse(window.page);
      try {
        await enterDetails(window, hand, someone, '/signin/card');
        await hand.press('Use my smartcard');
        await window.page.getByText('SIGNIN-062').first().waitFor();
        assert.equal(window.path(), '/signin/card');
        await window.look('sign-in-other-card');
      } finally {
        await window.close();
      }
    });
    await check('every page of a refusal was accessible, and none had a fault', () => album.verdict(12));
  } finally {
    await album.close();
  }
}

async function besideAnApp({ world, check, chromium, screens, card, other }) {
  const step = stepsOf(check);
  const someone = world.person('cardiologist');
  const colleague = world.person('neurologist');
  const window = await Window.open(chromium, { world, screens, card });
  const hand = new Mouse(window.page);
  const said = (text, on = window) => on.page.getByText(text).first().waitFor();
  /** Signs in with an app, which is added before. */
  const signInWithApp = async (who, on, by) => {
    const agent = world.agent();
    await signIn(agent, await agent.open(`${world.issuer}/signin`), who);
    await enterDetails(on, by, who, '/signin/code');
    await by.fill('6-digit code', await who.phone.code());
    await by.press('Continue', '/');
  };
  /** Goes as far as the page of Security info that asks for a card. */
  const toAdding = async (on, by) => {
    await on.goto('/profile/security-info');
    await by.press('Link a smartcard', '/profile/security-info/add-card');
    await on.look('begin-card');
    await by.press('Continue');
    await on.page.waitForURL((url) => url.pathname.startsWith('/profile/security-info/card/'));
    await on.look('add-card');
  };
  try {
    await step('beside an app, a card is linked, removed and linked again', async () => {
      await signInWithApp(someone, window, hand);
      await toAdding(window, hand);
      await hand.press('Link my smartcard', '/profile/security-info');
      await said('The smartcard has been linked to your account.');
      await window.look('security-info-linked');
      await hand.press(`Remove ${card.label}`);
      await window.page.waitForURL((url) => url.pathname.endsWith('/remove'));
      await window.look('remove-card');
      await hand.press('Remove', '/profile/security-info');
      await said('The smartcard has been removed from your account.');
      await window.look('security-info-removed');
      assert.equal(await window.page.getByText(card.label).count(), 0);
      await toAdding(window, hand);
      await hand.press('Link my smartcard', '/profile/security-info');
      await said('The smartcard has been linked to your account.');
    });
    await step('who has linked a card shows it before another; the same one is not linked again: SIGNIN-063', async () => {
      await window.goto('/profile/security-info/add-card');
      await hand.press('Continue', '/signin/card');
      await hand.press('Use my smartcard', '/profile/security-info/add-card');
      await toAdding(window, hand);
      await hand.press('Link my smartcard');
      await said('SIGNIN-063');
      await window.look('add-card-known');
    });
    await step('who has an app and a card is asked for the card, and may choose the app', async () => {
      await leave(window);
      await enterDetails(window, hand, someone, '/signin/card');
      await window.look('sign-in-several');
      await hand.press('Sign in another way', '/signin/another-way');
      await window.look('another-way');
      await hand.choose('Work phone');
      await hand.press('Continue', '/signin/code');
      await hand.fill('6-digit code', await someone.phone.code());
      await hand.press('Continue', '/');
    });
    await step('a colleague cannot link it as well: SIGNIN-063; one of their own they can', async () => {
      const borrowed = await window.another(chromium, { card });
      const by = new Mouse(borrowed.page);
      try {
        await signInWithApp(colleague, borrowed, by);
        await toAdding(borrowed, by);
        await by.press('Link my smartcard');
        await said('SIGNIN-063', borrowed);
      } finally {
        await borrowed.close();
      }
      const own = await window.another(chromium, { card: other });
      const hands = new Mouse(own.page);
      try {
        await enterDetails(own, hands, colleague, '/signin/code');
        await hands.fill('6-digit code', await colleague.phone.code());
        await hands.press('Continue', '/');
        await toAdding(own, hands);
        await hands.press('Link my smartcard', '/profile/security-info');
        await said(other.label, own);
      } finally {
        await own.close();
      }
    });
    await step('every page of a second way was accessible, and none had a fault', () => window.verdict(8));
  } finally {
    await window.close();
  }
}

async function overTheWire({ world, check, card }) {
  const step = stepsOf(check);
  const someone = world.person('haematologist');
  const agent = world.agent();
  const ofCards = new URL(world.cardOrigin).port;
  const shown = presenting(card);
  const VERSIONS = ['-tls1_2', '-tls1_3'];

  await step('only where cards are shown is anybody asked for a certificate', async () => {
    for (const version of VERSIONS) {
      for (const { port, cardPort } of world.nodes) {
        const main = await connect(world, port, [version]);
        assert.match(main, /No client certificate CA names sent/);
        assert.doesNotMatch(main, /Acceptable client certificate|Client Certificate Types|Requested Signature Algorithms/);
        const cards = await connect(world, cardPort, [version]);
        assert.match(cards, new RegExp(`Acceptable client certificate CA names\\nO = [^\\n]+, CN = ${world.smartcards.name}\\n`));
      }
    }
  });
  await step('without a card, and with one, every address there but one leads to where it belongs', async () => {
    for (const more of [[], shown]) {
      for (const [path, to] of [['/', '/'], ['/card', '/signin'], ['/profile', '/profile'], ['/token', '/token']]) {
        const said = await connect(world, ofCards, more, asked(world, 'GET', path));
        assert.match(said, /HTTP\/1\.1 303 /, said);
        assert(said.includes(`\r\nlocation: ${world.issuer}${to}\r\n`), said);
        assert.doesNotMatch(said, /set-cookie/i);
      }
    }
  });
  let page;
  let ticket;
  await step('without a card a ticket brings a page and no receipt', async () => {
    page = await pageThatLinks(agent, world, someone);
    [, ticket] = page.text.match(/name="ticket" value="([^"]+)"/);
    const said = await connect(world, ofCards, [], asked(world, 'POST', '/card', { ticket }));
    assert.match(said, /HTTP\/1\.1 403 [\s\S]*SIGNIN-051/);
    assert.doesNotMatch(said, /receipt|set-cookie/i);
  });
  await step('a card without a ticket is not read', async () => {
    for (const form of [{}, { ticket: 'AAAA' }, { ticket: ticket.slice(1) }]) {
      const said = await connect(world, ofCards, shown, asked(world, 'POST', '/card', form));
      assert(said.includes(`\r\nlocation: ${world.issuer}/signin\r\n`), said);
    }
  });
  await step('a card is read over TLS 1.2 and over TLS 1.3, and over nothing older', async () => {
    for (const version of VERSIONS) {
      const said = await connect(world, ofCards, [version, ...shown], asked(world, 'POST', '/card', { ticket }));
      assert.match(said, /HTTP\/1\.1 200 [\s\S]*name="receipt"/);
    }
    for (const version of ['-tls1', '-tls1_1']) {
      const old = ['s_client', '-connect', `127.0.0.1:${ofCards}`, ...trusting(world), version, '-cipher', 'ALL:@SECLEVEL=0'];
      const { code, complaints } = await outcomeOf('openssl', old);
      assert.notEqual(code, 0, version);
      assert.match(complaints, /alert (protocol version|handshake failure)/);
    }
  });
  await step('nobody comes back without showing the card again', async () => {
    for (const version of VERSIONS) {
      const session = world.at(`session${version}`);
      const options = [version, ...shown, '-sess_out', session];
      const said = await connect(world, ofCards, options, asked(world, 'POST', '/card', { ticket }));
      assert.match(said, /name="receipt"/);
      assert(!fs.existsSync(session), `${version}: there is a session to come back to`);
    }
    // Elsewhere the same client does come back so.
    assert.match(await connect(world, world.nodes[0].port, ['-tls1_2', '-reconnect']), /\nReused, /);
    const again = await connect(world, ofCards, ['-tls1_2', ...shown, '-reconnect']);
    assert.doesNotMatch(again, /\nReused, /);
    return `${again.match(/\nNew, /g).length} handshakes, all of them new`;
  });
  await step('each request there has a connection of its own', async () => {
    const twice = asked(world, 'GET', '/') + asked(world, 'GET', '/');
    const said = await connect(world, ofCards, shown, twice);
    assert.equal(said.match(/HTTP\/1\.1 303/g).length, 1);
    assert.match(said, /\r\nconnection: close\r\n/i);
  });
}

async function betweenServers({ world, check, card }) {
  const someone = world.person('urologist');
  await check('a card that one server has read is taken by every other', async () => {
    let isLinked = false;
    for (const home of world.nodes) {
      for (const reader of world.nodes) {
        const agent = world.agent().through(world.showingCardsTo(reader, home));
        agent.card = holds(world, card);
        const page = isLinked ? await enterPassword(agent, world, someone) : await pageThatLinks(agent, world, someone);
        const back = await goBack(agent, await show(agent, world, page));
        assert.equal(back.url.pathname, isLinked ? '/' : '/profile/self-enrol/done', told(back));
        isLinked = true;
      }
    }
  });
}

async function cancelled({ world, check, card }) {
  const step = stepsOf(check);
  const someone = world.person('oncologist');
  const agent = world.agent();
  agent.card = holds(world, card);
  await step('a card that has signed in', async () => {
    let page = await show(agent, world, await pageThatLinks(agent, world, someone));
    page = await goBack(agent, page);
    assert.equal(page.url.pathname, '/profile/self-enrol/done', told(page));
  });
  world.smartcards.revoke(card);
  await pause(BELIEVED_FOR + 1000);
  await step('opens nothing once it was cancelled', async () => {
    await signOut(agent, world);
    const page = await show(agent, world, await enterPassword(agent, world, someone));
    assert.match(page.text, /SIGNIN-059/, told(page));
    assert.equal(page.status, 403);
  });
}
