// No phone allowed: a security key enrols, signs in, gets lost and is removed; recovery codes and passes stand in; a passkey signs
// in alone. With the mouse and with a
// keyboard alone in Chromium, with keys that it plays; and by a client that is not a browser.
import assert from 'node:assert/strict';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { told, unescape } from '../lib/agent.mjs';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { enterPassword, signOut } from '../lib/signin.mjs';
import { VirtualKeys } from '../lib/virtual-key.mjs';

const ENROL = 'Click me to enrol for Multi-Factor Authentication';

export async function run({ world, check, chromium, screens }) {
  const album = screens && `${screens}/security-key`;
  await Promise.all([
    byHand({ world, check, chromium, screens: album, role: 'ward-clerk', hand: Mouse, how: 'with the mouse' }),
    byHand({ world, check, chromium, role: 'theatre-nurse', hand: Keyboard, how: 'with a keyboard alone' }),
    alone({ world, check, chromium, screens: album }),
    byAnotherClient({ world, check }),
  ]);
}

/** What an operator gives somebody who has no second factor, or has lost it. */
async function passFor(world, someone, ...more) {
  const told = await world.wardkeyInBackground('account', 'pass', someone.address, '--reason', 'identity checked', ...more);
  return told.match(/temporary access pass of \S+: (\S+)/)[1];
}

/** Goes from the first page to the end of enrolment with the key that is plugged in, by a pass if there is one. */
async function enrol(window, hand, someone, label, pass) {
  await window.goto('/signin');
  await hand.fill('Email address', someone.address);
  await hand.fill('Password', someone.password);
  await hand.press('Sign in', pass ? '/signin/pass' : '/profile');
  if (pass) {
    await window.look('pass');
    await hand.fill('Temporary access pass', 'abcd-efgh-jkmn');
    await submitted(window.page, () => hand.press('Continue'));
    await window.page.getByText('is not good at this time').first().waitFor();
    await window.look('pass-wrong');
    await hand.fill('Temporary access pass', pass);
    await hand.press('Continue', '/profile');
  }
  await window.goto('/profile/self-enrol');
  await hand.press('Confirm', '/profile/self-enrol/method');
  await window.look('choose-method');
  await hand.choose('Security key or passkey');
  await hand.press(ENROL, '/profile/self-enrol/key');
  await window.look('enrol-key');
  await hand.fill('Name for it (optional)', label);
  await hand.press('Set it up', '/profile/self-enrol/done');
  await window.look('enrolled-key');
}

async function toKey(window, hand, someone) {
  await window.goto('/signin');
  await hand.fill('Email address', someone.address);
  await hand.fill('Password', someone.password);
  await hand.press('Sign in');
}

async function leave(window) {
  await window.goto('/signout');
  await window.page.locator('main').getByRole('button', { name: 'Sign out' }).click();
  await window.page.waitForURL((url) => url.pathname === '/signed-out');
}

/** Goes as far as the page that asks for a recovery code. */
async function recoveryCode(window, hand, someone) {
  await toKey(window, hand, someone);
  await window.page.waitForURL((url) => url.pathname === '/signin/key');
  await hand.press('Sign in another way', '/signin/another-way');
  await hand.choose('Recovery code');
  await hand.press('Continue', '/signin/recovery-code');
}

async function byHand({ world, check, chromium, screens, role, hand: Hand, how }) {
  const step = stepsOf(check);
  const someone = world.person(role);
  const window = await Window.open(chromium, { world, screens });
  const { page } = window;
  const hand = new Hand(page);
  const keys = await VirtualKeys.of(page);
  const said = (text) => page.getByText(text).first().waitFor();
  try {
    await step(`${how}: a person without a phone is given a pass and enrols a security key, nothing else`, async () => {
      await keys.plugIn('lanyard');
      await enrol(window, hand, someone, 'Lanyard', await passFor(world, someone));
      assert.equal((await keys.holds('lanyard')).length, 1);
    });
    await step(`${how}: the key is asked by itself at the next sign-in`, async () => {
      await leave(window);
      await toKey(window, hand, someone);
      await page.waitForURL((url) => url.pathname === '/');
    });
    await step(`${how}: a key that is not touched keeps waiting, and the page says what for`, async () => {
      await leave(window);
      await keys.isTouched('lanyard', false);
      await toKey(window, hand, someone);
      await page.waitForURL((url) => url.pathname === '/signin/key');
      await said('Waiting for your security key');
      await window.look('key-waiting');
      await keys.isTouched('lanyard', true);
      await page.reload();
      await page.waitForURL((url) => url.pathname === '/');
    });
    await step(`${how}: without its PIN a key opens nothing`, async () => {
      await leave(window);
      await keys.knowsPin('lanyard', false);
      await toKey(window, hand, someone);
      await page.waitForURL((url) => url.pathname === '/signin/key');
      await hand.press('Use it now');
      await said('No security key or passkey has answered');
      await window.look('key-no-answer');
      await keys.knowsPin('lanyard', true);
      await hand.press('Use it now', '/');
    });
    await step(`${how}: the same key is not added twice; another one is`, async () => {
      await window.goto('/profile/security-info');
      await hand.press('Add a security key or passkey', '/profile/security-info/add-key');
      await window.look('begin-key');
      await hand.press('Continue');
      await page.waitForURL((url) => url.pathname.startsWith('/profile/security-info/key/'));
      await window.look('add-key');
      await hand.press('Add it');
      await said('registered already');
      await window.look('add-key-known');
      const lanyard = await keys.pullOut('lanyard');
      await keys.plugIn('drawer');
      await hand.fill('Name for it (optional)', 'Drawer');
      await hand.press('Add it', '/profile/security-info');
      await said('The security key or passkey has been added.');
      await window.look('security-info-keys');
      world[`${role} lanyard`] = lanyard;
    });
    let codes = [];
    await step(`${how}: recovery codes are made, and shown once`, async () => {
      await window.goto('/profile/security-info');
      await hand.press('Make recovery codes', '/profile/security-info/recovery-codes');
      await window.look('recovery-codes');
      await submitted(page, () => hand.press('Make codes'));
      await said('You will not see them again');
      await window.look('new-recovery-codes');
      codes = await page.locator('.wardkey-codes code').allTextContents();
      assert.equal(new Set(codes).size, 10);
      await hand.press('I have kept them', '/profile/security-info');
      await said('10 of 10 left');
    });
    await step(`${how}: a lost key is removed at once with the other one, and opens nothing any more`, async () => {
      await leave(window);
      await toKey(window, hand, someone);
      await page.waitForURL((url) => url.pathname === '/');
      await window.goto('/profile/security-info');
      await hand.press('Remove Lanyard');
      await page.waitForURL((url) => url.pathname.endsWith('/remove'));
      await window.look('remove-key');
      await hand.press('Remove', '/profile/security-info');
      await said('The security key or passkey has been removed.');
      assert.equal(await page.getByRole('link', { name: 'Remove Drawer' }).count(), 0, 'the last one is not removed');
      await leave(window);
      await keys.pullOut('drawer');
      await keys.putBack('lanyard', world[`${role} lanyard`]);
      await toKey(window, hand, someone);
      await page.waitForURL((url) => url.pathname === '/signin/key');
      await hand.press('Use it now');
      await said('No security key or passkey has answered');
    });
    await step(`${how}: who has lost the last key and kept a recovery code sets up another`, async () => {
      const lanyard = await keys.pullOut('lanyard');
      await keys.plugIn('spare');
      await recoveryCode(window, hand, someone);
      await window.look('recovery-code');
      await hand.fill('Recovery code', codes[0].replace(/.$/, codes[0].endsWith('2') ? '3' : '2'));
      await submitted(page, () => hand.press('Continue'));
      await said('That recovery code is not right');
      await window.look('recovery-code-wrong');
      await hand.fill('Recovery code', codes[0].toUpperCase().replaceAll('-', ' '));
      await hand.press('Continue', '/signin/recovered');
      await said('You have 9 left');
      await window.look('recovered');
      await hand.press('Set up a new way', '/profile/self-enrol/method');
      await hand.choose('Security key or passkey');
      await hand.press(ENROL, '/profile/self-enrol/key');
      await hand.fill('Name for it (optional)', 'Spare');
      await hand.press('Set it up', '/profile/self-enrol/done');
      await leave(window);
      await toKey(window, hand, someone);
      await page.waitForURL((url) => url.pathname === '/');
      await leave(window);
      await keys.pullOut('spare');
      await keys.putBack('lanyard', lanyard);
    });
    await step(`${how}: who only left it at home goes on by another code, and each works once`, async () => {
      await recoveryCode(window, hand, someone);
      await hand.fill('Recovery code', codes[0]);
      await submitted(page, () => hand.press('Continue'));
      await said('That recovery code is not right');
      await hand.fill('Recovery code', codes[1]);
      await hand.press('Continue', '/signin/recovered');
      await hand.press('Not now, continue', '/');
      await window.goto('/profile/security-info');
      await said('8 of 10 left');
      await window.look('security-info-codes');
      await leave(window);
    });
    await step(`${how}: who has lost the last key is given a pass for the shift, and replaces it`, async () => {
      const pass = await passFor(world, someone, '--multi-use', '--minutes', '480');
      await toKey(window, hand, someone);
      await page.waitForURL((url) => url.pathname === '/signin/pass');
      await hand.fill('Temporary access pass', pass);
      await hand.press('Continue', '/');
      await window.goto('/profile/security-info/add-key');
      await hand.press('Continue');
      await page.waitForURL((url) => url.pathname.startsWith('/profile/security-info/key/'));
      await hand.fill('Name for it (optional)', 'Replacement');
      await hand.press('Add it', '/profile/security-info');
      await hand.press('Remove Drawer');
      await page.waitForURL((url) => url.pathname.endsWith('/remove'));
      await hand.press('Remove', '/profile/security-info');
      await leave(window);
      await toKey(window, hand, someone);
      await page.waitForURL((url) => url.pathname === '/');
    });
    await step(`${how}: every page was accessible, and none had a fault`, () => window.verdict(17));
  } finally {
    await window.close();
  }
}

async function alone({ world, check, chromium, screens }) {
  const step = stepsOf(check);
  const someone = world.person('anaesthetist');
  const window = await Window.open(chromium, { world, screens });
  const { page } = window;
  const hand = new Mouse(page);
  const keys = await VirtualKeys.of(page);
  const passkey = 'Sign in with a passkey or security key';
  try {
    await step('a passkey signs in alone: two factors in one', async () => {
      await keys.plugIn('laptop', { transport: 'internal', hasResidentKey: true });
      await enrol(window, hand, someone, 'My laptop');
      const [credential] = await keys.holds('laptop');
      assert.equal(credential.isResidentCredential, true);
      await leave(window);
      await keys.isTouched('laptop', false);
      await window.goto('/signin');
      await page.getByRole('button', { name: passkey }).waitFor();
      await window.look('sign-in-passkey');
      await keys.isTouched('laptop', true);
      await hand.press(passkey, '/');
    });
    await step('a passkey that is chosen among the addresses signs in without a button', async () => {
      await leave(window);
      assert.equal(await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable()), true);
      await window.goto('/signin');
      await page.waitForURL((url) => url.pathname === '/');
    });
    await step('a device that keeps no passkey signs nobody in, and the page says so', async () => {
      await leave(window);
      await keys.pullOut('laptop');
      await keys.plugIn('empty', { transport: 'internal', hasResidentKey: true });
      await window.goto('/signin');
      await hand.press(passkey);
      await page.getByText('No security key or passkey has answered').first().waitFor();
      await window.look('sign-in-passkey-no-answer');
    });
    await step('every page of passkeys was accessible, and none had a fault', () => window.verdict(3));
  } finally {
    await window.close();
  }
}

/** What a page asks of a key. */
function asked(page) {
  const [, options] = page.text.match(/data-options="([^"]*)"/) ?? assert.fail(`no key is asked for at ${told(page)}`);
  return JSON.parse(unescape(options));
}

async function byAnotherClient({ world, check }) {
  const step = stepsOf(check);
  const someone = world.person('orthoptist');
  const agent = world.agent();
  const file = world.at('key.json');
  /** Asks the key as the client does that is not a browser. */
  const answer = (act, page, origin = new URL(world.issuer).origin) => {
    const input = JSON.stringify({ act, origin, options: asked(page) });
    const { stdout, stderr, status } = spawnSync('python3', [path.resolve('e2e/peers/key_client.py'), file], { input, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  };
  const post = (page, action, fields) => agent.submitTo(page, action, fields);
  await step('another client than a browser enrols a key', async () => {
    await enterPassword(agent, world, someone);
    let page = await agent.open(`${world.issuer}/profile/self-enrol`);
    page = await agent.submitTo(page, '/profile/self-enrol');
    page = await agent.submitTo(page, '/profile/self-enrol/method', { method: 'webauthn' });
    page = await post(page, '/profile/self-enrol/key', { ...answer('create', page), label: 'From a terminal' });
    assert.equal(page.url.pathname, '/profile/self-enrol/done', told(page));
  });
  await step('and signs in with it, but not with what it said before', async () => {
    await signOut(agent, world);
    let page = await enterPassword(agent, world, someone);
    const first = answer('get', page);
    page = await post(page, '/signin/key', first);
    assert.equal(page.url.pathname, '/', told(page));
    await signOut(agent, world);
    page = await enterPassword(agent, world, someone);
    page = await post(page, '/signin/key', first);
    assert.match(page.text, /SIGNIN-041/);
    page = await post(page, '/signin/key', answer('get', page));
    assert.equal(page.url.pathname, '/', told(page));
  });
  await step('a look-alike site gets an answer that is worth nothing here', async () => {
    await signOut(agent, world);
    let page = await enterPassword(agent, world, someone);
    page = await post(page, '/signin/key', answer('get', page, 'https://localhost.evil.example'));
    assert.match(page.text, /SIGNIN-041/);
  });
}
