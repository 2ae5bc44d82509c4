// `wardkey demo`, as `make run` serves it: over http, with a phone on a page.
import assert from 'node:assert/strict';
import path from 'node:path';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Mouse } from '../lib/hand.mjs';
import { freePorts, start, stop, until } from '../lib/process.mjs';
import { BINARY } from '../lib/world.mjs';

export async function run({ world, check, chromium, screens }) {
  // It has a database of its own, whatever the world's is: once is enough.
  if (world.name !== 'sqlite') return;
  const step = stepsOf(check);
  const [port] = await freePorts(1);
  const log = world.at('demo.log');
  const demo = start(BINARY, ['demo', '--directory', path.join(world.folder, 'demo'), '--port', String(port)], { log, cwd: world.folder });
  const site = { name: 'demo', issuer: `http://localhost:${port}` };
  const window = await Window.open(chromium, { world: site, screens: screens && `${screens}/demo` });
  const { page } = window;
  const hand = new Mouse(page);
  try {
    await until(async () => assert((await fetch(`${site.issuer}/readyz`)).ok), { child: demo });
    await step('the first page lists who can sign in', async () => {
      await window.goto('/');
      assert.equal(window.path(), '/signin');
      assert((await page.locator('tbody tr').count()) >= 9);
      await window.look('sign-in');
    });
    await step('a nurse enrols with the demo phone', async () => {
      const row = page.locator('tbody tr', { hasText: 'nurse@' });
      const address = await row.locator('td').first().evaluate((cell) => cell.lastChild.textContent);
      await hand.fill('Email address', address);
      await hand.fill('Password', await row.locator('code').innerText());
      await hand.press('Sign in', '/profile');
      await hand.press('Set up now', '/profile/self-enrol');
      await hand.press('Confirm', '/profile/self-enrol/method');
      await hand.choose('Another authenticator app');
      await hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/app');
      await window.look('set-up-app');
      const [tab] = await Promise.all([window.context.waitForEvent('page'), hand.press('Scan with the demo phone')]);
      await tab.waitForLoadState();
      assert.equal(new URL(tab.url()).pathname, '/demo/messages');
      const code = await tab.locator(`[data-account*="${address}"]`).first().innerText();
      await hand.fill('6-digit code', code);
      await hand.press('Done', '/profile/self-enrol/done');
      await hand.press('Continue', '/');
      await tab.close();
    });
    await step('the phone shows the accounts, and says what is wrong with a key', async () => {
      await window.goto('/demo/messages?still=yes');
      await window.look('phone');
      await hand.fill('Account name', 'Somebody');
      await hand.fill('Key', '0189');
      await hand.press('Add to the demo phone');
      await page.getByText('There is a problem').waitFor();
      await window.look('phone-bad-key');
    });
    await check('no page fails axe-core, is too wide or breaks the security policy', async () => window.verdict(4));
  } finally {
    await window.close();
    await stop(demo);
  }
}
