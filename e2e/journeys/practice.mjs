// A practice manager sees at a glance who is not protected, and it is true within seconds; who becomes one, and for how long.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { enterWithCode } from '../lib/door.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { until } from '../lib/process.mjs';
import { administratorWithApp, find, setUp } from '../lib/roles.mjs';

const PRACTICE = '/admin/coverage/C83003';
const PRIMARY = { organisation: 'C83003', role: 'primary-local-administrator' };

export async function run({ world, check, chromium, screens }) {
  const step = stepsOf(check);
  const window = await Window.open(chromium, { world, screens: screens && `${screens}/practice` });
  const all = { world, step, chromium, window };
  try {
    await glance(all);
    await remind(all);
    await follow(all);
    await narrow(all);
    await report(all);
    await appoint(all);
    await step('every page was accessible, and none had a fault', () => window.verdict(12));
  } finally {
    await window.close();
  }
}

async function glance({ world, step, window }) {
  const { page } = window;
  const keys = new Keyboard(page);
  const said = (text) => page.getByText(text).first().waitFor();
  await step('with a keyboard alone: a practice manager sees their practice, and who is not protected', async () => {
    const me = await administratorWithApp(world, 'corner-manager', { organisation: 'C83003', role: 'practice-manager' });
    await enterWithCode(window, keys, me, '/');
    await keys.press('Administration', '/admin');
    await window.look('administration');
    await keys.press('Who is protected', '/admin/coverage');
    await said('Corner Practice');
    await said('1 of 4 people is protected');
    await window.look('coverage');
    const rows = await page.getByRole('row').allInnerTexts();
    assert.equal(rows.length, 4, 'the mailbox is nobody');
    for (const who of ['practice-nurse', 'practice-secretary', 'social-prescriber']) {
      assert(rows.some((row) => row.includes(world.person(who).name)), who);
    }
  });
}

async function remind({ world, step, window }) {
  const { page } = window;
  const keys = new Keyboard(page);
  const REMINDER = 'Please set up a second way to sign in';
  const reminders = (who) => world.letters(world.person(who).address).filter(({ subject }) => subject === REMINDER).length;
  await step('with a keyboard alone: they are reminded by email, once', async () => {
    await keys.press('Remind them by email', PRACTICE);
    await page.getByText('Everybody without a second factor gets an email').waitFor();
    await window.look('reminded');
    await until(async () => assert.deepEqual(['practice-nurse', 'social-prescriber'].map(reminders), [1, 1]));
    await keys.press('Remind them by email', PRACTICE);
    await page.getByText('All of them were reminded in the last 7 days').waitFor();
    assert.deepEqual(['practice-nurse', 'social-prescriber'].map(reminders), [1, 1]);
  });
}

async function follow({ world, step, window }) {
  const { page } = window;
  const nurse = world.person('practice-nurse');
  await step('a colleague sets an app up, and the page knows it in seconds', async () => {
    await setUp(world, nurse);
    const began = Date.now();
    await until(async () => {
      await window.goto('/admin/coverage');
      assert.match(await page.locator('main').innerText(), /50%: 2 of 4 people are protected/);
    });
    assert(Date.now() - began < 10_000, 'it took longer than ten seconds');
    await window.look('coverage-later');
  });
}

async function narrow({ world, step, window }) {
  const { page } = window;
  const hand = new Mouse(page);
  const nurse = world.person('practice-nurse');
  const names = async () => (await page.locator('tbody th, tbody td:first-child a').allInnerTexts()).sort();
  await step('a figure leads to its people, and the list is narrowed down further', async () => {
    await hand.press('No second factor: 2');
    await page.waitForURL(/cover=no/, { waitUntil: 'load' });
    await window.look('people-uncovered');
    assert.deepEqual(await names(), ['Practice secretary', 'Social prescriber']);
    await page.getByText('Narrow it down').click();
    await window.look('people-filters');
    await page.getByLabel('Protected', { exact: true }).selectOption('By a second factor');
    await page.getByLabel('Way to sign in', { exact: true }).selectOption({ label: 'Authenticator app' });
    await hand.press('Search');
    await page.waitForURL(/method=totp/, { waitUntil: 'load' });
    assert.deepEqual(await names(), ['Corner manager', nurse.name]);
    // The address is all that it takes.
    await page.reload();
    assert.deepEqual(await names(), ['Corner manager', nurse.name]);
    await hand.press(nurse.name);
    await page.waitForURL(/\/admin\/people\/[^/?]+$/, { waitUntil: 'load' });
    await window.look('person');
  });
  await step('what lies elsewhere is not there, and what was typed is kept', async () => {
    for (const code of ['A81001', 'RAA', 'Z99999']) {
      assert.equal((await window.goto(`/admin/coverage/${code}`)).status(), 404, code);
    }
    assert.equal((await window.goto(PRACTICE)).status(), 200);
    await window.goto('/admin?q=nurse&organisation=A81001&cover=no');
    await page.locator('.nhsuk-error-summary').getByText('No organisation that you look after has this ODS code').waitFor();
    assert.equal(await page.getByLabel('Name or email address', { exact: true }).inputValue(), 'nurse');
    await window.look('people-elsewhere');
    await window.goto('/admin?q=nurse');
    assert.deepEqual(await names(), [nurse.name]);
  });
}

async function report({ world, step, window }) {
  const { page } = window;
  const hand = new Mouse(page);
  const kept = async (link) => {
    const [download] = await Promise.all([page.waitForEvent('download'), hand.press(link)]);
    return download.path();
  };
  await step('the MFA Status report has everybody, and a table that begins as it should', async () => {
    await window.goto('/admin');
    await hand.press('Reports', '/admin/reports');
    await window.look('reports');
    await hand.press('MFA Status', '/admin/reports/mfa-status');
    await window.look('report');
    await hand.fill('ODS code of the organisation', 'A81001');
    await hand.press('Show');
    await page.locator('.nhsuk-error-summary').getByText('No organisation that you look after has this ODS code').waitFor();
    await window.look('report-elsewhere');
    await hand.fill('ODS code of the organisation', 'C83003');
    await hand.press('Show');
    await page.getByText('5 accounts').waitFor();
    const table = fs.readFileSync(await kept('Take it as a CSV file'), 'utf8').replace('\u{feff}', '');
    const [head, ...lines] = table.trim().split('\r\n');
    assert(head.startsWith('ods_code,org_name,display_name,email,account_type,account_status,mfa_status,status_source'), head);
    assert.equal(lines.length, 5, table);
    const of = (who) => lines.find((line) => line.includes(world.person(who).address)).split(',');
    assert.deepEqual([of('practice-nurse')[6], of('practice-secretary')[6], of('prescriptions')[6]], ['enforced', 'unregistered', 'off']);
  });
  await step('one that is signed is verified, and not once a letter of it was changed', async () => {
    const file = await kept('Take it signed');
    assert.match(await world.wardkeyInBackground('report', 'verify', file), /practice-nurse@corner-practice/);
    const signed = JSON.parse(fs.readFileSync(file, 'utf8'));
    const changed = world.at('changed-report.json');
    const other = Buffer.from(Buffer.from(signed.payload, 'base64url').toString().replace('unregistered', 'enforced'));
    fs.writeFileSync(changed, JSON.stringify({ ...signed, payload: other.toString('base64url') }));
    await assert.rejects(world.wardkeyInBackground('report', 'verify', changed), /the signature does not hold/);
  });
}

async function appoint({ world, step, chromium, window: theirs }) {
  const window = await theirs.another(chromium);
  const { page } = window;
  const keys = new Keyboard(page);
  const secretary = world.person('practice-secretary');
  const year = new Date().getUTCFullYear() + 1;
  try {
    await step('with a keyboard alone: a primary local administrator makes somebody practice manager, until a day', async () => {
      const me = await administratorWithApp(world, 'corner-primary', PRIMARY);
      await enterWithCode(window, keys, me, '/');
      const account = await find(window, new Mouse(page), secretary);
      await keys.press('Give them a role', `${account}/role`);
      await window.look('role');
      assert.equal(await page.getByRole('radio', { name: 'Tenant administrator' }).count(), 0, 'a role that is not theirs to give');
      await keys.choose('Practice manager');
      await keys.fill('Day', '31');
      await keys.fill('Month', '2');
      await keys.fill('Year', String(year));
      await submitted(page, () => keys.press('Give the role'));
      await page.locator('.nhsuk-error-summary').getByText('Enter the day on which it ends').waitFor();
      assert(await page.getByRole('radio', { name: 'Practice manager' }).isChecked(), 'what was chosen is kept');
      await window.look('role-wrong');
      await keys.fill('Day', '1');
      await keys.fill('Month', '7');
      await keys.press('Give the role', account);
      await page.getByText(`until the end of 30 June ${year}`).waitFor();
      await window.look('role-given');
    });
    await step('it is taken away again, with a reason', async () => {
      const hand = new Mouse(page);
      await page.getByRole('link', { name: /^Take it away/ }).click();
      await page.waitForURL(/take-away$/, { waitUntil: 'load' });
      await window.look('role-take-away');
      await submitted(page, () => hand.press('Take it away'));
      await page.locator('.nhsuk-error-summary').waitFor();
      await hand.fill('Reason', 'Works elsewhere from now on');
      await hand.press('Take it away');
      await page.getByText('The role has been taken away').waitFor();
      await page.getByText('Staff, without any further role').waitFor();
    });
  } finally {
    await window.close();
  }
}
