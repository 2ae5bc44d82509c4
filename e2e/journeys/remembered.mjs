// A browser of one's own that is remembered for fourteen days, to the second; one that is not; and a lost one that is forgotten,
// by its owner and by an administrator.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { enterCode, enterDetails, enterWithCode, leave } from '../lib/door.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { administratorWithApp, find, setUp } from '../lib/roles.mjs';
import { atAnotherTime } from '../lib/world.mjs';

const SINCE = '2025-10-01T09:00:00Z';
const MONDAY = '2025-11-03T07:55:00Z';
/** When the second factor is shown, the last second that this counts for, and the first that it does not. */
const SHOWN = '2025-11-03T07:58:00Z';
const LAST = '2025-11-17T07:57:59Z';
const OVER = '2025-11-17T07:58:00Z';

const ASKED = '/profile/sessions/remember';
const POLICIES = '[[baseline]]\nof = "organisation:A81001"\nis = "standard"\nremember = "14 days"\n';

export async function run({ world, check, chromium, screens }) {
  const times = { from: MONDAY, since: SINCE };
  const place = await check('a server starts that goes by another clock', () => atAnotherTime(world, 'remembered', times));
  if (!place) return;
  const step = stepsOf(check);
  const window = await Window.open(chromium, { world: place, screens: screens && `${screens}/remembered` });
  const all = { world: place, step, chromium, window, someone: place.person('optician') };
  try {
    await fourteenDays(all);
    await lost(all);
    await step('every page was accessible, and none had a fault', () => window.verdict(5));
  } finally {
    await window.close();
  }
}

/** Signs in by the password alone, or finds that more is asked. */
const byPassword = ({ someone }, window, path) => enterDetails(window, new Mouse(window.page), someone, path);

async function fourteenDays(all) {
  const { world, step, window, someone } = all;
  const keys = new Keyboard(window.page);
  await step('an administrator lets browsers be remembered for fourteen days', async () => {
    await setUp(world, someone);
    const policies = world.at('policies.toml');
    fs.writeFileSync(policies, POLICIES);
    await world.wardkeyInBackground('policy', 'import', policies, '--reason', 'Few computers are shared here');
  });
  await step('after both factors a person is asked, and says yes, with a keyboard alone', async () => {
    world.clock.standAt(SHOWN);
    await enterWithCode(window, keys, someone, ASKED);
    await window.look('remember');
    await keys.press('Yes, remember it', '/');
  });
  await step('the password alone is enough in it, to the last second', async () => {
    await leave(window);
    world.clock.standAt(LAST);
    await byPassword(all, window, '/');
    await leave(window);
  });
  await step('a second later it is not, and the session of a minute ago is over, too', async () => {
    await byPassword(all, window, '/');
    world.clock.standAt(OVER);
    await window.goto('/profile');
    assert.equal(window.path(), '/signin');
    await byPassword(all, window, '/signin/code');
    await enterCode(keys, someone, ASKED);
    await keys.press('No, ask me each time', '/');
  });
}

async function lost(all) {
  const { world, step, chromium, window, someone } = all;
  const { page } = window;
  const hand = new Mouse(page);
  const other = await window.another(chromium);
  try {
    await step('another browser is remembered, which its owner then leaves on a train', async () => {
      world.clock.goOnFrom('2025-11-18T18:00:00Z');
      await enterWithCode(other, new Mouse(other.page), someone, ASKED);
      await new Mouse(other.page).press('Yes, remember it', '/');
    });
    await step('its owner sees it in the list, and forgets it', async () => {
      await world.clock.pass(60_000);
      await enterWithCode(window, hand, someone, '/');
      await window.goto('/profile/sessions');
      await window.look('sessions');
      const remembered = page.locator('.nhsuk-card').filter({ hasText: 'Remembered until' });
      assert.equal(await remembered.count(), 1);
      await submitted(page, () => remembered.getByRole('button', { name: /^Forget it/ }).click());
      await page.getByText('The browser has been forgotten').waitFor();
      await window.look('forgotten');
    });
    await step('whoever found it is signed out, and asked for both', async () => {
      await other.goto('/profile');
      assert.equal(other.path(), '/signin');
      await byPassword(all, other, '/signin/code');
    });
    await step('this one is remembered after all, from the list', async () => {
      await leave(window);
      await world.clock.pass(60_000);
      await enterWithCode(window, hand, someone, '/');
      await window.goto('/profile/sessions');
      await submitted(page, () => hand.press('Remember this browser for 14 days'));
      await page.getByText('This browser is remembered').waitFor();
      await window.look('remembered');
    });
    await step('an administrator sees how long, and forgets it for them', async () => {
      const desk = await administratorWithApp(world, 'browser-desk', { organisation: 'A81001', role: 'local-administrator' });
      await world.clock.pass(60_000);
      await enterWithCode(other, new Mouse(other.page), desk, '/');
      await find(other, new Mouse(other.page), someone);
      await new Mouse(other.page).press('The browsers that they have used');
      await other.page.waitForURL(/\/devices$/);
      await other.look('browsers-of-somebody');
      const remembered = other.page.locator('.nhsuk-card').filter({ hasText: 'Remembered until' });
      await submitted(other.page, () => remembered.getByRole('button', { name: /^Forget it/ }).click());
      await other.page.getByText('the person is signed out there').waitFor();
      await window.goto('/profile');
      assert.equal(window.path(), '/signin');
      await byPassword(all, window, '/signin/code');
    });
  } finally {
    await other.close();
  }
}
