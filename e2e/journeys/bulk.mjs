// An administrator enables MFA for five thousand people from a file with three bad rows: checked first, approved by somebody else,
// done while everything goes on, and undone; and changes a few who are ticked in a list.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { enterWithCode } from '../lib/door.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { until } from '../lib/process.mjs';
import { administratorWithApp } from '../lib/roles.mjs';

const TRUST = 'RBX';
const PEOPLE = 5_000;
const staff = (number) => ({ address: `staff-${number}@large-trust.example`, name: `Person Number${number}` });
const FORMULA = '=HYPERLINK("https://attacker.example")';

export async function run({ world, check, chromium, screens }) {
  const step = stepsOf(check);
  const window = await Window.open(chromium, { world, screens: screens && `${screens}/bulk` });
  const all = { world, step, chromium, window };
  try {
    await step(`a trust with ${PEOPLE} people`, () => fill(world));
    const change = await ask(all);
    await approve(all, change);
    await undo(all, change);
    await tick(all);
    await step('every page was accessible, and none had a fault', () => window.verdict(10));
  } finally {
    await window.close();
  }
}

async function fill(world) {
  const numbers = Array.from({ length: PEOPLE }, (_, place) => place + 1);
  const organisations = world.at('large-trust.csv');
  const accounts = world.at('large-trust-people.csv');
  fs.writeFileSync(organisations, `ods_code,name,kind,parent,status\n${TRUST},Large Trust,trust,,open\n`);
  const rows = numbers.map(staff).map(({ address, name }) => `${TRUST},${address},${name},user`);
  fs.writeFileSync(accounts, ['ods_code,address,name,kind', ...rows, ''].join('\n'));
  await world.wardkeyInBackground('organisation', 'import', organisations);
  await world.wardkeyInBackground('account', 'import', accounts);
}

/** Loads the page again until `text` stands on it. */
async function reads(page, text) {
  await until(async () => {
    await page.reload();
    assert((await page.locator('main').innerText()).includes(text), text);
  }, { limit: 120_000, every: 250 });
}

async function ask({ world, step, window }) {
  const { page } = window;
  const keys = new Keyboard(page);
  await step('with a keyboard alone: a local administrator asks for it, and hears what is missing', async () => {
    const me = await administratorWithApp(world, 'large-admin', { organisation: TRUST, role: 'local-administrator' });
    await enterWithCode(window, keys, me, '/');
    await keys.press('Administration', '/admin');
    await keys.press('Changes to many accounts', '/admin/bulk');
    await window.look('bulk-none');
    await keys.press('Change many accounts', '/admin/bulk/new');
    await window.look('bulk-new');
    await keys.choose('Enable MFA');
    await keys.fill('Reason', 'Rollout, wave 3');
    await submitted(page, () => keys.press('Check the accounts'));
    await page.locator('.nhsuk-error-summary').getByText('Enter the email addresses, or choose a file').waitFor();
    assert.equal(await page.getByLabel('Reason', { exact: true }).inputValue(), 'Rollout, wave 3');
    assert(await page.getByRole('radio', { name: 'Enable MFA' }).isChecked(), 'what was chosen is kept');
    await window.look('bulk-new-wrong');
  });
  await step('a file of five thousand addresses and three bad rows is checked, and nothing is changed', async () => {
    const addresses = Array.from({ length: PEOPLE }, (_, place) => staff(place + 1).address);
    const cell = `"${FORMULA.replaceAll('"', '""')}"`;
    const lines = [...addresses.slice(0, 99), world.person('nurse').address, ...addresses.slice(99), cell, addresses[0]];
    const buffer = Buffer.from(['email', ...lines, ''].join('\r\n'));
    await page.locator('#file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
    await keys.press('Check the accounts');
    await page.waitForURL(/\/admin\/bulk\/[0-9a-f-]{36}$/, { waitUntil: 'load' });
    await reads(page, 'It can be done to 5,000 accounts');
    await window.look('bulk-checked');
    const rows = await page.getByRole('row').allInnerTexts();
    assert.equal(rows.length, 4);
    for (const [line, why] of [['101', 'No account that you look after'], ['5003', 'not an email address'], ['5004', 'line 2 already']]) {
      assert(rows.some((row) => row.includes(line) && row.includes(why)), `${why}: ${rows}`);
    }
    const [download] = await Promise.all([page.waitForEvent('download'), keys.press('Every row, as a CSV file')]);
    const table = fs.readFileSync(await download.path(), 'utf8');
    assert.equal(table.trim().split('\r\n').length, PEOPLE + 4);
    assert(table.includes(`"'${FORMULA.replaceAll('"', '""')}"`), 'no cell is a formula');
  });
  await step('so many wait for somebody else', async () => {
    await keys.press('Ask for approval');
    await page.getByText('Somebody else has to approve it').waitFor();
    await window.look('bulk-waiting-own');
    assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
  });
  return window.path();
}

async function approve({ world, step, chromium, window: theirs }, change) {
  const window = await theirs.another(chromium);
  const { page } = window;
  const keys = new Keyboard(page);
  try {
    await step('with a keyboard alone: a primary local administrator reads and approves it, and it is done within a minute', async () => {
      const me = await administratorWithApp(world, 'large-primary', { organisation: TRUST, role: 'primary-local-administrator' });
      await enterWithCode(window, keys, me, '/');
      await keys.press('Administration', '/admin');
      await keys.press('Changes to many accounts', '/admin/bulk');
      await window.look('bulk-list');
      await keys.press('Enable MFA', change);
      await window.look('bulk-waiting');
      const began = Date.now();
      await submitted(page, () => keys.press('Approve'));
      await window.look('bulk-running');
      await reads(page, '5,000 accounts done');
      assert(Date.now() - began < 60_000, `it took ${Date.now() - began} ms`);
      await window.look('bulk-done');
    });
    await step('the page of a person says so', async () => {
      await window.goto(`/admin?q=${staff(4321).address}`);
      await keys.press(staff(4321).name);
      await page.getByText('Enabled by an administrator: asked at every sign-in').waitFor();
      await window.look('person-enabled');
    });
  } finally {
    await window.close();
  }
}

async function undo({ step, window }, change) {
  const { page } = window;
  const hand = new Mouse(page);
  await step('whoever asked undoes it within ten minutes', async () => {
    await window.goto(change);
    await submitted(page, () => hand.press('Undo it'));
    await reads(page, '5,000 accounts undone');
    await window.look('bulk-undone');
    await window.goto(`/admin?q=${staff(4321).address}`);
    await hand.press(staff(4321).name);
    await page.getByText('Enable MFA: ask at every sign-in').waitFor();
  });
}

async function tick({ step, window }) {
  const { page } = window;
  const keys = new Keyboard(page);
  const hand = new Mouse(page);
  await step('with a keyboard alone: two who are ticked in a list are disabled, at once', async () => {
    await window.goto('/admin?q=number17');
    await keys.tick(`Tick ${staff(17).name}`);
    await keys.tick(`Tick ${staff(170).name}`);
    await window.look('people-ticked');
    await keys.press('Change those who are ticked', '/admin/bulk/ticked');
    const typed = await page.getByLabel('Whose accounts?').inputValue();
    assert.deepEqual(typed.split(/\r?\n/).sort(), [staff(17).address, staff(170).address].sort());
    await keys.choose('Disable the accounts');
    await keys.fill('Reason', 'Left at the end of the month');
    await keys.press('Check the accounts');
    await page.waitForURL(/\/admin\/bulk\/[0-9a-f-]{36}$/, { waitUntil: 'load' });
    await reads(page, 'It can be done to 2 accounts');
    await submitted(page, () => keys.press('Disable the accounts'));
    await reads(page, '2 accounts done');
  });
  await step('everybody who is found by a search is checked, too', async () => {
    await window.goto('/admin?q=number17');
    await hand.press('Change everybody who is found');
    await page.waitForURL(/\/admin\/bulk\/new\?q=number17$/, { waitUntil: 'load' });
    await window.look('bulk-new-found');
    await hand.choose('Enable the accounts');
    await hand.fill('Reason', 'They stay after all');
    await hand.press('Check the accounts');
    await page.waitForURL(/\/admin\/bulk\/[0-9a-f-]{36}$/, { waitUntil: 'load' });
    await reads(page, 'It can be done to 2 accounts');
    await submitted(page, () => hand.press('Drop it'));
    await page.getByText('Nothing was changed').waitFor();
    await window.look('bulk-dropped');
  });
}
