// An authenticator that is not ours: Debian's oathtool.
import { MACHINE } from './clock.mjs';
import { runInBackground } from './process.mjs';

const STEP = 30;

export class Phone {
  #key;
  #clock;
  #last = 0;

  /** Takes the key as a person would type it, and the clock of the server that it is for. */
  constructor(key, clock = MACHINE) {
    this.#key = key.replaceAll(/\s/g, '');
    this.#clock = clock;
  }

  /**
   * A code that was not used before. The server allows a clock to be off by one step, so up to three codes in a row need
   * no waiting; after that it waits like anybody else. One that is to last is good for another minute at least.
   */
  async code({ lasting = false } = {}) {
    for (;;) {
      const seconds = this.#clock.now() / 1000;
      const step = Math.floor(seconds / STEP);
      // The oldest code that will still be good when it arrives.
      const oldest = seconds % STEP > STEP - 8 ? step : step - 1;
      const next = Math.max(this.#last + 1, lasting ? step + 1 : oldest);
      if (next <= step + 1) {
        this.#last = next;
        const at = new Date(next * STEP * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
        return (await runInBackground('oathtool', ['--totp', '--base32', '--now', at, this.#key])).trim();
      }
      await this.#clock.pass((step + 1) * STEP * 1000 - this.#clock.now() + 100);
    }
  }
}
