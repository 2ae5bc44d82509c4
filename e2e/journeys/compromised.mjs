// An account in the wrong hands: marked in one step that shuts every door, worked through with its owner, given back, and
// pinned until two people of the national team lift that. Whoever had it has a browser of their own, left open.
import assert from 'node:assert/strict';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { enterCode, enterDetails, enterWithCode, leave } from '../lib/door.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { Phone } from '../lib/phone.mjs';
import { until } from '../lib/process.mjs';
import { administratorWithApp, find, setUp } from '../lib/roles.mjs';
import { atAnotherTime } from '../lib/world.mjs';

const SINCE = '2026-01-05T09:00:00Z';
/** When the owner sets up an app of their own; the case is a month later. */
const BEFORE = '2026-02-02T09:00:00Z';
const MARKED = '2026-03-04T09:00:00Z';
const DAY = 86_400_000;

const STOLEN = 'Somebody else’s phone';
const NEXT = 'copper lantern over river 9';
/** As many as it takes for the first to be forgotten. */
const LATER = ['harbour kettles 14 drift', 'seven otters hum 52 tides', 'gravel barns sing at 88'];

/** What each point of the list is ticked with. */
const TICKS = [
  'The devices are scanned',
  'This is settled with the person',
  'Rules and access are reviewed',
  'The person knows what happened',
];

export async function run({ world, check, chromium, screens }) {
  const times = { from: BEFORE, since: SINCE };
  const place = await check('a server starts that goes by another clock', () => atAnotherTime(world, 'compromised', times));
  if (!place) return;
  const step = stepsOf(check);
  const window = await Window.open(chromium, { world: place, screens: screens && `${screens}/compromised` });
  const people = { owner: place.person('pathologist') };
  const open = {};
  const all = { world: place, check, step, chromium, window, people, open };
  try {
    await lose(all);
    await mark(all);
    await shut(all);
    await refuse(all);
    await workThrough(all);
    await comeBack(all);
    await pinned(all);
    await lift(all);
    await step('what was done is sealed', async () => {
      const told = await place.wardkeyInBackground('audit', 'verify');
      assert.match(told, /\d+ blocks and \d+ sealed events are sound/);
    });
    await step('every page was accessible, and none had a fault', () => window.verdict(16));
  } finally {
    await Promise.all(Object.values(open).map((each) => each.close()));
    await window.close();
  }
}

/** Comes back to the desk of `who`, with a code that is fresh enough to change anything. */
async function takeDesk({ window }, who) {
  await window.goto('/signout');
  if (window.path() === '/signout') await leave(window);
  await enterWithCode(window, new Mouse(window.page), who);
}

/** The e-mails to `who` about this, by subject. */
const letters = (world, { address }) =>
  world.letters(address).filter(({ subject }) => !subject.startsWith('A way to sign in'));

async function hears(world, who, subject) {
  const letter = await until(async () => {
    const found = letters(world, who).findLast((each) => each.subject === subject);
    assert(found, `${who.address} hears ${letters(world, who).map((each) => each.subject)}`);
    return found;
  });
  assert.doesNotMatch(letter.text, /https?:/, 'a letter about stolen accounts has no links');
  return letter.text.replaceAll(/\s+/g, ' ');
}

/** Everybody; and somebody else at home in the account. */
async function lose(all) {
  const { world, step, chromium, window, people, open } = all;
  const { owner } = people;
  await step('an account has an app, and others look after it', async () => {
    const local = { organisation: 'A81001', role: 'local-administrator' };
    await setUp(world, owner);
    world.clock.goOnFrom(MARKED);
    [people.desk, people.deputy, people.helpdesk, people.tenant, people.analyst] = await Promise.all([
      administratorWithApp(world, 'case-desk', local),
      administratorWithApp(world, 'case-deputy', local),
      administratorWithApp(world, 'case-helpdesk', { role: 'national-help-desk' }),
      administratorWithApp(world, 'case-tenant', { role: 'tenant-administrator' }),
      administratorWithApp(world, 'case-analyst', { role: 'security-analyst' }),
    ]);
  });
  await step('its owner is signed in, and so is somebody else, who adds an app of their own', async () => {
    open.owners = await window.another(chromium);
    await enterWithCode(open.owners, new Mouse(open.owners.page), owner);
    open.thiefs = await window.another(chromium);
    const hand = new Mouse(open.thiefs.page);
    await enterWithCode(open.thiefs, hand, owner);
    await open.thiefs.goto('/profile/security-info/add');
    await submitted(open.thiefs.page, () => hand.press('Continue'));
    const phone = new Phone(await open.thiefs.text('#key'), owner.clock);
    people.thief = { address: owner.address, password: owner.password, phone };
    await hand.fill('6-digit code', await people.thief.phone.code());
    await hand.fill('Name for this app (optional)', STOLEN);
    await hand.press('Add this app', '/profile/security-info');
    await open.thiefs.page.getByText(STOLEN).first().waitFor();
  });
}

async function mark(all) {
  const { step, window, people } = all;
  const { page } = window;
  const hand = new Keyboard(page);
  await step('with a keyboard alone: an administrator marks it as compromised', async () => {
    await takeDesk(all, people.desk);
    people.account = await find(window, hand, people.owner);
    await hand.press('Mark it as compromised', `${people.account}/compromise`);
    await window.look('mark');
    // Seven days ago, unless somebody knows better.
    const typed = (label) => page.getByLabel(label, { exact: true }).inputValue();
    const day = await Promise.all(['Day', 'Month', 'Year'].map(typed));
    assert.deepEqual(day.map(Number), [25, 2, 2026]);
    await submitted(page, () => hand.press('Mark as compromised'));
    await page.locator('.nhsuk-error-summary').getByText('ive a reason').waitFor();
    await window.look('mark-without-reason');
    await hand.fill('Reason', 'It sends spam, ticket 4711');
    await hand.press('Mark as compromised');
    await page.waitForURL(/\/admin\/cases\/[^/]+$/, { waitUntil: 'load' });
    people.case = window.path();
    await page.getByText('Do this next').first().waitFor();
    await window.look('case');
  });
}

/** Every door. */
async function shut(all) {
  const { world, step, chromium, window, people: { owner, desk, deputy, account }, open } = all;
  await step('sessions that were open are over at their next request', async () => {
    for (const [name, each] of Object.entries(open)) {
      assert(!await each.isIn(), `the session of ${name} goes on`);
      await each.goto('/profile/security-info');
      assert.equal(each.path(), '/signin', name);
    }
  });
  await step('the right old password opens nothing and says only that it is off; a wrong one not even that', async () => {
    const theirs = await window.another(chromium);
    const hand = new Mouse(theirs.page);
    try {
      const tried = async (address, password) => {
        await enterDetails(theirs, hand, { address, password });
        await theirs.page.getByText(/Help desk code|There is a problem/).first().waitFor();
        return theirs.text('main');
      };
      const right = await tried(owner.address, owner.password);
      assert.match(right, /This account cannot sign in/);
      assert.match(right, /Riverside IT help desk/);
      assert.doesNotMatch(right, /compromis|quarantin|somebody else|stolen|case|attack|suspicio/i);
      await theirs.look('sign-in-with-the-old-password');
      const wrong = await tried(owner.address, 'not the password at all');
      const unknown = await tried('nobody@riverside-surgery.example', 'not the password at all');
      assert.equal(wrong.replaceAll(owner.address, ''), unknown.replaceAll('nobody@riverside-surgery.example', ''));
      assert.doesNotMatch(wrong, /cannot sign in with|This account/);
    } finally {
      await theirs.close();
    }
  });
  await step('its owner and the local administrators are told by e-mail, without links', async () => {
    const told = await hears(world, owner, 'Your account was switched off: somebody else may have used it');
    assert.match(told, /Nobody can sign in with it now/);
    for (const each of [desk, deputy]) {
      const asked = await hears(world, each, `${owner.name}'s account was marked as compromised`);
      assert(asked.includes('Case: 1') && asked.includes(owner.address), asked);
    }
  });
  await step('the page of the account shows what is quarantined', async () => {
    await window.goto(account);
    await window.page.getByText('Compromised since').waitFor();
    const method = (label) => window.page.locator('section', { has: window.page.getByRole('heading', { name: label }) });
    await method(STOLEN).getByText('Quarantined').waitFor();
    assert.equal(await method('Work phone').getByText('Quarantined').count(), 0, 'what is from before is quarantined');
    await window.look('account-compromised');
  });
}

/** What would open it by the side. */
async function refuse(all) {
  const { world, step, window, people: { owner, account, case: there } } = all;
  const { page } = window;
  const hand = new Mouse(page);
  const said = (text) => page.locator('.nhsuk-error-summary').getByText(text).first().waitFor();
  await step('nothing opens it by the side: neither a page nor the command line', async () => {
    await window.goto(account);
    for (const offered of ['Enable the account', 'Set a temporary password', 'Give them a temporary access pass',
      'Make them enrol again', 'Give them a 24-hour exception', 'Register a security key for them']) {
      assert.equal(await page.getByRole('link', { name: offered }).count(), 0, offered);
    }
    await window.goto(`${account}/enable`);
    await hand.fill('Reason', 'By the side');
    await submitted(page, () => hand.press('Enable the account'));
    await said('Go on in case 1');
    await window.look('enable-refused');
    for (const verb of ['enable', 'reset-password', 're-enrol']) {
      const tried = world.wardkeyInBackground('account', verb, owner.address, '--reason', 'By the side');
      await assert.rejects(tried, /case 1/, verb);
    }
  });
  await step('it is not given back before each point is done', async () => {
    await window.goto(there);
    await page.getByText('can be given back when each point is done').waitFor();
    await window.goto(`${there}/restore`);
    if (await page.getByRole('button', { name: 'Give the account back' }).count() === 0) return;
    await hand.fill('Reason', 'Too soon');
    const answer = await submitted(page, () => hand.press('Give the account back'));
    assert.equal(answer.status(), 409);
    assert.equal(await page.locator('.wardkey-key').count(), 0);
    await window.look('restore-too-soon');
  });
}

async function workThrough(all) {
  const { world, step, window, people } = all;
  const { page } = window;
  const hand = new Mouse(page);
  await step('the case is found in its list, and worked through point by point', async () => {
    await window.goto('/admin');
    await hand.press('Compromised accounts', '/admin/cases');
    await window.look('cases');
    await hand.press('Case 1', people.case);
    for (const tick of TICKS) {
      await submitted(page, () => hand.press(tick));
      await page.getByText('The point has been ticked').first().waitFor();
      assert.equal(await page.getByRole('button', { name: tick, exact: true }).count(), 0, `${tick} is asked again`);
    }
    await window.look('case-before-the-methods');
    await page.getByText('can be given back when each point is done').waitFor();
    await submitted(page, () => hand.press(`It is not theirs: remove it (${STOLEN})`));
    await page.getByText('Each point is done').waitFor();
    await window.look('case-complete');
  });
  await step('the account is given back with a temporary password, which is shown once', async () => {
    await hand.press('Give the account back', `${people.case}/restore`);
    await window.look('restore');
    await hand.fill('Reason', 'Spoke with them in person');
    await submitted(page, () => hand.press('Give the account back'));
    people.temporary = (await window.text('.wardkey-key')).trim();
    await window.look('given-back');
    await hand.press('Back to the case', people.case);
    await page.getByText('Given back').first().waitFor();
    assert(!(await page.content()).includes(people.temporary), 'the password is shown again');
    await window.look('case-given-back');
    await hears(world, people.owner, 'Your account was given back to you');
  });
}

async function comeBack(all) {
  const { check, step, chromium, window, people: { owner, thief, temporary } } = all;
  const theirs = await window.another(chromium);
  const hand = new Keyboard(theirs.page);
  const { page } = theirs;
  try {
    await step('with a keyboard alone: its owner signs in with that and their app, and sets another one', async () => {
      await enterDetails(theirs, hand, { ...owner, password: temporary }, '/signin/code');
      await enterCode(hand, owner, '/signin/new-password');
      await theirs.look('new-password');
      await hand.fill('New password', owner.password);
      await hand.fill('New password again', owner.password);
      await submitted(page, () => hand.press('Set password'));
      assert.equal(theirs.path(), '/signin/new-password', 'the stolen password is taken again');
      await theirs.look('new-password-was-stolen');
      await hand.fill('New password', NEXT);
      await hand.fill('New password again', NEXT);
      await hand.press('Set password', '/');
      owner.password = NEXT;
    });
    await step('Security info says that it is pinned, and has lost what was not theirs', async () => {
      await theirs.goto('/profile/security-info');
      await page.getByText('two-step sign-in cannot be switched off for you').waitFor();
      assert.equal(await page.getByText(STOLEN).count(), 0);
      await theirs.look('security-info-pinned');
      await leave(theirs);
    });
    await step('whoever had it is left with nothing', async () => {
      const by = new Mouse(page);
      await enterDetails(theirs, by, thief);
      await page.getByText('There is a problem').waitFor();
      assert.equal(theirs.path(), '/signin');
      // Were the new password stolen, too: their app is none of this account any more.
      await enterDetails(theirs, by, owner, '/signin/code');
      await by.fill('6-digit code', await thief.phone.code());
      await submitted(page, () => by.press('Continue'));
      await page.locator('.nhsuk-error-summary').waitFor();
      assert(!await theirs.isIn());
      await enterDetails(theirs, by, owner, '/signin/code');
      await enterCode(by, owner);
    });
    // Not a step: nothing that follows is built on it.
    await check('the stolen password is not taken later, either, when it is none of the latest any more', async () => {
      const by = new Mouse(page);
      const change = async (password) => {
        await theirs.goto('/profile/password');
        await by.fill('Current password', owner.password);
        await by.fill('New password', password);
        await by.fill('New password again', password);
        const answer = await submitted(page, () => by.press('Change password'));
        if (answer.status() < 400) owner.password = password;
        return answer.status();
      };
      for (const password of LATER) assert.equal(await change(password), 303);
      assert.equal(await change(thief.password), 422);
      await page.locator('.nhsuk-error-summary').waitFor();
    });
  } finally {
    await theirs.close();
  }
}

/** Nobody takes the second factor off it. */
async function pinned(all) {
  const { world, check, step, chromium, window, people } = all;
  const { page } = window;
  const { owner, account } = people;
  const hand = new Mouse(page);
  const isAsked = async () => {
    const theirs = await window.another(chromium);
    try {
      await enterDetails(theirs, new Mouse(theirs.page), owner, '/signin/code');
    } finally {
      await theirs.close();
    }
  };
  const offered = [];
  for (const role of ['desk', 'tenant']) {
    await step(`nobody excepts it: not the ${role === 'desk' ? 'local' : 'tenant'} administrator`, async () => {
      await takeDesk(all, people[role]);
      await window.goto(account);
      await page.getByText('Pinned since').waitFor();
      offered.push(...await page.getByRole('link', { name: /exception/ }).allInnerTexts());
      await window.goto(`${account}/exception`);
      await hand.choose('They are at a place without signal or internet');
      assert.equal((await submitted(page, () => hand.press('Give the exception'))).status(), 409);
      await page.locator('.nhsuk-error-summary').getByText('Somebody else had this account').waitFor();
      await window.goto('/admin/exceptions/request');
      await hand.fill('Email addresses', owner.address);
      await hand.choose('They work in a secure location');
      await hand.fill(await reasonLabel(page), 'No device may be taken onto the ward');
      await submitted(page, () => hand.press('Ask for the exception'));
      await page.getByText(/Somebody else had this account/).first().waitFor();
      if (role === 'desk') await window.look('exception-for-pinned');
    });
  }
  // Not a step: nothing that follows is built on it.
  await check('an exception of a pinned account is not even offered', async () => assert.deepEqual(offered, []));
  await step('neither disabling, enabling, importing nor enrolling again lifts it', async () => {
    for (const verb of ['disable', 'enable', 're-enrol']) {
      await world.wardkeyInBackground('account', verb, owner.address, '--reason', 'To try it');
    }
    await world.wardkeyInBackground('account', 'import', world.at('accounts.csv'));
    await setUp(world, owner);
    await isAsked();
    await window.goto(account);
    await page.getByText('Pinned since').waitFor();
    await window.look('account-pinned');
  });
}

/** What the page calls the field for the reason. */
const reasonLabel = async (page) => (await page.locator('label[for=reason]').innerText()).trim();

async function lift(all) {
  const { world, step, chromium, window, people } = all;
  const { page } = window;
  const { owner } = people;
  const hand = new Mouse(page);
  const LIFT = `${people.case}/lift`;
  const ASK = 'Ask for the pin to be lifted';
  const CONFIRM = 'Confirm that the pin is lifted';
  const ask = async (who) => {
    await takeDesk(all, who);
    await window.goto(people.case);
    await hand.press(ASK, LIFT);
    await window.look('lift-ask');
    await hand.fill('Reason', 'They move to a post where nothing of this matters');
    world.clock.standAt(new Date(world.clock.now()).toISOString());
    const askedAt = world.clock.now();
    await hand.press('Ask for it', people.case);
    world.clock.goOnFrom(new Date(askedAt).toISOString());
    await page.getByText('You have asked').first().waitFor();
    await window.look('lift-asked');
    return askedAt;
  };
  await step('neither a local administrator nor the national help desk lifts it', async () => {
    for (const role of ['desk', 'helpdesk']) {
      await takeDesk(all, people[role]);
      await window.goto(people.case);
      assert.equal(await page.getByRole('link', { name: ASK }).count(), 0, role);
      assert.equal((await window.goto(LIFT)).status(), 403, role);
    }
  });
  let askedAt;
  await step('one of the national team asks, and cannot confirm it', async () => {
    askedAt = await ask(people.tenant);
    assert.equal(await page.getByRole('link', { name: CONFIRM }).count(), 0);
    await window.goto(LIFT);
    await page.getByText('Another tenant administrator or security analyst can confirm it').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Lift the pin' }).count(), 0);
    await window.look('lift-wait');
    await hears(world, owner, 'Somebody asked to relax how you sign in');
  });
  await step('after 24 hours nobody confirms it any more', async () => {
    world.clock.goOnFrom(new Date(askedAt + DAY - 60_000).toISOString());
    await takeDesk(all, people.analyst);
    world.clock.standAt(new Date(askedAt + DAY - 1000).toISOString());
    await window.goto(people.case);
    assert.equal(await page.getByRole('link', { name: CONFIRM }).count(), 1, 'it is over too soon');
    await hand.press(CONFIRM, LIFT);
    await window.look('lift-confirm');
    await hand.fill('Reason', 'Checked with their line manager');
    world.clock.standAt(new Date(askedAt + DAY).toISOString());
    await submitted(page, () => hand.press('Lift the pin'));
    await page.locator('.nhsuk-error-summary').waitFor();
    await window.look('lift-too-late');
    await window.goto(people.case);
    assert.equal(await page.getByRole('link', { name: CONFIRM }).count(), 0, 'it waits for ever');
    await window.goto(people.account);
    await page.getByText('Pinned since').waitFor();
    world.clock.goOnFrom(new Date(askedAt + DAY).toISOString());
  });
  await step('asked anew, another one confirms it, and what holds for others holds again', async () => {
    await ask(people.analyst);
    await takeDesk(all, people.tenant);
    await window.goto(people.case);
    await hand.press(CONFIRM, LIFT);
    await hand.fill('Reason', 'Checked with their line manager');
    await hand.press('Lift the pin', people.case);
    await page.getByText('asked for the same as others again').first().waitFor();
    await page.getByText('Pin lifted').first().waitFor();
    await window.look('lifted');
    await hears(world, owner, 'How you sign in was relaxed');
    await window.goto(people.account);
    assert.equal(await page.getByText('Pinned since').count(), 0);
    await hand.press('Give them a 24-hour exception', `${people.account}/exception`);
    await hand.choose('They are at a place without signal or internet');
    await submitted(page, () => hand.press('Give the exception'));
    await page.getByRole('heading', { name: '24-hour exception given' }).waitFor();
    const theirs = await window.another(chromium);
    try {
      await enterDetails(theirs, new Mouse(theirs.page), owner, '/');
    } finally {
      await theirs.close();
    }
  });
}
