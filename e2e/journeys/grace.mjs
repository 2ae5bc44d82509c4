// Fourteen days to set a second factor up, and not a second more: policies are published on their page, and the clock of the
// server moves through spring, across the day on which clocks in London go forward.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { enterCode, enterDetails, enterWithCode, leave } from '../lib/door.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { Phone } from '../lib/phone.mjs';
import { administratorWithApp, beginWithKey, makeAdministrator } from '../lib/roles.mjs';
import { VirtualKeys } from '../lib/virtual-key.mjs';
import { atAnotherTime } from '../lib/world.mjs';

/** Before accounts were made that have no grace: 5 October 2023. */
const SINCE = '2023-09-01T09:00:00Z';
const MONDAY = '2024-03-18T09:00:00Z';

const SKIP = 'Skip for now';
const LAST_DAY = 'the end of 3 April 2024';

const BASELINE = '[[baseline]]\nof = "organisation:A81001"\nis = "named-location"\n';
/** A policy that asks something of people, so that accounts are needed that it asks nothing of. */
const STRONGER = `[[policy]]
name = "No texts at the pharmacy"
state = "on"
then = "require"
strength = "multi_factor_unrestricted"

[policy.include]
people = ["organisation:FAA11"]
`;

export async function run({ world, check, chromium, screens }) {
  const times = { from: MONDAY, since: SINCE };
  const place = await check('a server starts that goes by another clock', () => atAnotherTime(world, 'grace', times));
  if (!place) return;
  const step = stepsOf(check);
  const album = screens && `${screens}/grace`;
  const window = await Window.open(chromium, { world: place, screens: album });
  try {
    await publish({ world: place, check, step, chromium, window });
    await fourteenDays({ world: place, step, chromium, window });
    await none({ world: place, step, chromium, window });
    await step('what was done is sealed, over all these days', async () => {
      const told = await place.wardkeyInBackground('audit', 'verify');
      assert.match(told, /\d+ blocks and \d+ sealed events are sound/);
      return told.split('\n')[0];
    });
    await step('every page was accessible, and none had a fault', () => window.verdict(14));
  } finally {
    await window.close();
  }
}

/** Publishes policies as an administrator does. */
async function publish({ world, check, step, chromium, window }) {
  const { page } = window;
  const hand = new Mouse(page);
  const said = (text) => page.getByText(text).first().waitFor();
  const safes = ['safe-one', 'safe-two'];
  let keeper;
  let shows;

  /** Shows what publishing `text` would come to. */
  const propose = async (text) => {
    await window.goto('/admin/policies');
    await hand.press('Change policies', '/admin/policies/edit');
    await hand.fill('Policies', text);
    await submitted(page, () => hand.press('See what would change'));
  };
  await step('two accounts for breaking glass each get a key', async () => {
    for (const name of safes) {
      const other = await window.another(chromium);
      try {
        const keys = await VirtualKeys.of(other.page);
        await keys.plugIn('own');
        await beginWithKey(other, new Mouse(other.page), await makeAdministrator(world, name));
      } finally {
        await other.close();
      }
    }
  });
  await step('a text with a mistake, and one without an account for breaking glass, cannot be published', async () => {
    keeper = await administratorWithApp(world, 'policy-keeper');
    await enterWithCode(window, hand, keeper);
    await window.goto('/admin/policies');
    await said('No policies have been published');
    await window.look('policies-none');
    await propose(BASELINE.replace('A81001', 'A99999'));
    await said('These policies cannot be published');
    await said('A99999');
    assert.equal(await page.getByRole('button', { name: 'Publish' }).count(), 0);
    await window.look('policies-unknown-organisation');
    await propose(`${BASELINE}\n${STRONGER}`);
    await said('no account for breaking glass works');
    assert.equal(await page.getByRole('button', { name: 'Publish' }).count(), 0);
  });
  await step('the page shows what would change, wants a reason, and the policies are in force at once', async () => {
    const accounts = safes.map((name) => `"${name}@riverside-hospital.example"`).join(', ');
    await propose(`break-glass = [${accounts}]\n\n${BASELINE}\n${STRONGER}`);
    const added = await page.locator('.wardkey-diff ins').allInnerTexts();
    assert(added.some((line) => line.includes('is = "named-location"')), added.join('\n'));
    await window.look('policies-check');
    // Read before it is published, and judged after that.
    shows = await page.locator('.wardkey-diff').innerText();
    await submitted(page, () => hand.press('Publish'));
    await page.locator('.nhsuk-error-message').getByText('reason').waitFor();
    await window.look('policies-without-reason');
    await hand.fill('Why', 'The surgery has a network of its own');
    await hand.press('Publish', '/admin/policies');
    await said('Confirm version 1');
    await said('organisation A81001: named-location');
    await window.look('policies-to-confirm');
  });
  // Not a step: nothing that follows is built on how it looks.
  await check('each line that would change is a line of its own', async () => {
    assert.match(shows, /^\+ \[\[baseline\]\]\n\+ of = "organisation:A81001"\n\+ is = "named-location"$/m);
  });
  await step('only a sign-in from afterwards confirms them', async () => {
    assert.equal(await page.getByRole('button', { name: 'Confirm version 1' }).count(), 0);
    await leave(window);
    await enterWithCode(window, hand, keeper);
    await window.goto('/admin/policies');
    await hand.press('Confirm version 1', '/admin/policies');
    await said('In force: version 1');
    assert.equal(await page.getByText('Confirm version').count(), 0);
    await window.look('policies');
    // Whatever nobody has confirmed would be gone by now.
    await world.clock.pass(11 * 60_000);
    await window.goto('/admin/policies');
    await said('In force: version 1');
    await leave(window);
  });
}

/** What the page says about time. */
const inset = (window) => window.text('.nhsuk-inset-text');

/** Checks that it can be put off, and how long the page says that there is; `days` are those after today. */
async function canWait(window, days) {
  assert.equal(window.path(), '/signin/register');
  const more = `${days} more day${days === 1 ? '' : 's'}`;
  const last = 'Today is the last day on which you can skip this.';
  const left = days === 0 ? last : `You can skip this until ${LAST_DAY}: ${more}.`;
  const said = (await inset(window)).replaceAll(/\s+/g, ' ');
  assert.equal(said, `Information: ${left} After that you cannot sign in before you have set it up.`);
}

/** Checks that it cannot be put off, on this page or the next. */
async function mustRegister(window) {
  const ways = () => window.page.locator('main').getByText(/skip/i).count();
  assert.equal(await ways(), 0, `there is a way past ${window.path()}`);
  for (const closed of ['/', '/profile/security-info', '/profile/password']) {
    await window.goto(closed);
    assert.notEqual(window.path(), closed, `${closed} is open without a second factor`);
    assert.equal(await ways(), 0, `there is a way past ${window.path()}`);
  }
}

/** Registers an authenticator app, from the page that asks for it. */
async function register(window, hand, someone) {
  await window.goto('/profile/self-enrol');
  await hand.press('Confirm', '/profile/self-enrol/method');
  await window.look('choose-method');
  await hand.choose('Another authenticator app');
  await hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/app');
  someone.phone = new Phone(await window.text('#key'), someone.clock);
  await hand.fill('6-digit code', await someone.phone.code());
  await hand.press('Done', '/profile/self-enrol/done');
  await hand.press('Continue', '/');
}

async function fourteenDays({ world, step, chromium, window }) {
  const { clock } = world;
  const { page } = window;
  const hand = new Mouse(page);
  const someone = world.person('geriatrician');
  const other = await window.another(chromium);
  const by = new Keyboard(other.page);
  const another = world.person('osteopath');
  try {
    await step('day 0: the page says until when it can be skipped, and a skip leads in', async () => {
      clock.goOnFrom('2024-03-20T09:00:00Z');
      await enterDetails(window, hand, someone, '/signin/register');
      await canWait(window, 14);
      await window.look('day-0');
      await hand.press(SKIP, '/');
      await window.look('home-after-skip');
      assert(await window.isIn());
    });
    await step('day 0, with a keyboard alone', async () => {
      await enterDetails(other, by, another, '/signin/register');
      await canWait(other, 14);
      await by.press(SKIP, '/');
      assert(by.stops > 8, `the focus was seen at ${by.stops} stops only`);
    });
    await step('signing in again does not begin it anew: not on the same day, and not on day 1', async () => {
      await leave(window);
      await enterDetails(window, hand, someone, '/signin/register');
      await canWait(window, 14);
      await hand.press(SKIP, '/');
      await leave(window);
      clock.goOnFrom('2024-03-21T00:00:01Z');
      await enterDetails(window, hand, someone, '/signin/register');
      await canWait(window, 13);
      await hand.press(SKIP, '/');
    });
    await step('a session that was skipped into goes on within its hours, and the next day asks again', async () => {
      clock.goOnFrom('2024-03-21T00:40:00Z');
      await window.goto('/profile/sign-ins');
      assert.equal(window.path(), '/profile/sign-ins');
      clock.goOnFrom('2024-03-22T09:00:00Z');
      await window.goto('/');
      assert.equal(window.path(), '/signin');
    });
    await step('on the day on which clocks go forward, and the days after it, calendars in London count', async () => {
      for (const [moment, days] of [
        ['2024-03-30T23:59:59Z', 4],
        ['2024-03-31T00:00:00Z', 3],
        ['2024-03-31T22:59:59Z', 3],
        ['2024-03-31T23:00:00Z', 2],
      ]) {
        clock.standAt(moment);
        await enterDetails(window, hand, someone, '/signin/register');
        await canWait(window, days);
      }
    });
    await step('day 13: one more day', async () => {
      clock.goOnFrom('2024-04-02T09:00:00Z');
      await enterDetails(window, hand, someone, '/signin/register');
      await canWait(window, 1);
      await window.look('day-13');
      await hand.press(SKIP, '/');
      await leave(window);
    });
    await step('day 14: its last second in London is soon enough', async () => {
      clock.goOnFrom('2024-04-03T08:00:00Z');
      await enterDetails(window, hand, someone, '/signin/register');
      await canWait(window, 0);
      await window.look('day-14');
      clock.standAt('2024-04-03T22:59:59Z');
      await enterDetails(window, hand, someone, '/signin/register');
      await canWait(window, 0);
      await hand.press(SKIP, '/');
      await window.goto('/profile/sign-ins');
      assert.equal(window.path(), '/profile/sign-ins');
      // The other one has the page open.
      await enterDetails(other, by, another, '/signin/register');
      await canWait(other, 0);
    });
    await step('day 15: in its first second the page that was left open leads no further', async () => {
      clock.standAt('2024-04-03T23:00:00Z');
      await submitted(other.page, () => by.press(SKIP));
      assert.notEqual(other.path(), '/', 'it was skipped on day 15');
      assert(!await other.isIn());
      await other.look('skipped-too-late');
      await mustRegister(other);
    });
    await step('day 15: a session that was skipped into a second before is asked at its next request', async () => {
      await window.goto('/profile/sign-ins');
      assert.notEqual(window.path(), '/profile/sign-ins', 'the session outlives the grace');
      assert(!await window.isIn());
    });
    await step('day 15: nothing is to be skipped; an app is registered, and leads in', async () => {
      clock.goOnFrom('2024-04-04T08:00:00Z');
      await enterDetails(window, hand, someone, '/profile');
      await window.look('day-15');
      await mustRegister(window);
      await register(window, hand, someone);
      assert.match(await window.text('h1'), new RegExp(someone.name));
    });
    await step('the next sign-in asks for its code', async () => {
      await leave(window);
      await enterDetails(window, hand, someone, '/signin/code');
      await window.goto('/profile/security-info');
      assert.notEqual(window.path(), '/profile/security-info', 'the password alone led in');
      await enterWithCode(window, hand, someone);
      await leave(window);
    });
  } finally {
    await other.close();
  }
}

/** People who have no grace at all. */
async function none({ world, step, chromium, window }) {
  const someone = world.person('chaplain');
  const theirs = await window.another(chromium);
  const hand = new Keyboard(theirs.page);
  try {
    await step('who has the standard baseline is never offered to skip, and registers, with a keyboard alone', async () => {
      await enterDetails(theirs, hand, someone, '/profile');
      await theirs.look('standard');
      await mustRegister(theirs);
      await register(theirs, hand, someone);
      await leave(theirs);
      await enterDetails(theirs, hand, someone, '/signin/code');
      await enterCode(hand, someone);
      await leave(theirs);
    });
    await step('nor is who has the named-location baseline, but an account that is newer than default-on', async () => {
      const { address, ...rest } = world.person('osteopath');
      const newcomer = { ...rest, address: `newcomer-${address}`, name: 'Newcomer' };
      const [columns, ...lines] = fs.readFileSync(world.at('accounts.csv'), 'utf8').split('\n');
      const line = lines.find((each) => each.includes(address));
      const theirLine = line.replace(address, newcomer.address).replace(rest.name, newcomer.name);
      fs.writeFileSync(world.at('newcomers.csv'), [columns, theirLine, ''].join('\n'));
      await world.wardkeyInBackground('account', 'import', world.at('newcomers.csv'));
      await enterDetails(theirs, hand, newcomer, '/profile');
      await mustRegister(theirs);
    });
  } finally {
    await theirs.close();
  }
}
