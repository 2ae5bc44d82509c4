// The authenticator app: a desk and phones, each a browser window of its own. Once with a mouse, once with a keyboard alone,
// once with a desk that has no JavaScript.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { Pocket } from '../lib/pocket.mjs';
import { pause, runInBackground, until } from '../lib/process.mjs';

const PASSPHRASE = 'seven herons over the weir';
/** What the app says when the browser knows that it has no connection, and when it has to find out. */
const OFFLINE = /codes still work, requests do not arrive/;
const BUNDLE = 'wardkey-authenticator-backup.json';

export async function run({ world, check, chromium, screens }) {
  await Promise.all([
    whole({ world, check, chromium, screens: screens && `${screens}/authenticator` }),
    short({ world, check, chromium, way: 'by keyboard alone', role: 'optometrist', Hand: Keyboard }),
    short({ world, check, chromium, way: 'without JavaScript at the desk', role: 'sonographer', Hand: Mouse, javaScriptEnabled: false,
      screens: screens && `${screens}/authenticator-without-javascript` }),
  ]);
}

/** What somebody at a desk does on the way in. */
class Desk {
  constructor(window, someone, Hand, hasScript) {
    Object.assign(this, { window, page: window.page, someone, hand: new Hand(window.page), hasScript });
  }

  said(text) {
    return this.page.getByText(text).first().waitFor();
  }

  async password(path) {
    await this.window.goto('/signin');
    await this.hand.fill('Email address', this.someone.address);
    await this.hand.fill('Password', this.someone.password);
    await this.hand.press('Sign in', path);
  }

  async signOut() {
    await this.window.goto('/signout');
    await this.page.locator('main').getByRole('button', { name: 'Sign out' }).click();
    await this.page.waitForURL(/\/signed-out$/);
  }

  async toBinding() {
    await this.password('/profile');
    await this.hand.press('Set up now', '/profile/self-enrol');
    await this.hand.press('Confirm', '/profile/self-enrol/method');
    assert.equal(await this.page.getByRole('radio', { name: /^Wardkey Authenticator/ }).isChecked(), true, 'the strongest comes first');
    await this.window.look('choose-method');
    await this.hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/authenticator');
  }

  link() {
    return this.page.locator('a[href*="#enrol="]').getAttribute('href');
  }

  async number() {
    return (await this.window.text('.wardkey-number [aria-hidden]')).trim();
  }

  /** Without script a page that waits loads itself again until somebody stops it: from then on only its button goes on. */
  async holdStill() {
    if (!this.hasScript) await this.page.goto(`${this.page.url().split('?')[0]}?still=yes`);
  }

  /** Looks at a page that waits. */
  async look(name) {
    await this.holdStill();
    await this.window.look(name);
  }

  /** The page has gone on to `path`: by itself with script, by its button without. */
  async goesOn(path, ...buttons) {
    if (!this.hasScript) for (const button of buttons) await submitted(this.page, () => this.hand.press(button));
    await this.page.waitForURL((url) => url.pathname === path);
  }

  /** Waits for a page that shows `text`; without script somebody presses the button until it does. */
  async becomes(text, button) {
    if (!this.hasScript) await this.hand.press(button);
    await this.said(text);
  }

  /** From the page with the QR code to the page that says that all is set up. */
  async bind(phone, add, done) {
    await add(await this.link());
    await this.becomes('Type this number into the app', 'I have added the account: continue');
    await this.look('confirm-app');
    const number = await this.number();
    await phone.open('Finish adding');
    await phone.window.look('app-request-to-finish');
    await phone.answer(number, 'The app is added');
    await phone.window.look('app-added');
    await phone.home();
    await this.goesOn(done, 'I have typed the number: continue');
  }

  async approve(phone) {
    const number = await this.number();
    await phone.open();
    await phone.answer(number, 'Approved');
    await phone.home();
    await this.goesOn('/', 'I have typed the number: continue');
  }
}

/** Another number of as many digits. */
const wrong = (number) => `${(Number(number[0]) + 1) % 10}${number.slice(1)}`;

/** What another program reads in a picture of the QR code. */
async function scanned(desk, world) {
  const file = world.at('qr.png');
  await desk.page.locator('.wardkey-qr').screenshot({ path: file });
  return (await runInBackground('zbarimg', ['--quiet', '--raw', file])).trim();
}

async function whole({ world, check, chromium, screens }) {
  const window = await Window.open(chromium, { world, screens });
  const desk = new Desk(window, world.person('audiologist'), Mouse, true);
  const phone = await Pocket.take(window, chromium);
  const opened = [phone.window];
  const { page, hand } = desk;
  const step = stepsOf(check);
  let backup;
  try {
    await step('an app is enrolled by the QR code, and by the number that the page shows', async () => {
      await desk.toBinding();
      await desk.look('bind-app');
      const link = await desk.link();
      assert.equal(await scanned(desk, world), link, 'the picture holds what the link says');
      assert(link.startsWith(`${world.issuer}/authenticator/#enrol=`), link);
      await phone.window.goto('/authenticator/');
      await phone.heading('Welcome to Wardkey Authenticator');
      await phone.window.look('app-welcome');
      await desk.bind(phone, (text) => phone.add(text, 'Work phone'), '/profile/self-enrol/done');
      await desk.said('From now on you type a number into Wardkey Authenticator');
      await window.look('enrolled-by-app');
      await hand.press('Continue', '/');
      await phone.window.look('app-accounts');
    });
    await step('the app can be installed, and works without a connection', async () => {
      const devtools = await phone.window.context.newCDPSession(phone.page);
      await phone.page.evaluate(() => navigator.serviceWorker.ready);
      const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
      // Windows of a test are private ones; nothing else may stand in the way.
      const others = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
      assert.deepEqual(others, [], JSON.stringify(others));
      const manifest = await devtools.send('Page.getAppManifest');
      assert.deepEqual(manifest.errors, []);
      assert.equal(JSON.parse(manifest.data).display, 'standalone');
      await phone.window.context.setOffline(true);
      await phone.page.reload();
      await phone.said(OFFLINE);
      await phone.code();
      await phone.window.look('app-offline');
      await phone.window.context.setOffline(false);
      await until(async () => assert.equal(await phone.page.getByText(OFFLINE).count(), 0));
      return installabilityErrors.length === 1 ? 'the only obstacle is the private window' : undefined;
    });
    await step('the number typed into the app signs in', async () => {
      await desk.signOut();
      await desk.password('/signin/app');
      await desk.look('app-asked');
      await phone.said('One request waits for your answer');
      await phone.window.look('app-accounts-with-request');
      const number = await desk.number();
      await phone.open();
      await phone.window.look('app-request');
      for (const fact of ['127.0.0.1', 'Chrome', desk.someone.address]) await phone.said(fact);
      await phone.answer('1', 'Are you signing in?');
      await phone.said('The number must be 2 digits');
      await phone.window.look('app-request-refused');
      await phone.answer(number, 'Approved');
      await phone.window.look('app-approved');
      await desk.goesOn('/');
      await phone.home();
    });
    await step('a wrong number is said on both screens; after three the app must wait, and its codes need not', async () => {
      await desk.signOut();
      await desk.password('/signin/app');
      for (let turn = 0; turn < 3; turn += 1) {
        const number = await desk.number();
        await phone.open();
        await phone.answer(wrong(number), 'That was not the number');
        await phone.window.look('app-wrong-number');
        await phone.home();
        await desk.said('not the one on this page');
        await window.look('app-wrong-number-at-the-desk');
        await submitted(page, () => hand.press('Ask the app'));
      }
      await desk.said('SIGNIN-023');
      await window.look('app-asked-too-often');
      assert.equal(await phone.waiting(), 0);
      await phone.window.context.setOffline(true);
      await phone.said(OFFLINE);
      await hand.press('Use a code from the app', '/signin/code');
      await window.look('code-from-the-app');
      await hand.fill('6-digit code', await phone.code());
      await hand.press('Continue', '/');
      await phone.window.context.setOffline(false);
    });
    await step('two requests at once: the one of an unknown browser says so, and is refused with a reason', async () => {
      await desk.signOut();
      const thief = new Desk(await window.another(chromium), desk.someone, Mouse, true);
      opened.push(thief.window);
      await thief.password('/signin/app');
      await phone.said('One request waits');
      await desk.password('/signin/app');
      await phone.said('2 requests wait for your answer');
      await phone.window.look('app-accounts-with-two-requests');
      const theirs = await unknown(phone);
      await phone.page.locator(`[id="${theirs}"]`).click();
      await phone.said('This browser has not signed in to your account before.');
      await phone.window.look('app-request-of-unknown-browser');
      await phone.press('No, it is not me', 'Why is it not you?');
      await phone.hand.press('Report it');
      await phone.said('There is a problem');
      await phone.window.look('app-report-refused');
      await phone.hand.choose('I am not signing in');
      await phone.press('Report it', 'Thank you. We have stopped that sign-in');
      await phone.window.look('app-reported');
      await thief.said('SIGNIN-019');
      await thief.window.look('sign-in-reported-in-the-app');
      await phone.home();
      await desk.approve(phone);
    });
    await step('a wake-up shows a notification that says nothing of anybody, and leads to the request', async () => {
      await desk.signOut();
      const context = phone.window.context;
      await context.grantPermissions(['notifications'], { origin: new URL(world.issuer).origin });
      const devtools = await context.newCDPSession(phone.page);
      const registrations = [];
      devtools.on('ServiceWorker.workerRegistrationUpdated', (event) => registrations.push(...event.registrations));
      await devtools.send('ServiceWorker.enable');
      const scope = `${world.issuer}/authenticator/`;
      await until(() => assert(registrations.some(({ scopeURL }) => scopeURL === scope)));
      const { registrationId } = registrations.find(({ scopeURL }) => scopeURL === scope);
      await desk.password('/signin/app');
      await phone.said('One request waits');
      const request = (await phone.page.locator('.authenticator-request a').getAttribute('id')).replace('request-', '');
      // The app is closed: another page is shown.
      await phone.window.goto('/accessibility');
      const [worker] = context.serviceWorkers();
      await until(async () => assert.equal(await worker.evaluate(async () =>
        (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).filter(({ url }) => url.includes('/authenticator/')).length), 0));
      const shown = await until(async () => {
        // A busy browser may lose one; of several the newest takes the place of those before.
        await devtools.send('ServiceWorker.deliverPushMessage', {
          origin: world.issuer, registrationId, data: JSON.stringify({ v: 1, request, padding: 'x'.repeat(64) }) });
        await pause(1_000);
        const all = await worker.evaluate(async () =>
          (await self.registration.getNotifications()).map(({ title, body, data }) => ({ title, body, data })));
        assert.equal(all.length, 1);
        return all[0];
      });
      assert.deepEqual(shown, { title: 'Someone is signing in', body: 'Open to see the details. Only approve it if it is you.', data: request });
      await phone.window.goto(`/authenticator/#request/${request}`);
      await phone.heading('Are you signing in?');
      await phone.answer(await desk.number(), 'Approved');
      await phone.home();
      await desk.goesOn('/');
    });
    await step('a second app is added in Security info', async () => {
      const tablet = await Pocket.take(window, chromium);
      opened.push(tablet.window);
      await window.goto('/profile/security-info');
      await window.look('security-info-one-wardkey-app');
      await hand.press('Add Wardkey Authenticator', '/profile/security-info/add-authenticator');
      await window.look('add-authenticator');
      await hand.press('Continue');
      await page.waitForURL(/security-info\/authenticator\//);
      await window.look('bind-another-app');
      const code = await window.text('#binding-code');
      await desk.bind(tablet, () => tablet.addByHand(code, 'Tablet'), '/profile/security-info');
      await window.look('security-info-two-wardkey-apps');
      await tablet.window.look('app-accounts-tablet');
      desk.tablet = tablet;
    });
    await step('a backup is saved under a passphrase', async () => {
      await phone.window.goto('/authenticator/');
      await phone.press('Back up your accounts', 'Back up your accounts');
      await phone.hand.fill('Passphrase', 'too short');
      await phone.hand.fill('The same passphrase again', 'too short');
      await phone.hand.press('Save the backup');
      await phone.said('There is a problem');
      await phone.window.look('app-backup-refused');
      await phone.hand.fill('Passphrase', PASSPHRASE);
      await phone.hand.fill('The same passphrase again', PASSPHRASE);
      const [download] = await Promise.all([phone.page.waitForEvent('download', { timeout: 60_000 }), phone.hand.press('Save the backup')]);
      assert.equal(download.suggestedFilename(), BUNDLE);
      backup = world.at(BUNDLE);
      await download.saveAs(backup);
      await phone.heading('The backup is saved');
      await phone.window.look('app-backup-saved');
      const text = fs.readFileSync(backup, 'utf8');
      for (const secret of [desk.someone.address, PASSPHRASE, 'secret']) assert(!text.includes(secret), `the backup says "${secret}"`);
    });
    await step('on a new phone its codes work at once, and requests after the account is verified', async () => {
      const fresh = await Pocket.take(window, chromium);
      opened.push(fresh.window);
      await fresh.window.goto('/authenticator/#restore');
      await fresh.heading('Restore a backup');
      await fresh.page.getByLabel('Backup file').setInputFiles(backup);
      await fresh.hand.fill('Passphrase', 'not that passphrase');
      await fresh.hand.press('Restore');
      await fresh.page.getByText('The passphrase is not the one of this backup').first().waitFor({ timeout: 60_000 });
      await fresh.window.look('app-restore-refused');
      await fresh.page.getByLabel('Backup file').setInputFiles(backup);
      await fresh.hand.fill('Passphrase', PASSPHRASE);
      await fresh.hand.press('Restore');
      await fresh.page.getByRole('heading', { name: 'The backup is restored' }).waitFor({ timeout: 60_000 });
      await fresh.window.look('app-restored');
      await fresh.home();
      await fresh.window.look('app-needs-verifying');
      await desk.signOut();
      await desk.password('/signin/app');
      await hand.press('Use a code from the app', '/signin/code');
      await fresh.code();
      // A code is good once; the one before this step may have been used.
      await until(async () => {
        await hand.fill('6-digit code', await fresh.code());
        await hand.press('Continue');
        await page.waitForLoadState();
        assert.equal(window.path(), '/');
      }, { limit: 70_000, every: 5_000 });
      assert.equal(await fresh.waiting(), 0, 'before it is verified it is asked nothing');
      desk.fresh = fresh;
    });
    await step('verifying wants another factor, and the old phone is out', async () => {
      const { fresh, tablet } = desk;
      // The link leads out of the app, in a window of the new phone: there the sign-in is shown by the tablet.
      const there = new Desk(fresh.window, desk.someone, Mouse, true);
      await fresh.hand.press(`Verify this account for ${desk.someone.address}`);
      await there.page.waitForURL(/\/signin/);
      await there.window.look('sign-in-to-verify');
      await there.hand.fill('Email address', desk.someone.address);
      await there.hand.fill('Password', desk.someone.password);
      await there.hand.press('Sign in', '/signin/app');
      await there.said('Tablet');
      await tablet.open();
      await tablet.answer(await there.number(), 'Approved');
      await tablet.home();
      await there.page.waitForURL(/\/move$/);
      await there.window.look('move-app');
      await there.hand.press('Continue');
      await there.page.waitForURL(/security-info\/authenticator\//);
      await there.window.look('bind-moved-app');
      const [app] = await Promise.all([there.page.waitForEvent('popup'), there.hand.press('Set it up in this browser (opens in a new tab)')]);
      const inApp = Pocket.on(app, fresh.window);
      await inApp.heading('Add an account');
      await inApp.hand.fill('Name for this phone', 'New phone');
      await inApp.press('Add account', 'Accounts');
      await there.said('Type this number into the app');
      await inApp.open('Finish adding');
      await inApp.answer(await there.number(), 'The app is added');
      await there.said('The app has moved.');
      await there.window.look('security-info-moved');
      await inApp.home();
      assert.equal(await inApp.page.locator('.authenticator-account').count(), 1, 'it is the account that was restored');
      assert.equal(await inApp.page.getByText('Needs verifying').count(), 0);
      await phone.window.goto('/authenticator/');
      await phone.said('This account was removed from this phone');
      await phone.window.look('app-account-gone');
      // What the old phone had opened at the desk is over.
      await window.goto('/profile');
      assert.match(window.path(), /^\/signin/);
      await desk.password('/signin/app');
      await desk.approve(inApp);
      await app.close();
    });
    await step('an app that was removed is asked nothing any more, and says so', async () => {
      await window.goto('/profile/security-info');
      await hand.press('Remove Tablet');
      await page.waitForURL(/remove$/);
      await window.look('remove-wardkey-app');
      await hand.press('Remove', '/profile/security-info');
      await desk.said('The authenticator app has been removed.');
      await desk.tablet.said('This account was removed from this phone');
      await desk.tablet.press(`Remove ${desk.someone.address} from this phone`, 'Remove this account from this phone?');
      await desk.tablet.window.look('app-remove');
      await desk.tablet.press('Remove it', 'Welcome to Wardkey Authenticator');
    });
    await check('no screen fails axe-core, is too wide or breaks the security policy', () => window.verdict(35));
  } finally {
    for (const other of opened) await other.close();
    await window.close();
  }
}

/** The id of the link to the request that an unknown browser has made. */
async function unknown(phone) {
  for (const link of await phone.page.locator('.authenticator-request a').all()) {
    const id = await link.getAttribute('id');
    await link.click();
    await phone.heading('Are you signing in?');
    const isUnknown = await phone.page.getByText('This browser has not signed in').count() > 0;
    await phone.press('Accounts', 'Accounts');
    if (isUnknown) return id;
  }
  throw new Error('no request is of an unknown browser');
}

async function short({ world, check, chromium, way, role, Hand, javaScriptEnabled = true, screens }) {
  const window = await Window.open(chromium, { world, screens, javaScriptEnabled });
  const desk = new Desk(window, world.person(role), Hand, javaScriptEnabled);
  const beside = javaScriptEnabled ? window : await Window.open(chromium, { world });
  const phone = await Pocket.take(beside, chromium, Hand);
  const step = stepsOf(check);
  try {
    await step(`${way}, an app is enrolled`, async () => {
      await desk.toBinding();
      await desk.look('bind-app');
      await desk.bind(phone, (link) => phone.add(link, 'Work phone'), '/profile/self-enrol/done');
      await desk.hand.press('Continue', '/');
    });
    await step(`${way}, the number typed into the app signs in`, async () => {
      await desk.signOut();
      await desk.password('/signin/app');
      await desk.look('app-asked');
      await desk.approve(phone);
    });
    await step(`${way}, a sign-in is refused in the app`, async () => {
      await desk.signOut();
      await desk.password('/signin/app');
      await desk.holdStill();
      await phone.open();
      await phone.press('No, it is not me', 'Why is it not you?');
      await phone.hand.choose('The details are not what I am doing');
      await phone.press('Report it', 'Thank you. We have stopped that sign-in');
      await desk.becomes('SIGNIN-019', 'I have typed the number: continue');
    });
    await check(`${way}, no page fails axe-core, is too wide or breaks the security policy`, async () => {
      if (Hand === Keyboard) assert(desk.hand.stops > 20 && phone.hand.stops > 15, `${desk.hand.stops} and ${phone.hand.stops} stops were seen`);
      return window.verdict(4);
    });
  } finally {
    await phone.window.close();
    if (beside !== window) await beside.close();
    await window.close();
  }
}
