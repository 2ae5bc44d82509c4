// A computer with a card reader: Chromium of its own, whose store of certificates shows what is in the reader.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startChromium, Window } from './browser.mjs';
import { runInBackground } from './process.mjs';

/** Where Debian's Chromium reads what the owner of a machine has decided for everybody on it. */
const POLICIES = '/etc/chromium/policies/managed';

/** For the files that PKCS #12 wants a password for. */
const PASSWORD = 'kettles';

/**
 * Has Chromium choose the only certificate by itself: there is nobody who could in a browser without a screen. Every run decides
 * the same, so that several at once agree.
 */
function chooseByItself(world) {
  const file = path.join(POLICIES, `wardkey-e2e-${process.pid}.json`);
  if (fs.existsSync(file)) return;
  const made = fs.mkdirSync(POLICIES, { recursive: true });
  const choice = JSON.stringify({ pattern: 'https://localhost:*', filter: {} });
  fs.writeFileSync(file, JSON.stringify({ AutoSelectCertificateForUrls: [choice] }));
  world.stops.push(() => {
    fs.rmSync(file);
    if (made && fs.readdirSync(POLICIES).length === 0) fs.rmSync(made, { recursive: true });
  });
}

export class Computer {
  #world;
  #home;
  #chromium;
  #card;

  static async of(world, name) {
    const computer = new Computer();
    computer.#world = world;
    computer.#home = world.at(`computer-${name}`);
    fs.mkdirSync(computer.#store, { recursive: true });
    await runInBackground('certutil', ['-N', '-d', `sql:${computer.#store}`, '--empty-password']);
    return computer;
  }

  get #store() {
    return path.join(this.#home, '.pki/nssdb');
  }

  /** Puts a card into the reader. */
  async insert(card) {
    const file = path.join(this.#home, 'card.p12');
    await runInBackground('openssl', ['pkcs12', '-export', '-inkey', card.key, '-in', card.chain, '-out', file, '-passout', `pass:${PASSWORD}`]);
    await runInBackground('pk12util', ['-i', file, '-d', `sql:${this.#store}`, '-W', PASSWORD]);
    this.#card = card;
  }

  /** Opens the browser, and a window in the album of `former` if there is one. */
  async open({ screens, former }) {
    // Who is not root decides nothing for others: then Playwright shows the card.
    const isOwner = os.userInfo().uid === 0;
    if (isOwner) chooseByItself(this.#world);
    this.#chromium = await startChromium(this.#world.pki, this.#home);
    const card = isOwner ? undefined : this.#card;
    return former ? former.another(this.#chromium, { card }) : Window.open(this.#chromium, { world: this.#world, screens, card });
  }

  /** Closes every window. */
  async close() {
    await this.#chromium?.close();
  }
}
