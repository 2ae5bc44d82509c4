// An administrator registers a security key for somebody who has nothing, notes which one it is, and hands it over; the person
// signs in with that very key. With the mouse and with a keyboard alone in Chromium, with keys that it plays.
import assert from 'node:assert/strict';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { until } from '../lib/process.mjs';
import { beginWithKey, find, makeAdministrator } from '../lib/roles.mjs';
import { VirtualKeys } from '../lib/virtual-key.mjs';

const REGISTER = 'Register the key';
const MODEL = 'YubiKey 5 NFC';

export async function run({ world, check, chromium, screens }) {
  const album = screens && `${screens}/key-handover`;
  const mouse = { hand: Mouse, how: 'with the mouse', desk: 'key-desk', holder: 'chiropodist' };
  const keyboard = { hand: Keyboard, how: 'with a keyboard alone', desk: 'ward-manager', holder: 'prosthetist' };
  await Promise.all([
    byHand({ world, check, chromium, screens: album, serial: '18 442 017', ...mouse }),
    byHand({ world, check, chromium, serial: '18 442 018', ...keyboard }),
  ]);
}

async function byHand({ world, check, chromium, screens, hand: Hand, how, desk, holder, serial }) {
  const step = stepsOf(check);
  const someone = world.person(holder);
  const me = await makeAdministrator(world, desk, { organisation: someone.organisation, role: 'local-administrator' });
  const window = await Window.open(chromium, { world, screens });
  const { page } = window;
  const hand = new Hand(page);
  const keys = await VirtualKeys.of(page);
  const said = (text) => page.getByText(text).first().waitFor();
  const typed = (label) => page.getByLabel(label, { exact: true }).inputValue();
  const letters = () => world.letters(someone.address).map(({ subject }) => subject);
  let account;
  let asking;
  let handedOver;

  /** Presses the button with these fields filled in; what is said to be wrong leads to its field, and what was typed stays. */
  const refuses = async (fields, sentence, name) => {
    for (const [label, text] of Object.entries(fields)) await hand.fill(label, text);
    const labels = ['Model', 'Serial number', 'Day', 'Month', 'Year'];
    const before = await Promise.all(labels.map(typed));
    await submitted(page, () => hand.press(REGISTER));
    await page.locator('.nhsuk-error-summary').getByText(sentence).waitFor();
    assert.deepEqual(await Promise.all(labels.map(typed)), before, 'what was typed is lost');
    assert.equal(window.path(), asking);
    await window.look(name);
  };
  try {
    await step(`${how}: an administrator begins to register a key for a person who has nothing`, async () => {
      await keys.plugIn('own');
      await beginWithKey(window, hand, me);
      await keys.pullOut('own');
      account = await find(window, hand, someone);
      await said('No second factor yet');
      await hand.press('Register a security key for them', `${account}/register-key`);
      await window.look('begin');
      await hand.press('Continue');
      await page.waitForURL(/\/register-key\/[^/]+$/);
      asking = window.path();
      await window.look('register');
    });
    await step(`${how}: a key that does not check who holds it is not registered`, async () => {
      await keys.plugIn('no PIN', { hasUserVerification: false, isUserVerified: false });
      await refuses({ Model: MODEL, 'Serial number': serial }, 'No security key or passkey has answered', 'register-no-pin');
      await keys.pullOut('no PIN');
    });
    await step(`${how}: a passkey that stays with the administrator cannot be handed over: SIGNIN-049`, async () => {
      await keys.plugIn('copied', { defaultBackupEligibility: true, defaultBackupState: true });
      await refuses({}, 'SIGNIN-049', 'register-copied');
      await keys.pullOut('copied');
    });
    await step(`${how}: without what is noted of it no key is registered`, async () => {
      await keys.plugIn('new');
      await refuses({ Model: '' }, 'Enter the model of the key', 'register-no-model');
      await refuses({ Model: MODEL, 'Serial number': '' }, 'Enter the serial number on the key', 'register-no-serial');
      await refuses({ 'Serial number': '7'.repeat(41) }, 'with 40 characters or fewer', 'register-long-serial');
      const [day, month, year] = await Promise.all(['Day', 'Month', 'Year'].map(typed));
      for (const [wrong, words] of [
        [['31', '2', year], 'There is no such day'],
        [[day, month, String(Number(year) - 2)], 'Check the year'],
        [[day, '', year], 'Enter the day on which you hand it over'],
      ]) {
        const fields = { 'Serial number': serial, Day: wrong[0], Month: wrong[1], Year: wrong[2] };
        await refuses(fields, words, 'register-wrong-day');
      }
      await window.goto(account);
      await said('No second factor yet');
      assert.deepEqual(letters(), []);
    });
    await step(`${how}: with it the key is, and its holder is told; the record names it and the day`, async () => {
      await window.goto(asking);
      await hand.fill('Model', MODEL);
      await hand.fill('Serial number', serial);
      await hand.press(REGISTER, account);
      await said('has been registered');
      await said(`${MODEL} ${serial}`);
      await said(`${MODEL}, serial number ${serial}, handed over on`);
      await window.look('registered');
      await until(async () => assert.deepEqual(letters(), ['A way to sign in was added to your account']));
      handedOver = await keys.pullOut('new');
      assert.equal((await window.goto(asking)).status(), 404, 'it is registered once');
    });
    await step(`${how}: the holder signs in with that key, and nothing else`, async () => {
      const theirs = await window.another(chromium);
      const by = new Hand(theirs.page);
      const held = await VirtualKeys.of(theirs.page);
      try {
        await held.putBack('handed over', handedOver);
        await theirs.goto('/signin');
        await by.fill('Email address', someone.address);
        await by.fill('Password', someone.password);
        await by.press('Sign in');
        await theirs.page.waitForURL((url) => url.pathname === '/');
        await theirs.goto('/profile/security-info');
        await theirs.page.getByText(`${MODEL} ${serial}`).first().waitFor();
        await theirs.look('security-info');
      } finally {
        await theirs.close();
      }
    });
    await step(`${how}: the record says when it was used; nobody registers a key for themselves this way`, async () => {
      await window.goto(account);
      await said('last used');
      const own = await find(window, hand, me);
      assert.equal(await page.getByRole('link', { name: 'Register a security key for them' }).count(), 0);
      assert.equal((await window.goto(`${own}/register-key`)).status(), 403);
      await window.look('register-for-myself');
    });
    await step(`${how}: every page was accessible, and none had a fault`, () => window.verdict(11));
  } finally {
    await window.close();
  }
}
