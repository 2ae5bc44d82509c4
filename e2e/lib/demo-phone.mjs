// The telephone of the demonstration, in a tab of its own: what reaches one mobile and one desk.
import assert from 'node:assert/strict';
import { submitted } from './hand.mjs';
import { until } from './process.mjs';

export class DemoPhone {
  /** Opens it beside the page of `window`, without loading itself again. */
  static async open(window, { mobile, desk }) {
    const phone = new DemoPhone();
    phone.page = await window.context.newPage();
    phone.address = new URL('/demo/messages?still=yes', window.world.issuer).href;
    phone.texts = phone.page.locator(`[data-text="${mobile}"]`);
    phone.call = (scene) => phone.page.locator(`[data-call=${scene}][data-to="${desk}"]`);
    return phone;
  }

  /** Loads the page until `probe` does not throw. */
  async #once(probe) {
    return until(async () => {
      await this.page.goto(this.address);
      return probe();
    }, { every: 250 });
  }

  /** The code of the newest text, once there have been `count`. */
  async code(count) {
    await this.#once(async () => assert.equal(await this.texts.count(), count, 'texts'));
    return this.texts.first().innerText();
  }

  /** The reference of the newest text, once there have been `count`. */
  async reference(count) {
    await this.code(count);
    return (await this.page.locator('article', { has: this.texts }).first().innerText()).match(/reference (\S+)/)[1];
  }

  async #stands(scene) {
    await this.#once(async () => assert.equal(await this.call(scene).count(), 1, scene));
  }

  /** Waits until it rings. */
  async rings() {
    await this.#stands('ringing');
  }

  /** Presses a button of the call that stands at `scene`, with the keyboard, and waits for the page that follows. */
  async #press(scene, name) {
    await submitted(this.page, () => this.call(scene).getByRole('button', { name, exact: true }).press('Enter'));
  }

  /** Answers, presses `keys`, and waits for the end of the call. */
  async answer(keys) {
    await this.rings();
    await this.#press('ringing', 'Answer');
    await this.#stands('talking');
    for (const key of keys) await this.#press('talking', { '#': 'hash', '*': 'star' }[key] ?? key);
    await this.#once(async () => assert.equal(await this.call('talking').count(), 0, 'the call ends'));
  }

  async decline() {
    await this.rings();
    await this.#press('ringing', 'Decline');
  }
}
