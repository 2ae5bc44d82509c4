// Prompts suspended for a day: given with a reason, seen by whom it is for, over to the second, withdrawn, and refused to
// those who must not have it. The day is the one on which clocks in London go back: it is twenty-four hours all the same.
import assert from 'node:assert/strict';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { enterCode, enterDetails, enterWithCode, leave } from '../lib/door.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { until } from '../lib/process.mjs';
import { administratorWithApp, find, setUp } from '../lib/roles.mjs';
import { atAnotherTime } from '../lib/world.mjs';

const SINCE = '2025-10-01T09:00:00Z';
const SATURDAY = '2025-10-25T16:00:00Z';
/** Half past five in summer time, and twenty-four hours later. */
const GIVEN = '2025-10-25T16:30:00Z';
const BEFORE = '2025-10-26T16:29:59Z';
const END = '2025-10-26T16:30:00Z';
const END_IN_WORDS = '26 October 2025 at 4:30pm';

/** What the e-mails are about. */
const BEGINS = 'Your sign-in prompts are suspended';
const SOON = 'Your sign-in prompts return soon';
const ENDED = 'Your sign-in prompts have returned';

const GIVE = 'Give them a 24-hour exception';
const SUSPENDED = 'Your sign-in prompts are suspended: for most of what you do your password is enough.';

export async function run({ world, check, chromium, screens }) {
  const times = { from: SATURDAY, since: SINCE };
  const place = await check('a server starts that goes by another clock', () => atAnotherTime(world, 'exception', times));
  if (!place) return;
  const step = stepsOf(check);
  const window = await Window.open(chromium, { world: place, screens: screens && `${screens}/exception` });
  const people = {
    someone: place.person('ophthalmologist'),
    careless: place.person('hepatologist'),
    promoted: place.person('embryologist'),
    newcomer: place.person('nephrologist'),
  };
  const all = { world: place, step, chromium, window, people };
  try {
    await refuse(all);
    await give(all);
    await last(all);
    await withdraw(all);
    await promote(all);
    await step('every page was accessible, and none had a fault', () => window.verdict(12));
  } finally {
    await window.close();
  }
}

/** Signs in with the password alone, as far as `path`. */
const byPassword = (window, someone, path) => enterDetails(window, new Mouse(window.page), someone, path);

/** Comes back to an administrator's desk with a code that is fresh enough to change anything. */
async function takeDesk(all) {
  const { window, people } = all;
  await window.goto('/signout');
  if (window.path() === '/signout') await leave(window);
  await enterWithCode(window, new Mouse(window.page), people.desk);
}

/** What the person hears by e-mail, in its order. */
const letters = (world, { address }) => world.letters(address).filter(({ subject }) => subject.includes('prompts'));

async function hears(world, someone, subjects, limit) {
  await until(async () => assert.deepEqual(letters(world, someone).map(({ subject }) => subject), subjects), { limit });
  return letters(world, someone).at(-1).text.replaceAll(/\s+/g, ' ');
}

async function refuse(all) {
  const { world, step, window, people } = all;
  const { page } = window;
  const hand = new Mouse(page);
  const said = (text) => page.locator('.nhsuk-error-summary').getByText(text).first().waitFor();
  await step('three people have an app, and two administer them', async () => {
    const local = { organisation: 'A81001', role: 'local-administrator' };
    const desks = ['exception-desk', 'other-desk'];
    [people.desk, people.other] = await Promise.all(desks.map((name) => administratorWithApp(world, name, local)));
    await Promise.all([people.someone, people.careless, people.promoted].map((each) => setUp(world, each)));
  });
  await step('somebody without a second factor gets no exception', async () => {
    await takeDesk(all);
    const account = await find(window, hand, people.newcomer);
    await hand.press(GIVE, `${account}/exception`);
    await window.look('give');
    await submitted(page, () => hand.press('Give the exception'));
    await said(/Select why/);
    await window.look('give-without-reason');
    await hand.choose('They are at a place without signal or internet');
    await submitted(page, () => hand.press('Give the exception'));
    await said('no second factor yet');
    await window.look('give-to-newcomer');
  });
  await step('nor does a privileged account, or oneself', async () => {
    for (const [whose, status] of [[people.other, 200], [people.desk, 403]]) {
      const account = await find(window, hand, whose);
      assert.equal(await page.getByText(/24-hour exception/).count(), 0, `it is offered to ${whose.address}`);
      const answer = await window.goto(`${account}/exception`);
      assert.equal(answer.status(), status, whose.address);
      if (status !== 200) continue;
      await hand.choose('They are at a place without signal or internet');
      assert.equal((await submitted(page, () => hand.press('Give the exception'))).status(), 409);
      await said('A privileged account is never excepted');
      await window.look('give-to-privileged');
    }
    assert.deepEqual([people.newcomer, people.other, people.desk].flatMap((each) => letters(world, each)), []);
  });
}

async function give(all) {
  const { world, step, chromium, window, people: { someone } } = all;
  const { page } = window;
  const hand = new Keyboard(page);
  await step('with a keyboard alone: one is given with a reason of its own, and says its last second', async () => {
    world.clock.goOnFrom('2025-10-25T16:25:00Z');
    await takeDesk(all);
    const account = await find(window, hand, someone);
    await hand.press(GIVE, `${account}/exception`);
    await hand.choose('Something else');
    await submitted(page, () => hand.press('Give the exception'));
    await page.locator('.nhsuk-error-summary').getByText('Say what the reason is').waitFor();
    await window.look('give-unexplained');
    await hand.fill('What is the reason, if it is something else?', 'The phone is in a locker that does not open');
    world.clock.standAt(GIVEN);
    await submitted(page, () => hand.press('Give the exception'));
    await page.getByText('26 October 2025 at 4:30:00pm').waitFor();
    await window.look('given');
    world.clock.goOnFrom(GIVEN);
    await hand.press('Back to the account', account);
    await page.getByText(`Prompts are suspended until ${END_IN_WORDS}`).waitFor();
    await page.getByText('The phone is in a locker that does not open').waitFor();
    assert.equal(await page.getByRole('link', { name: GIVE }).count(), 0, 'another one is offered');
    await window.look('account');
    await window.goto('/admin/exceptions');
    await page.getByRole('link', { name: someone.name }).waitFor();
    await window.look('exceptions');
    const told = await hears(world, someone, [BEGINS]);
    assert(told.includes(`The prompts return on ${END_IN_WORDS}.`), told);
  });
  await step('the password alone leads in, and the page says when prompts return', async () => {
    const theirs = await window.another(chromium);
    try {
      await byPassword(theirs, someone, '/');
      for (const path of ['/', '/profile/security-info']) {
        await theirs.goto(path);
        await theirs.page.getByText(`${SUSPENDED} They return on ${END_IN_WORDS}.`).waitFor();
        await theirs.look(path === '/' ? 'home-suspended' : 'security-info-suspended');
      }
    } finally {
      await theirs.close();
    }
  });
  await step('it lets nobody change how they sign in', async () => {
    const theirs = await window.another(chromium);
    const by = new Mouse(theirs.page);
    try {
      await byPassword(theirs, someone, '/');
      await theirs.goto('/profile/security-info/add-key');
      const begin = theirs.page.getByRole('button', { name: 'Continue', exact: true });
      if (await begin.count() > 0) await submitted(theirs.page, () => by.press('Continue'));
      assert.equal(theirs.path(), '/signin/code');
      await theirs.page.getByLabel('6-digit code', { exact: true }).waitFor();
    } finally {
      await theirs.close();
    }
  });
  await step('two hours before its end the person hears of it', async () => {
    world.clock.goOnFrom('2025-10-26T14:30:00Z');
    const told = await hears(world, someone, [BEGINS, SOON], 120_000);
    assert(told.includes(`They return on ${END_IN_WORDS}.`), told);
  });
}

async function last(all) {
  const { world, step, chromium, window, people: { someone } } = all;
  const { clock } = world;
  const theirs = await window.another(chromium);
  const hand = new Mouse(theirs.page);
  const fresh = async (path) => {
    const other = await window.another(chromium);
    try {
      await byPassword(other, someone, path);
    } finally {
      await other.close();
    }
  };
  try {
    await step('one second before its end the password alone leads in, and a session of it goes on', async () => {
      clock.goOnFrom('2025-10-26T16:00:00Z');
      await byPassword(theirs, someone, '/');
      clock.standAt(BEFORE);
      await theirs.goto('/profile/sign-ins');
      assert.equal(theirs.path(), '/profile/sign-ins');
      await fresh('/');
    });
    await step('in the second of its end both are asked for the second factor', async () => {
      clock.standAt(END);
      assert(!await theirs.isIn(), 'the session outlives the exception');
      await theirs.goto('/profile/sign-ins');
      assert.equal(theirs.path(), '/signin');
      await fresh('/signin/code');
      clock.goOnFrom(END);
      await enterDetails(theirs, hand, someone, '/signin/code');
      await enterCode(hand, someone);
      assert.equal(await theirs.page.getByText(/suspended/).count(), 0);
      await leave(theirs);
    });
    await step('the administrator sees that it is over', async () => {
      await takeDesk(all);
      await find(window, new Mouse(window.page), someone);
      await window.page.getByText(`The last 24-hour exception ended on ${END_IN_WORDS}`).waitFor();
      assert.equal(await window.page.getByText('Prompts are suspended until').count(), 0);
      assert.equal(await window.page.getByRole('link', { name: GIVE }).count(), 1);
      await window.look('account-over');
    });
  } finally {
    await theirs.close();
  }
}

/** Gives an exception because of `why`; leaves the desk on the account's page, and gives its path. */
async function giveTo(all, someone, why) {
  const { window } = all;
  const hand = new Mouse(window.page);
  const account = await find(window, hand, someone);
  await hand.press(GIVE, `${account}/exception`);
  await hand.choose(why);
  await submitted(window.page, () => hand.press('Give the exception'));
  await window.page.getByRole('heading', { name: '24-hour exception given' }).waitFor();
  return account;
}

async function withdraw(all) {
  const { world, step, chromium, window, people: { someone, careless } } = all;
  const { page } = window;
  const hand = new Mouse(page);
  const end = async (account, name) => {
    await window.goto(account);
    await hand.press('Withdraw their exception');
    await page.waitForURL(/withdraw-exception$/, { waitUntil: 'load' });
    await submitted(page, () => hand.press('Withdraw the exception'));
    await page.locator('.nhsuk-error-summary').getByText('ive a reason').waitFor();
    await window.look(`${name}-without-reason`);
    await hand.fill('Reason', 'They have a key now');
    await submitted(page, () => hand.press('Withdraw the exception'));
    await page.getByText('The exception has been withdrawn').first().waitFor();
    await window.look(name);
  };
  await step('one that is withdrawn ends at once: at the next request, and for the next sign-in', async () => {
    await takeDesk(all);
    const account = await giveTo(all, someone, 'Notifications do not reach them');
    const theirs = await window.another(chromium);
    try {
      await byPassword(theirs, someone, '/');
      await end(account, 'withdrawn');
      await page.getByText('was withdrawn on').first().waitFor();
      assert(!await theirs.isIn(), 'the session outlives the exception');
      await byPassword(theirs, someone, '/signin/code');
      // The end of the one before was announced, and is no news.
      const told = await hears(world, someone, [BEGINS, SOON, BEGINS, ENDED]);
      assert.match(told, /has ended that/);
    } finally {
      await theirs.close();
    }
  });
  await step('what was on a lost phone is gone then, and the person registers anew', async () => {
    const account = await giveTo(all, careless, 'Their phone is misplaced');
    await page.getByText('the apps and the numbers on their phone are removed').first().waitFor();
    await window.look('given-misplaced');
    const theirs = await window.another(chromium);
    try {
      await byPassword(theirs, careless, '/');
      await end(account, 'withdrawn-misplaced');
      await page.getByText('No second factor yet').waitFor();
      assert(!await theirs.isIn(), 'the session outlives the exception');
      await byPassword(theirs, careless, '/profile');
      await theirs.goto('/profile/self-enrol');
      await theirs.page.getByRole('button', { name: 'Confirm' }).waitFor();
      const told = await hears(world, careless, [BEGINS, ENDED]);
      assert.match(told, /Your phone counted as lost/);
    } finally {
      await theirs.close();
    }
  });
}

async function promote(all) {
  const { world, step, chromium, window, people: { promoted } } = all;
  await step('whoever becomes privileged is asked from then on, and the page says that it is without effect', async () => {
    await takeDesk(all);
    await giveTo(all, promoted, 'Their phone is lost or stolen');
    const theirs = await window.another(chromium);
    try {
      await byPassword(theirs, promoted, '/');
      const gains = ['--organisation', 'A81001', '--role', 'local-administrator'];
      await world.wardkeyInBackground('create-admin', promoted.address, ...gains);
      assert(!await theirs.isIn(), 'the session goes on with the password alone');
      await byPassword(theirs, promoted, '/signin/code');
    } finally {
      await theirs.close();
    }
    const hand = new Mouse(window.page);
    await find(window, hand, promoted);
    await window.page.getByText('Without effect').waitFor();
    await window.look('without-effect');
  });
}
