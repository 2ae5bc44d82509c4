// A phone with the authenticator app in its browser: a window of its own beside the one at the desk.
import assert from 'node:assert/strict';
import { Keyboard, Mouse } from './hand.mjs';

const APP = '/authenticator/';

export class Pocket {
  /** A phone of the same album as `desk`; `Hand` is how it is used. */
  static async take(desk, chromium, Hand = Mouse) {
    const window = await desk.another(chromium);
    const pocket = new Pocket();
    Object.assign(pocket, { window, page: window.page, hand: new Hand(window.page), isTyped: Hand === Keyboard });
    return pocket;
  }

  /** The app in a tab of a phone's window. */
  static on(page, window) {
    return Object.assign(new Pocket(), { window, page, hand: new Mouse(page) });
  }

  said(text) {
    return this.page.getByText(text).first().waitFor();
  }

  heading(text) {
    return this.page.getByRole('heading', { level: 1, name: text }).waitFor();
  }

  /** Presses what is called `name`, and waits for the screen called `heading`. */
  async press(name, heading) {
    await this.hand.press(name);
    await this.heading(heading);
  }

  /** Opens a link that the camera has read, and adds the account. */
  async add(link, device) {
    await this.page.goto(link);
    await this.heading('Add an account');
    // The code is in the field only: it must not stay in the address.
    assert.equal(new URL(this.page.url()).hash, '#add');
    await this.window.look('app-add-account');
    await this.hand.fill('Name for this phone', device);
    await this.press('Add account', 'Accounts');
  }

  /** The same by what stands below the QR code, for whoever cannot scan. */
  async addByHand(code, device) {
    await this.window.goto(APP);
    await this.hand.press('Add an account');
    await this.heading('Add an account');
    await this.hand.fill('Link or code from the page', 'ABCD');
    await this.hand.press('Add account');
    await this.said('There is a problem');
    assert.equal(await this.page.getByLabel('Link or code from the page').inputValue(), 'ABCD');
    await this.window.look('app-add-account-refused');
    await this.hand.fill('Link or code from the page', code);
    await this.hand.fill('Name for this phone', device);
    await this.press('Add account', 'Accounts');
  }

  /** Waits for a request whose link begins with `name`, and opens it. */
  async open(name = 'Sign-in to') {
    const link = this.page.getByRole('link', { name: new RegExp(`^${name}`) });
    await link.first().waitFor();
    await this.press((await link.first().innerText()).trim(), name === 'Sign-in to' ? 'Are you signing in?' : 'Finish adding this app');
  }

  /** Types a number into the request that is open. */
  async answer(number, heading) {
    await this.hand.fill('Type the number shown on the screen where you are signing in', number);
    await this.press('Approve', heading);
  }

  /** Back to the accounts. */
  home() {
    return this.press('Go to accounts', 'Accounts');
  }

  /** How many requests wait. */
  async waiting() {
    return this.page.locator('.authenticator-request').count();
  }

  /** The code that it shows now. */
  async code() {
    const shown = this.page.locator('[data-code]').first();
    await shown.filter({ hasText: /\d/ }).waitFor();
    return (await shown.innerText()).replaceAll(/\D/g, '');
  }
}
