// Texts and calls: enrolling a number and signing in with it, by mouse, by keyboard alone and without JavaScript, with the
// telephone of the demonstration.
import assert from 'node:assert/strict';
import path from 'node:path';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { DemoPhone } from '../lib/demo-phone.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { freePorts, pause, start, stop, until } from '../lib/process.mjs';
import { BINARY } from '../lib/world.mjs';

/** The password of everybody in the demonstration who enrols for themself. */
const PASSWORD = 'teal kettle orbit 42';
/** How long to wait for another code or call, and a little more. */
const PATIENCE = 5_000;

const WAYS = [
  { way: 'by mouse', Hand: Mouse, texts: 'gp@riverside-surgery.example', calls: 'nurse@riverside-surgery.example', last: '101', album: 'telephone' },
  { way: 'by keyboard alone', Hand: Keyboard, texts: 'pharmacist@market-square-pharmacy.example', calls: 'technician@market-square-pharmacy.example', last: '202' },
  { way: 'without JavaScript', Hand: Mouse, javaScriptEnabled: false, texts: 'doctor@castle-hill-trust.example', calls: 'ward-sister@castle-hill-trust.example', last: '303' },
];

export async function run({ world, check, chromium, screens }) {
  // It has a database of its own, whatever the world's is: once is enough.
  if (world.name !== 'sqlite') return;
  const [port] = await freePorts(1);
  const log = world.at('telephone.log');
  const demo = start(BINARY, ['demo', '--directory', path.join(world.folder, 'telephone'), '--port', String(port)], { log, cwd: world.folder });
  const site = { name: 'demo', issuer: `http://localhost:${port}` };
  try {
    await until(async () => assert((await fetch(`${site.issuer}/readyz`)).ok), { child: demo });
    // Side by side: most of the time each waits until it may ask for another code.
    await Promise.all(WAYS.map((way) => telephone({ site, check, chromium, screens, ...way })));
  } finally {
    await stop(demo);
  }
}

async function telephone({ site, check, chromium, screens, way, Hand, texts, calls, last, javaScriptEnabled, album }) {
  const folder = screens && album && `${screens}/${album}`;
  const window = await Window.open(chromium, { world: site, screens: folder, javaScriptEnabled });
  const { page } = window;
  const hand = new Hand(page);
  const [mobile, desk] = [`07700 900${last}`, `01632 960${last}`];
  const phone = await DemoPhone.open(window, { mobile, desk });
  const step = stepsOf(check);
  /** How many texts the telephone has had. */
  let received = 0;
  const said = (text) => page.getByText(text).first().waitFor();
  /** Presses a button whose page may be one like this again; says whether what was asked for was done. */
  const send = async (name) => {
    const answer = await submitted(page, () => hand.press(name));
    return answer.status() === 303;
  };
  const password = async (address, there) => {
    await window.goto('/signin');
    await hand.fill('Email address', address);
    await hand.fill('Password', PASSWORD);
    await hand.press('Sign in', there);
  };
  const signOut = async () => {
    await window.goto('/signout');
    await page.locator('main').getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/signed-out$/);
  };
  const toNumber = async (address, method) => {
    await password(address, '/profile');
    await hand.press('Set up now', '/profile/self-enrol');
    await hand.press('Confirm', '/profile/self-enrol/method');
    await window.look('choose-method');
    await said('An authenticator app is safer');
    await hand.choose(method);
    await hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/number');
  };
  /** What to press in a call: the code on the page in the strict setting, or the hash key only. */
  const keys = async () => {
    const shown = page.locator('.wardkey-keypad-code [aria-hidden]');
    return (await shown.count()) > 0 ? `${(await shown.innerText()).replaceAll(/\D/g, '')}#` : '#';
  };
  /** Looks at a page of a call while it does not load itself again. */
  const lookAtCall = async (name) => {
    await page.goto(`${page.url().split('?')[0]}?still=yes`);
    await window.look(name);
  };
  try {
    await step(`${way}, a number for texts is enrolled by the code that it gets`, async () => {
      await toNumber(texts, 'Text message');
      await window.look('enrol-number-text');
      await hand.fill('Mobile number', desk);
      await send('Send me a code');
      await said('There is a problem');
      assert.equal(await page.locator('#number').inputValue(), desk);
      await window.look('enrol-number-refused');
      await hand.fill('Mobile number', mobile);
      await hand.press('Send me a code', '/profile/self-enrol/text');
      await window.look('enrol-text');
      await hand.fill('6-digit code', await phone.code(1));
      await hand.fill('Name for this phone (optional)', 'My mobile');
      await hand.press('Done', '/profile/self-enrol/done');
      await said('a code from a text message');
      await window.look('enrolled-by-text');
      await hand.press('Continue', '/');
      await signOut();
    });
    await step(`${way}, a code in a text signs in, and a wrong one does not`, async () => {
      await password(texts, '/signin/text');
      await window.look('text-code');
      const code = await phone.code(2);
      await hand.fill('6-digit code', code === '000000' ? '111111' : '000000');
      await send('Continue');
      await said('Enter the 6-digit code from the newest text message');
      assert.match(await page.title(), /^Error: /);
      await window.look('text-code-wrong');
      received = 2;
      // On a slow machine the first wait may be over; the next one is twice as long.
      while (await send('Send a new code')) received += 1;
      await said('before you ask again');
      await window.look('text-code-too-soon');
      do await pause(PATIENCE); while (!(await send('Send a new code')));
      const newest = await phone.code((received += 1));
      if (newest !== code) {
        await hand.fill('6-digit code', code);
        await send('Continue');
        await said('newest text message');
      }
      await hand.fill('6-digit code', newest);
      await hand.press('Continue', '/');
    });
    await step(`${way}, calls are added in Security info`, async () => {
      await window.goto('/profile/security-info');
      await window.look('security-info-text');
      await hand.press('Add phone calls', '/profile/security-info/add-call');
      await window.look('add-call');
      await hand.fill('Phone number', mobile);
      await hand.fill('Extension (optional)', '7');
      await send('Call me');
      await said('Only a landline has an extension');
      await window.look('add-call-refused');
      await hand.fill('Phone number', desk);
      await hand.fill('Extension (optional)', '12');
      await send('Call me');
      await page.waitForURL(/security-info\/phone\//);
      const here = page.url();
      await phone.rings();
      await lookAtCall('add-call-ringing');
      await phone.answer(await keys());
      await page.goto(here);
      await said('you have confirmed');
      await window.look('add-call-confirmed');
      await hand.fill('Name for this phone (optional)', 'Desk phone');
      await hand.press('Done', '/profile/security-info');
      await said('The phone has been added.');
      await window.look('security-info-phones');
      await signOut();
    });
    await step(`${way}, a call is another way to sign in`, async () => {
      await password(texts, '/signin/text');
      await hand.press('Sign in another way', '/signin/another-way');
      await window.look('another-way');
      await hand.choose('Desk phone');
      await hand.press('Continue', '/signin/call');
      await lookAtCall('call');
      await phone.answer(await keys());
      await window.goto(new URL('/signin/call', site.issuer));
      await goOn();
    });
    await step(`${way}, a report ends the sign-in of whoever knows the password`, async () => {
      await signOut();
      await password(texts, '/signin/text');
      // One for the sign-in that went another way, and one for this.
      const reference = await phone.reference((received += 2));
      const other = await window.another(chromium);
      try {
        const there = new Hand(other.page);
        await other.goto('/');
        await there.press('Report a sign-in that was not you', '/not-me');
        await other.look('not-me');
        await there.fill('Reference from the text message', 'ABCD-2345');
        await there.press('Stop that sign-in');
        await other.page.getByText('No recent text message').first().waitFor();
        assert.equal(await other.page.locator('#reference').inputValue(), 'ABCD-2345');
        await other.look('not-me-unknown');
        await there.fill('Reference from the text message', reference);
        await there.press('Stop that sign-in', '/not-me/done');
        await other.look('not-me-done');
      } finally {
        await other.close();
      }
      await hand.fill('6-digit code', '000000');
      await send('Continue');
      await said('This sign-in has been stopped');
      await window.look('sign-in-reported');
    });
    await step(`${way}, a number for calls is enrolled by answering`, async () => {
      await toNumber(calls, 'Phone call');
      await window.look('enrol-number-call');
      await hand.fill('Phone number', desk);
      await hand.press('Call me', '/profile/self-enrol/call');
      await phone.rings();
      await lookAtCall('enrol-call');
      await phone.decline();
      await window.goto(new URL('/profile/self-enrol/call', site.issuer));
      await said('The phone turned the call away');
      await window.look('enrol-call-declined');
      await pause(PATIENCE);
      await send('Call me again');
      await phone.answer(await keys());
      await window.goto(new URL('/profile/self-enrol/call', site.issuer));
      await said('you have confirmed');
      await window.look('enrol-call-confirmed');
      await hand.press('Done', '/profile/self-enrol/done');
      await said('From now on we call you');
      await hand.press('Continue', '/');
      await signOut();
    });
    await step(`${way}, the page of a call goes on by itself when the key was pressed`, async () => {
      await password(calls, '/signin/call');
      await phone.answer(await keys());
      await page.bringToFront();
      await goOn();
      await window.goto('/profile/security-info');
      await said('Phone call to');
    });
    await step(`${way}, the telephone shows texts, mails and calls`, async () => {
      await page.goto(phone.address);
      await window.look('demo-phone');
    });
    await check(`${way}, no page fails axe-core, is too wide or breaks the security policy`, async () => {
      if (hand.stops !== undefined) assert(hand.stops > 40, `the focus was seen at ${hand.stops} stops only`);
      return window.verdict(20);
    });
  } finally {
    await phone.page.close();
    await window.close();
  }

  /** After a call was confirmed: by itself with JavaScript, by a button without. */
  async function goOn() {
    if (javaScriptEnabled === false) {
      await said('you have confirmed');
      await window.look('call-confirmed');
      await hand.press('Continue', '/');
      return;
    }
    await page.waitForURL((url) => url.pathname === '/');
  }
}
