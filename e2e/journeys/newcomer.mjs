// A newcomer's first day: signs in, enrols an authenticator app, uses an application, signs out everywhere. Once with a
// mouse, once with a keyboard alone, once without JavaScript.
import assert from 'node:assert/strict';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Keyboard, Mouse } from '../lib/hand.mjs';
import { Phone } from '../lib/phone.mjs';
import { pause } from '../lib/process.mjs';
import { discover, request } from '../lib/relying-party.mjs';

const WAYS = [
  { way: 'by mouse', role: 'receptionist', Hand: Mouse, album: 'newcomer' },
  { way: 'by keyboard alone', role: 'nurse', Hand: Keyboard },
  { way: 'without JavaScript', role: 'healthcare-assistant', Hand: Mouse, javaScriptEnabled: false, album: 'newcomer-without-javascript' },
];

export async function run({ world, check, chromium, screens }) {
  // Side by side: most of the time each waits for its next code.
  await Promise.all(WAYS.map((way) => firstDay({ world, check, chromium, screens, ...way })));
}

async function firstDay({ world, check, chromium, screens, way, role, Hand, javaScriptEnabled, album }) {
  const folder = screens && album && `${screens}/${album}`;
  const window = await Window.open(chromium, { world, screens: folder, javaScriptEnabled });
  const someone = world.person(role);
  const hand = new Hand(window.page);
  const { page } = window;
  const step = stepsOf(check);
  const signIn = async (path) => {
    await hand.fill('Email address', someone.address);
    await hand.fill('Password', someone.password);
    await hand.press('Sign in', path);
  };
  try {
    await step(`${way}, a password leads to enrolment and nowhere else`, async () => {
      await window.goto('/');
      assert.equal(window.path(), '/signin');
      await window.look('sign-in');
      await signIn('/profile');
      await window.look('profile-while-enrolling');
      for (const closed of ['/profile/sessions', '/profile/security-info', '/profile/password', '/admin']) {
        await window.goto(closed);
        assert.notEqual(window.path(), closed, `${closed} must be closed until enrolment is done`);
      }
      const seen = await window.context.request.get(`${world.issuer}/session/check`, { ignoreHTTPSErrors: true });
      assert.equal(seen.status(), 401);
    });
    await step(`${way}, Profile, My profile, Self-service, Self-enrol for MFA, Confirm`, async () => {
      await window.goto('/profile');
      await hand.press('My profile', '/profile/my-profile');
      await window.look('my-profile-while-enrolling');
      await hand.press('Self-service', '/profile/self-service');
      await window.look('self-service-while-enrolling');
      await hand.press('Self-enrol for MFA', '/profile/self-enrol');
      await window.look('self-enrol');
      await hand.press('Confirm', '/profile/self-enrol/method');
      await window.look('choose-method');
      await hand.choose('Another authenticator app');
      await hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/app');
      await window.look('set-up-app');
    });
    await step(`${way}, the text key works in another authenticator`, async () => {
      someone.phone = new Phone(await window.text('#key'));
      await hand.fill('6-digit code', await someone.phone.code());
      await hand.fill('Name for this app (optional)', 'Work phone');
      await hand.press('Done', '/profile/self-enrol/done');
      await window.look('enrolled');
      await hand.press('Continue', '/');
      assert.match(await window.text('h1'), new RegExp(someone.name));
      await window.look('home');
    });
    await step(`${way}, the application opens without another question`, async () => {
      await page.goto(world.apache.page);
      await page.waitForURL(world.apache.page);
      assert.equal(await window.text('#email'), someone.address);
      assert.equal(await window.text('#name'), someone.name);
      assert.equal(await window.text('#acr'), 'https://refeds.org/profile/mfa');
    });
    await step(`${way}, signing out everywhere ends the application's session too`, async () => {
      await window.goto('/profile/sessions');
      await window.look('sessions');
      await hand.press('Sign out everywhere', '/signed-out');
      await window.look('signed-out');
      // The application hears of it over the back channel; a person takes longer than that to come back.
      for (let tries = 0; ; tries += 1) {
        await page.goto(world.apache.page);
        if (page.url() !== world.apache.page) break;
        assert(tries < 50, 'the application still has its session after 10 s');
        await pause(200);
      }
      assert.equal(window.path(), '/signin');
      await window.look('sign-in-to-application');
    });
    await step(`${way}, the next sign-in asks for a code and leads to the application`, async () => {
      await signIn('/signin/code');
      await window.look('code');
      await hand.fill('6-digit code', await someone.phone.code());
      await hand.press('Continue', world.apache.page);
      assert.equal(await window.text('#email'), someone.address);
    });
    if (javaScriptEnabled === false) {
      await step(`${way}, an application that wants its answer in a form gets it by a button`, async () => {
        const { url } = await request(await discover(world, 'web'), world.callback, { response_mode: 'form_post' });
        await page.goto(url.href);
        await window.look('going-on-to-the-application');
        assert.equal(await page.locator('form').getAttribute('action'), world.callback);
        assert.equal(await page.getByRole('button', { name: 'Continue' }).count(), 1);
      });
    }
    await check(`${way}, no page fails axe-core, is too wide or breaks the security policy`, async () => {
      if (hand.stops !== undefined) assert(hand.stops > 40, `the focus was seen at ${hand.stops} stops only`);
      return window.verdict(12);
    });
  } finally {
    await window.close();
  }
}
