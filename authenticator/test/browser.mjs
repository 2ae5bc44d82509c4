// Drives the built app in Debian's Chromium against a stand-in for a server: `npm run browser`, or with the name of a folder
// behind `--` to photograph every screen into it. Needs what scripts/install-test-tools installs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import encodeQR from 'qr';
import { startStandIn } from './stand-in.mjs';

const fromJourneys = createRequire(fileURLToPath(new URL('../../e2e/package.json', import.meta.url)));
const { chromium } = fromJourneys('playwright-core');
const AXE = fs.readFileSync(fromJourneys.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream'];

const [album] = process.argv.slice(2);
if (album) fs.mkdirSync(album, { recursive: true });
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'wardkey-authenticator-'));
const server = await startStandIn();
const other = await startStandIn();
const problems = [];
let judged = 0;

/** A film of one picture, which the browser takes for its camera. */
function film(text) {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', scale: 6, border: 4 });
  const [width, height] = [640, 480];
  const pixel = (x, y) => (rows[y - 20]?.[x - 60] ? 16 : 235);
  const luma = Buffer.from(Array.from({ length: width * height }, (_, at) => pixel(at % width, Math.floor(at / width))));
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc(width * height / 2, 128)]);
  const file = path.join(scratch, 'film.y4m');
  fs.writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), ...Array(10).fill(frame)]));
  return file;
}

const scanned = server.drawCode('scanned@riverside.example');
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium', headless: true, args: [...FLAGS, `--use-file-for-fake-video-capture=${film(scanned)}`],
});

/** A phone of its own, with nothing on it. */
async function phone({ camera = true } = {}) {
  const permissions = ['clipboard-read', 'clipboard-write', 'notifications', ...(camera ? ['camera'] : [])];
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en-GB', permissions });
  context.setDefaultTimeout(10_000);
  // This machine has no push service: a stand-in takes the place of what the browser would get from one.
  await context.addInitScript(() => {
    let current = null;
    let count = 0;
    PushManager.prototype.getSubscription = async () => current;
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
      count += 1;
      const endpoint = `https://push.example/${count}`;
      current = {
        endpoint, options: { applicationServerKey: applicationServerKey.buffer ?? applicationServerKey },
        toJSON: () => ({ endpoint, keys: { p256dh: 'BKey', auth: 'secret' } }), unsubscribe: async () => { current = null; return true; },
      };
      return current;
    };
  });
  const page = await watched(context);
  return { context, page };
}

async function watched(context) {
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    const mentioned = /the server responded with a status of|net::ERR_/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !mentioned) problems.push(`console: ${message.text()}`);
  });
  await page.goto(`${server.origin}/authenticator/`);
  return page;
}

/** Judges the screen as it is now, and photographs it on a phone and on a desk. */
async function look(page, name) {
  judged += 1;
  await page.waitForTimeout(150);
  const blame = (text) => problems.push(`${name}: ${text}`);
  if (await page.locator('h1').count() !== 1) blame('there is not exactly one h1');
  if (!/\S – Authenticator – Wardkey$/.test(await page.title())) blame(`the title is "${await page.title()}"`);
  for (const width of [320, 360, 1000]) {
    await page.setViewportSize({ width, height: 740 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) blame(`it is ${wide} pixels too wide for a screen of ${width}`);
    if (width === 320) continue;
    await page.evaluate(AXE);
    const found = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), RULES);
    for (const { id, help, nodes } of found.violations) blame(`${id} (${width}): ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
    if (album) await page.screenshot({ path: path.join(album, `${name}.${width}.png`), fullPage: true, animations: 'disabled' });
  }
  await page.setViewportSize({ width: 360, height: 740 });
}

const headed = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const focused = (page) => page.evaluate(() => document.activeElement?.tagName);
const press = (page, name) => page.getByRole('button', { name }).click();
const follow = (page, name) => page.getByRole('link', { name }).click();

async function addBy(page, link) {
  await follow(page, 'Add an account');
  await headed(page, 'Add an account');
  await page.getByLabel('Link or code from the page').fill(link);
  await press(page, 'Add account');
}

async function approve(page, number) {
  await page.getByLabel('Type the number shown on the screen where you are signing in').fill(number);
  await press(page, 'Approve');
}

/** Waits until `probe` holds, but not for ever. */
async function until(probe) {
  const end = Date.now() + 10_000;
  while (!await probe()) {
    if (Date.now() > end) throw new Error(`it never came to this: ${probe}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the stand-in's pages show to whoever adds the app. */
const ENROLMENT = '424242';

/** A phone with one account that is ready. */
async function readyPhone(person, options) {
  const { context, page } = await phone(options);
  await addBy(page, server.drawCode(person));
  await follow(page, 'Finish adding Wardkey');
  await approve(page, ENROLMENT);
  await headed(page, 'The app is added');
  await follow(page, 'Go to accounts');
  return { context, page, account: server.last };
}

const tests = [];
const test = (name, body) => tests.push([name, body]);

test('an_account_is_added_by_a_link_and_finished_by_the_number', async () => {
  const { page } = await phone();
  await headed(page, 'Welcome to Wardkey Authenticator');
  await look(page, 'welcome');
  await follow(page, 'Add an account');
  assert.equal(await focused(page), 'H1');
  await look(page, 'add');
  await press(page, 'Add account');
  await page.getByText('There is a problem').waitFor();
  assert.match(await page.title(), /^Error: Add an account/);
  await look(page, 'add-error');
  await page.getByRole('link', { name: 'Scan the QR code, or paste the link from the page' }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'link');
  await page.getByLabel('Link or code from the page').fill(`${server.origin}/authenticator/#enrol=ABCDEFGHIJKLMNOPQRSTUVWX23`);
  await press(page, 'Add account');
  await page.locator('#link-error').getByText('This link does not work').waitFor();
  await page.getByLabel('Link or code from the page').fill(server.drawCode('nurse@riverside.example', { number: '070809' }));
  await page.getByLabel('Name for this phone').fill('Work phone');
  await press(page, 'Add account');
  await headed(page, 'Accounts');
  assert.equal(server.accounts.get(server.last).device, 'Work phone');
  await page.locator('#accounts').getByText('One step is left').waitFor();
  await page.getByRole('link', { name: 'Finish adding Wardkey' }).waitFor();
  await look(page, 'home-one-step-left');
  await follow(page, 'Finish adding Wardkey');
  await headed(page, 'Finish adding this app');
  await page.getByText('It has 6 digits', { exact: true }).waitFor();
  await look(page, 'request-enrol');
  await approve(page, '070 80');
  await page.locator('#number-error').getByText('The number must be 6 digits').waitFor();
  await page.getByLabel('Type the number').fill('888888');
  assert.ok(await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.getElementById('number');
    return scrollWidth <= clientWidth;
  }), 'the field shows all digits');
  await approve(page, '070 809');
  await headed(page, 'The app is added');
  await look(page, 'added');
  await follow(page, 'Go to accounts');
  await headed(page, 'Accounts');
  assert.equal(await page.locator('#accounts').getByText('One step is left').count(), 0);
  const code = page.locator('[data-code="nurse@riverside.example"]');
  await page.waitForFunction(() => /^\d{3} \d{3}$/.test(document.querySelector('[data-code]')?.textContent ?? ''));
  const at = new Date().toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
  const expected = execFileSync('oathtool', ['--totp', '--base32', '--now', at, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'], { encoding: 'utf8' }).trim();
  assert.equal((await code.innerText()).replace(' ', ''), expected);
  await press(page, 'Copy code');
  await page.getByText('Copied', { exact: true }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^\d{6}$/);
  await look(page, 'home');
  await page.context().close();
});

test('a_link_in_the_address_fills_the_form_and_leaves_the_address', async () => {
  const { page } = await phone();
  await page.goto('about:blank');
  const link = server.drawCode('linked@riverside.example');
  await page.goto(link);
  await headed(page, 'Add an account');
  assert.equal(await page.getByLabel('Link or code from the page').inputValue(), link);
  assert.equal(page.url(), `${server.origin}/authenticator/#add`);
  await look(page, 'add-prefilled');
  await page.context().close();
});

test('a_sign_in_is_approved_with_the_number_only', async () => {
  const { page, account } = await readyPhone('approver@riverside.example');
  const request = server.ask(account, { number: '31' });
  await page.getByRole('link', { name: 'Sign-in to Rota' }).waitFor();
  await page.waitForFunction(() => document.getElementById('said')?.textContent.includes('Somebody is signing in to Rota'));
  await look(page, 'home-request');
  await follow(page, 'Sign-in to Rota');
  await headed(page, 'Are you signing in?');
  assert.equal(await focused(page), 'H1');
  for (const shown of ['Rota', 'near Leeds, England', '192.0.2.7', 'Edge on Windows', 'just now', 'approver@riverside.example', 'Riverside Surgery', 'about 5 minutes']) {
    await page.getByText(shown).first().waitFor();
  }
  await look(page, 'request');
  await approve(page, '3');
  await page.locator('#number-error').getByText('The number must be 2 digits').waitFor();
  await look(page, 'request-error');
  assert.equal(request.answer, undefined);
  await approve(page, ' 3 1 ');
  await headed(page, 'Approved');
  assert.equal(request.answer, 'approved');
  await look(page, 'approved');
  await page.context().close();
});

test('a_wrong_number_ends_the_request', async () => {
  const { page, account } = await readyPhone('wrong@riverside.example');
  const request = server.ask(account, { number: '123456', known: false, place: null, application: null, browser: null });
  await follow(page, 'Sign-in to Wardkey');
  await page.getByText('This browser has not signed in to your account before.').waitFor();
  await look(page, 'request-unknown-browser');
  await approve(page, '654321');
  await headed(page, 'That was not the number');
  assert.equal(request.answer, 'wrong_number');
  await look(page, 'wrong-number');
  await page.context().close();
});

test('a_sign_in_that_is_not_ones_own_is_reported', async () => {
  const { page, account } = await readyPhone('reporter@riverside.example');
  const request = server.ask(account);
  await follow(page, 'Sign-in to Rota');
  await press(page, 'No, it is not me');
  await headed(page, 'Why is it not you?');
  await press(page, 'Report it');
  await page.locator('#reason-error').getByText('Select what fits best').waitFor();
  await look(page, 'refuse-error');
  await follow(page, 'Go back without reporting');
  await headed(page, 'Are you signing in?');
  await press(page, 'No, it is not me');
  await look(page, 'refuse');
  await page.getByLabel('Somebody asked me to approve it').check();
  await press(page, 'Report it');
  await headed(page, 'Thank you. We have stopped that sign-in');
  assert.equal(request.answer, 'asked_by_somebody');
  await look(page, 'refused');
  await page.context().close();
});

test('a_request_that_is_taken_back_or_too_old_is_over', async () => {
  const { page, account } = await readyPhone('over@riverside.example');
  const request = server.ask(account);
  await follow(page, 'Sign-in to Rota');
  await headed(page, 'Are you signing in?');
  server.takeBack(request);
  await headed(page, 'That request is over');
  await look(page, 'over');
  await follow(page, 'Go to accounts');
  server.ask(account, { seconds: 3 });
  await follow(page, 'Sign-in to Rota');
  await headed(page, 'That request is over');
  await page.goto(`${server.origin}/authenticator/#request/0199-nobody`);
  await page.reload();
  await headed(page, 'That request is over');
  await page.context().close();
});

test('on_other_screens_a_line_says_that_a_request_waits', async () => {
  const { page, account } = await readyPhone('elsewhere@riverside.example');
  await follow(page, 'Back up your accounts');
  await page.getByLabel('Passphrase', { exact: true }).fill('half a passphr');
  server.ask(account);
  await page.getByRole('link', { name: 'A request waits for your answer' }).waitFor();
  assert.equal(await page.getByLabel('Passphrase', { exact: true }).inputValue(), 'half a passphr');
  await look(page, 'news');
  await follow(page, 'A request waits for your answer');
  await headed(page, 'Are you signing in?');
  await page.context().close();
});

test('a_server_whose_clock_differs_is_understood', async () => {
  server.ahead = 4000;
  try {
    const { page, account } = await readyPhone('clock@riverside.example');
    await page.reload();
    server.ask(account);
    await follow(page, 'Sign-in to Rota');
    await page.getByText('just now').waitFor();
    await approve(page, '42');
    await headed(page, 'Approved');
    assert.ok(server.calls.some(({ name, body }) => name === 'requests' && Math.abs(body.hellos[0].at - server.now()) > 3000));
    await page.context().close();
  } finally {
    server.ahead = 0;
  }
});

test('codes_work_without_the_internet', async () => {
  const { context, page } = await readyPhone('offline@riverside.example');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await page.getByText('You are offline: codes still work, requests do not arrive.').waitFor();
  await page.reload();
  await headed(page, 'Accounts');
  await page.waitForFunction(() => /^\d{3} \d{3}$/.test(document.querySelector('[data-code]')?.textContent ?? ''));
  await look(page, 'home-offline');
  await context.setOffline(false);
  await page.getByText('You are offline').waitFor({ state: 'detached' });
  await context.close();
});

test('a_server_that_does_not_answer_is_named', async () => {
  const { page } = await phone();
  const gone = await startStandIn();
  await addBy(page, gone.drawCode('gone@riverside.example'));
  await page.getByText(`at 127.0.0.1:${new URL(gone.origin).port}`).waitFor();
  await gone.close();
  await page.getByText(`${new URL(gone.origin).host} cannot be reached: codes still work, requests do not arrive.`).waitFor();
  await look(page, 'home-unreachable');
  await page.context().close();
});

test('accounts_of_several_servers_stand_side_by_side', async () => {
  const { page } = await readyPhone('both@riverside.example');
  await addBy(page, other.drawCode('both@elsewhere.example'));
  await follow(page, 'Finish adding Wardkey');
  await page.getByText(`at ${new URL(other.origin).host}`).waitFor();
  await approve(page, ENROLMENT);
  await headed(page, 'The app is added');
  assert.equal(await page.getByRole('link', { name: 'Turn on notifications' }).count(), 0);
  await follow(page, 'Go to accounts');
  await page.getByRole('link', { name: 'Account settings for Wardkey, both@elsewhere.example' }).click();
  await page.getByText(`Notifications work for accounts of ${new URL(server.origin).host} only.`).waitFor();
  await follow(page, 'Accounts');
  await addBy(page, 'otpauth://totp/Example%20Mail:alice@example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=SHA256&digits=8&issuer=Example%20Mail');
  await page.waitForFunction(() => /^\d{4} \d{4}$/.test(document.querySelector('[data-code="alice@example.org"]')?.textContent ?? ''));
  server.ask(server.last);
  other.ask(other.last, { application: 'X-ray archive', known: false });
  await page.getByText('2 requests wait for your answer').waitFor();
  await look(page, 'home-full');
  await page.context().close();
});

test('a_qr_code_is_scanned_with_the_camera', async () => {
  const { page } = await phone();
  await follow(page, 'Add an account');
  await press(page, 'Scan a QR code');
  await page.waitForFunction((link) => document.getElementById('link')?.value === link, scanned);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Add account');
  await press(page, 'Add account');
  await page.getByText('scanned@riverside.example').first().waitFor();
  await page.context().close();
});

test('a_camera_that_is_not_allowed_is_explained', async () => {
  const { page } = await phone({ camera: false });
  await follow(page, 'Add an account');
  await page.evaluate(() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }; });
  await press(page, 'Scan a QR code');
  await page.getByText('This app may not use the camera.').first().waitFor();
  await look(page, 'add-camera-denied');
  await page.evaluate(() => { navigator.mediaDevices.getUserMedia = async () => document.createElement('canvas').captureStream(); });
  await press(page, 'Scan a QR code');
  await page.getByRole('button', { name: 'Stop the camera' }).waitFor();
  await look(page, 'add-camera');
  await press(page, 'Stop the camera');
  await page.getByRole('button', { name: 'Scan a QR code' }).waitFor();
  await page.context().close();
});

test('a_backup_moves_the_codes_and_a_new_number_the_requests', async () => {
  const { page, account } = await readyPhone('mover@riverside.example');
  await page.getByRole('link', { name: 'Account settings' }).click();
  await page.getByLabel('Your own name for it').fill('My ward');
  await press(page, 'Save the name');
  await page.getByRole('heading', { name: 'My ward' }).waitFor();
  await follow(page, 'Back up your accounts');
  await look(page, 'backup');
  await page.getByLabel('Passphrase', { exact: true }).fill('short');
  await press(page, 'Save the backup');
  await page.locator('#passphrase-error').getByText('at least 12 characters').waitFor();
  await look(page, 'backup-error');
  await page.getByLabel('Passphrase', { exact: true }).fill('four words are enough');
  await page.getByLabel('The same passphrase again').fill('four words are enough');
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Save the backup')]);
  assert.equal(download.suggestedFilename(), 'wardkey-authenticator-backup.json');
  const file = path.join(scratch, 'backup.json');
  await download.saveAs(file);
  await headed(page, 'The backup is saved');
  await look(page, 'backup-saved');
  const { context, page: next } = await phone();
  await follow(next, 'Restore a backup');
  await look(next, 'restore');
  await next.getByLabel('Backup file').setInputFiles(file);
  await next.getByLabel('Passphrase', { exact: true }).fill('not these words at all');
  await press(next, 'Restore');
  await next.locator('#passphrase-error').getByText('Nothing has changed on this phone').waitFor();
  await look(next, 'restore-error');
  await next.getByLabel('Passphrase', { exact: true }).fill('four words are enough');
  await press(next, 'Restore');
  await headed(next, 'The backup is restored');
  await next.getByText('1 account was added.').waitFor();
  await look(next, 'restored');
  await follow(next, 'Go to accounts');
  await next.getByText('Needs verifying').waitFor();
  await next.waitForFunction(() => /^\d{3} \d{3}$/.test(document.querySelector('[data-code]')?.textContent ?? ''));
  assert.equal(await next.getByRole('link', { name: 'Verify this account' }).getAttribute('href'), `${server.origin}/profile/security-info/${account}/move`);
  await look(next, 'home-restored');
  await addBy(next, server.drawCode('mover@riverside.example', { moves: account }));
  await follow(next, 'Finish adding Wardkey');
  await approve(next, ENROLMENT);
  await headed(next, 'The app is added');
  await follow(next, 'Go to accounts');
  await headed(next, 'Accounts');
  assert.equal(await next.locator('.authenticator-account').count(), 1);
  await next.getByRole('heading', { name: 'My ward' }).waitFor();
  assert.equal(await next.getByText('Needs verifying').count(), 0);
  await follow(next, 'Restore a backup');
  await next.getByLabel('Backup file').setInputFiles(file);
  await next.getByLabel('Passphrase', { exact: true }).fill('four words are enough');
  await press(next, 'Restore');
  await next.getByText('0 accounts were added. 1 account was on this phone already.').waitFor();
  await page.reload();
  await page.goto(`${server.origin}/authenticator/#`);
  await page.getByText('This account was removed from this phone by the server or another phone.').waitFor();
  await look(page, 'home-gone');
  await follow(page, 'Remove mover@riverside.example');
  await headed(page, 'Remove this account from this phone?');
  await press(page, 'Remove it');
  await headed(page, 'Welcome to Wardkey Authenticator');
  await page.context().close();
  await context.close();
});

const NOTICE = 'This account was removed from this phone by the server or another phone. Its codes do not work any more.';

/** Waits for what the app does when it is looked at again. */
const lookAgain = (page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

const hasCode = (page) => page.waitForFunction(() => /^\d{3} \d{3}$/.test(document.querySelector('[data-code]')?.textContent ?? ''));

test('an_account_that_is_gone_comes_back_when_the_server_knows_it_again', async () => {
  const { page, account } = await readyPhone('back@riverside.example');
  const putBack = server.remove(account);
  await page.getByText(NOTICE).waitFor();
  await page.getByText('the account comes back by itself').waitFor();
  assert.equal(await page.locator('[data-code]').count(), 0);
  await look(page, 'home-gone-for-now');
  await follow(page, 'Remove back@riverside.example');
  await page.getByText('After that the account cannot come back by itself.').waitFor();
  await look(page, 'remove-gone');
  await follow(page, 'Keep it');
  const before = server.calls.length;
  await page.reload();
  await page.getByText(NOTICE).waitFor();
  const asks = (name) => server.calls.slice(before).some((call) => call.name === name && call.body.hellos.some((hello) => hello.account === account));
  await until(() => asks('requests'));
  assert.ok(!asks('events'));
  putBack();
  await lookAgain(page);
  await page.getByText(NOTICE).waitFor({ state: 'detached' });
  await hasCode(page);
  await until(() => asks('events'));
  const request = server.ask(account);
  await follow(page, 'Sign-in to Rota');
  await approve(page, '42');
  await headed(page, 'Approved');
  assert.equal(request.answer, 'approved');
  await page.context().close();
});

test('one_wrong_gone_to_an_answer_strands_nobody', async () => {
  const { page, account } = await readyPhone('raced@riverside.example');
  const request = server.ask(account);
  await follow(page, 'Sign-in to Rota');
  await page.route('**/v1/answers', (route) => route.fulfill({ status: 410, json: { error: 'gone', now: server.now() } }), { times: 1 });
  await approve(page, '42');
  await page.getByText('The server cannot answer now. Try again in a moment').waitFor();
  await press(page, 'Approve');
  await headed(page, 'Approved');
  assert.equal(request.answer, 'approved');
  await page.context().close();
});

test('an_answer_for_an_account_that_is_gone_says_so', async () => {
  const { page, account } = await readyPhone('late@riverside.example');
  server.ask(account);
  await follow(page, 'Sign-in to Rota');
  await headed(page, 'Are you signing in?');
  server.accounts.delete(account);
  await approve(page, '42');
  await page.getByText('This phone is not set up for this account any more. Sign in another way').waitFor();
  await page.goto(`${server.origin}/authenticator/#`);
  await page.getByText(NOTICE).waitFor();
  await page.context().close();
});

test('an_account_that_was_stored_without_a_key_is_shown_and_can_be_removed', async () => {
  const { page } = await readyPhone('keyless@riverside.example');
  await page.evaluate(() => new Promise((resolve, reject) => {
    const opened = indexedDB.open('wardkey-authenticator');
    opened.onerror = reject;
    opened.onsuccess = () => {
      const transaction = opened.result.transaction('accounts', 'readwrite');
      const rows = transaction.objectStore('accounts');
      const all = rows.getAll();
      all.onsuccess = () => all.result.forEach(({ bond: { origin, account }, ...row }) => rows.put({ ...row, bond: { kind: 'gone', origin, account } }));
      transaction.oncomplete = resolve;
    };
  }));
  await page.reload();
  await page.getByText(NOTICE).waitFor();
  assert.equal(await page.getByText('comes back by itself').count(), 0);
  await follow(page, 'Remove keyless@riverside.example');
  await headed(page, 'Remove this account from this phone?');
  await press(page, 'Remove it');
  await headed(page, 'Welcome to Wardkey Authenticator');
  await page.context().close();
});

test('an_account_that_is_set_up_anew_on_the_same_phone_takes_the_place_of_the_old', async () => {
  const { page, account } = await readyPhone('anew@riverside.example');
  await addBy(page, server.drawCode('anew@riverside.example', { moves: account }));
  await page.getByText(NOTICE).waitFor();
  assert.equal(await page.locator('.authenticator-account').count(), 2);
  assert.equal(await page.getByText(NOTICE).count(), 1);
  await follow(page, 'Finish adding Wardkey');
  await approve(page, ENROLMENT);
  await headed(page, 'The app is added');
  await follow(page, 'Go to accounts');
  await hasCode(page);
  assert.equal(await page.locator('.authenticator-account').count(), 1);
  assert.equal(await page.getByText(NOTICE).count(), 0);
  await page.context().close();
});

test('a_slow_server_holds_up_no_other', async () => {
  const { page, account } = await readyPhone('quick@riverside.example');
  await addBy(page, other.drawCode('slow@elsewhere.example'));
  await page.getByRole('link', { name: 'Finish adding Wardkey' }).waitFor();
  // It takes the call and says nothing for longer than this test waits.
  await page.route(`${other.origin}/authenticator/v1/requests`, () => undefined);
  const { request } = server.ask(account);
  await page.reload();
  await page.getByRole('link', { name: 'Sign-in to Rota' }).waitFor({ timeout: 5000 });
  await page.goto('about:blank');
  await page.goto(`${server.origin}/authenticator/#request/${request}`);
  await page.getByRole('heading', { level: 1, name: 'Are you signing in?' }).waitFor({ timeout: 5000 });
  await approve(page, '42');
  await headed(page, 'Approved');
  await page.context().close();
});

test('a_server_that_always_has_news_is_asked_once_in_a_second', async () => {
  const { page, account } = await readyPhone('flooded@riverside.example');
  await page.waitForTimeout(1500);
  const before = server.calls.length;
  const flood = setInterval(() => server.tell(), 10);
  try {
    await page.waitForTimeout(3000);
  } finally {
    clearInterval(flood);
  }
  const asked = server.calls.slice(before).filter(({ name, body }) => name === 'requests' && body.hellos[0].account === account).length;
  assert.ok(asked >= 2 && asked <= 4, `it was asked ${asked} times`);
  // The last of many news is heard, too.
  server.tell();
  server.ask(account);
  await page.getByRole('link', { name: 'Sign-in to Rota' }).waitFor();
  await page.context().close();
});

test('a_server_that_is_unavailable_costs_nothing', async () => {
  const { page, account } = await readyPhone('paused@riverside.example');
  server.ask(account);
  await follow(page, 'Sign-in to Rota');
  server.refusing = Object.assign(new Error(), { status: 503, word: 'unavailable' });
  try {
    await approve(page, '42');
    await page.getByText('The server cannot answer now. Try again in a moment').waitFor();
    const before = server.calls.length;
    await page.goto(`${server.origin}/authenticator/#`);
    await page.reload();
    await until(() => server.calls.slice(before).some(({ name }) => name === 'requests'));
    await hasCode(page);
    assert.equal(await page.getByText(NOTICE).count(), 0);
  } finally {
    server.refusing = undefined;
  }
  await lookAgain(page);
  await follow(page, 'Sign-in to Rota');
  await approve(page, '42');
  await headed(page, 'Approved');
  await page.context().close();
});

test('a_place_and_an_address_that_are_not_known_are_shown_as_that', async () => {
  const { page, account } = await readyPhone('nowhere@riverside.example');
  server.ask(account, { place: null, address: null });
  await page.getByText('Edge on Windows, unknown place, just now').waitFor();
  await follow(page, 'Sign-in to Rota');
  await page.getByText('network address not known').waitFor();
  await look(page, 'request-from-nowhere');
  await approve(page, '42');
  await headed(page, 'Approved');
  await page.context().close();
});

test('an_account_is_removed_after_a_warning', async () => {
  const { page } = await readyPhone('leaver@riverside.example');
  await page.getByRole('link', { name: 'Account settings' }).click();
  await headed(page, 'Wardkey');
  await look(page, 'account');
  await follow(page, 'Remove this account from this phone');
  await headed(page, 'Remove this account from this phone?');
  await look(page, 'remove');
  await follow(page, 'Keep it');
  await headed(page, 'Wardkey');
  await follow(page, 'Remove this account from this phone');
  await press(page, 'Remove it');
  await headed(page, 'Welcome to Wardkey Authenticator');
  await page.context().close();
});

test('notifications_are_turned_on_and_off', async () => {
  const { page, account } = await readyPhone('notified@riverside.example');
  await page.getByRole('link', { name: 'Account settings' }).click();
  await press(page, 'Turn on notifications');
  await page.getByText('Notifications are on: this phone').waitFor();
  assert.equal(server.accounts.get(account).endpoint, 'https://push.example/1');
  await look(page, 'account-notifications-on');
  await press(page, 'Turn off notifications');
  await page.getByRole('button', { name: 'Turn on notifications' }).waitFor();
  await page.evaluate(() => { Notification.requestPermission = async () => 'denied'; });
  await press(page, 'Turn on notifications');
  await page.getByText('Notifications are blocked.').waitFor();
  await look(page, 'account-notifications-blocked');
  await page.context().close();
});

test('two_tabs_show_the_same', async () => {
  const { context, page } = await readyPhone('tabs@riverside.example');
  const second = await watched(context);
  await second.getByText('tabs@riverside.example').first().waitFor();
  await Promise.all([
    addBy(page, 'otpauth://totp/One:a?secret=JBSWY3DPEHPK3PXP'), addBy(second, 'otpauth://totp/Two:b?secret=JBSWY3DPEHPK3PXP'),
  ]);
  for (const tab of [page, second]) {
    for (const name of ['One', 'Two', 'Wardkey']) await tab.getByRole('heading', { name, exact: true }).waitFor();
  }
  server.ask(server.last);
  await follow(page, 'Sign-in to Rota');
  await second.getByRole('link', { name: 'Sign-in to Rota' }).waitFor();
  await approve(page, '42');
  await headed(page, 'Approved');
  await second.getByRole('link', { name: 'Sign-in to Rota' }).waitFor({ state: 'detached' });
  await context.close();
});

test('nothing_that_is_stored_can_be_read_out', async () => {
  const { page } = await readyPhone('stored@riverside.example');
  const stored = await page.evaluate(() => new Promise((resolve, reject) => {
    const opened = indexedDB.open('wardkey-authenticator');
    opened.onerror = reject;
    opened.onsuccess = () => {
      const transaction = opened.result.transaction(['accounts', 'keys']);
      const [accounts, keys] = [transaction.objectStore('accounts').getAll(), transaction.objectStore('keys').getAll()];
      transaction.oncomplete = () => resolve({
        signs: accounts.result.map(({ bond }) => bond.key.extractable), seals: keys.result.map((key) => key.extractable),
        secrets: accounts.result.map(({ sealed }) => new TextDecoder('latin1').decode(sealed.data)),
      });
    };
  }));
  assert.deepEqual([stored.signs, stored.seals], [[false], [false]]);
  assert.ok(!stored.secrets.join().includes('12345678901234567890'));
  await page.context().close();
});

/** A push message for the service worker, as the browser would deliver it. */
async function push(context, page, data) {
  const devtools = await context.newCDPSession(page);
  const registrations = [];
  devtools.on('ServiceWorker.workerRegistrationUpdated', (event) => registrations.push(...event.registrations));
  await devtools.send('ServiceWorker.enable');
  const scope = `${server.origin}/authenticator/`;
  await until(() => registrations.some(({ scopeURL }) => scopeURL === scope));
  const { registrationId } = registrations.find(({ scopeURL }) => scopeURL === scope);
  await devtools.send('ServiceWorker.deliverPushMessage', { origin: server.origin, registrationId, data: JSON.stringify(data) });
}

/** Remembers what the service worker shows from now on: a browser without a desktop does not keep notifications reliably. */
const rememberShown = (context) => context.serviceWorkers()[0].evaluate(() => {
  self.shown = [];
  const { registration } = self;
  const show = registration.showNotification.bind(registration);
  registration.showNotification = async (title, { body, tag, data }) => {
    await show(title, { body, tag, data });
    self.shown.push({ title, body, tag, data });
  };
});

const shownBy = (context) => context.serviceWorkers()[0].evaluate(() => self.shown);

test('a_wake_up_is_shown_when_the_app_is_closed_and_leads_to_the_request', async () => {
  const { context, page, account } = await readyPhone('woken@riverside.example');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.goto(`${server.origin}/elsewhere`);
  // A page that is just closing still counts as looked at.
  await until(() => context.serviceWorkers()[0].evaluate(async () =>
    (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).every(({ url }) => !url.includes('/authenticator/'))));
  await rememberShown(context);
  const { request } = server.ask(account);
  await push(context, page, { v: 1, account, request, padding: 'x' });
  await until(async () => (await shownBy(context)).length > 0);
  assert.deepEqual(await shownBy(context), [{
    title: 'Someone is signing in', body: 'Open to see the details. Only approve it if it is you.', tag: request, data: request,
  }]);
  await page.goto(`${server.origin}/authenticator/#request/${request}`);
  await headed(page, 'Are you signing in?');
  await context.close();
});

test('a_wake_up_is_not_shown_to_whoever_looks_at_the_app', async () => {
  const { context, page, account } = await readyPhone('looking@riverside.example');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.bringToFront();
  await rememberShown(context);
  const before = server.calls.length;
  await push(context, page, { v: 1, account, request: '0199-x', padding: 'x' });
  await until(() => server.calls.slice(before).some(({ name }) => name === 'requests'));
  assert.deepEqual(await shownBy(context), []);
  const request = server.ask(account);
  await context.serviceWorkers()[0].evaluate(async (hash) => {
    for (const client of await self.clients.matchAll({ includeUncontrolled: true })) client.postMessage({ kind: 'open', hash });
  }, `#request/${request.request}`);
  await headed(page, 'Are you signing in?');
  await context.close();
});

test('a_new_version_takes_the_place_of_the_old', async () => {
  const { context, page } = await readyPhone('updated@riverside.example');
  await page.evaluate(() => navigator.serviceWorker.ready);
  const kept = () => page.evaluate(() => caches.keys());
  assert.deepEqual(await kept(), ['wardkey-authenticator-one']);
  server.version = 'two';
  try {
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await until(async () => (await kept()).join() === 'wardkey-authenticator-two');
    const paths = await page.evaluate(async () => (await (await caches.open('wardkey-authenticator-two')).keys()).map(({ url }) => new URL(url).pathname));
    assert.ok(paths.includes('/authenticator/'));
    assert.ok(!paths.some((path) => path.includes('/v1/')));
    await page.reload();
    await headed(page, 'Accounts');
  } finally {
    server.version = 'one';
    await context.close();
  }
});

test('the_browsers_offer_to_install_becomes_a_button', async () => {
  const { page } = await phone();
  await page.evaluate(() => {
    const offer = new Event('beforeinstallprompt', { cancelable: true });
    offer.prompt = async () => { globalThis.prompted = true; };
    window.dispatchEvent(offer);
  });
  await look(page, 'welcome-install');
  await press(page, 'Install this app');
  assert.ok(await page.evaluate(() => globalThis.prompted));
  await page.context().close();
});

test('a_server_that_refuses_is_explained', async () => {
  const { page, account } = await readyPhone('busy@riverside.example');
  server.ask(account);
  await follow(page, 'Sign-in to Rota');
  server.refusing = Object.assign(new Error(), { status: 429, word: 'too_many' });
  try {
    await approve(page, '42');
    await page.getByText('There were too many tries from your network. Wait 60 seconds, then try again').waitFor();
    await look(page, 'request-too-many');
    assert.equal(await page.getByLabel('Type the number').inputValue(), '42');
  } finally {
    server.refusing = undefined;
  }
  await press(page, 'Approve');
  await headed(page, 'Approved');
  await page.context().close();
});

test('an_answer_whose_reply_is_lost_is_told_as_doubtful', async () => {
  const { page, account } = await readyPhone('lost@riverside.example');
  const request = server.ask(account);
  await follow(page, 'Sign-in to Rota');
  await page.route('**/v1/answers', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await page.route('**/v1/requests', (route) => route.abort());
  await approve(page, '42');
  await page.getByText('was not reached. Check that you are online, then try again').first().waitFor();
  assert.equal(request.answer, 'approved');
  await press(page, 'Approve');
  await headed(page, 'That request is over');
  await page.getByText('An answer that you sent before may have arrived.').waitFor();
  await page.context().close();
});

test('everything_works_by_keyboard', async () => {
  const { page, account } = await readyPhone('keys@riverside.example');
  server.ask(account);
  await page.getByRole('link', { name: 'Sign-in to Rota' }).waitFor();
  await page.keyboard.press('Tab');
  const tabTo = async (name) => {
    for (let presses = 0; presses < 30; presses += 1) {
      const text = await page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.id);
      if (text === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach ${name}`);
  };
  await tabTo('Sign-in to Rota');
  await page.keyboard.press('Enter');
  await headed(page, 'Are you signing in?');
  await tabTo('number');
  await page.keyboard.type('42');
  await page.keyboard.press('Enter');
  await headed(page, 'Approved');
  await page.context().close();
});

let failed = 0;
for (const [name, body] of tests) {
  const started = Date.now();
  try {
    const told = await body();
    console.log(`ok      ${name}${told ? `: ${told}` : ''} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
    if (album) {
      const page = browser.contexts().at(-1)?.pages()[0];
      await page?.screenshot({ path: path.join(album, `failed-${name}.png`), fullPage: true });
    }
    for (const context of browser.contexts()) await context.close();
    // Each waits in vain for a while: when nothing works, three are enough to say so.
    if (failed > 2) break;
  }
}
await browser.close();
await Promise.all([server.close(), other.close()]);
fs.rmSync(scratch, { recursive: true });
for (const problem of problems) console.log(`PROBLEM ${problem}`);
console.log(`${tests.length - failed} of ${tests.length} passed, ${judged} screens judged, ${problems.length} problems`);
process.exitCode = failed + problems.length > 0 ? 1 : 0;
