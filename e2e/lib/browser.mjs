// Debian's Chromium through playwright-core, and what is looked at on every page it shows.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
/** The narrowest screen on which nothing may need sideways scrolling [WCAG 1.4.10]. */
const NARROWEST = { width: 320, height: 640 };

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** How long a page may take before a step fails. */
const PATIENCE = 60_000;

/** Starts the browser; it trusts the run's server key and no other unknown one. `home` is another folder of its user's. */
export const startChromium = (pki, home) => chromium.launch({
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: [...FLAGS, `--ignore-certificate-errors-spki-list=${pki.pin}`],
  env: { ...process.env, ...(home && { HOME: home }) },
});

/**
 * What a window needs to have `card` at hand. Playwright shows it, by connections of its own, for which the browser cannot check
 * the server's key.
 */
const holding = (world, card) => card && {
  ignoreHTTPSErrors: true,
  clientCertificates: [{ origin: world.cardOrigin, certPath: card.chain, keyPath: card.key }],
};

/** A fresh browser window of one person in one world, and what was seen on the pages that it has shown. */
export class Window {
  /**
   * With `screens`, a folder, each page is judged and photographed into it; without, pages are only used. `line` is its way to the
   * world.
   */
  static async open(chromium, { world, screens, javaScriptEnabled = true, card, line }) {
    const more = { ...holding(world, card), ...(line && { proxy: { server: line.proxy } }) };
    const context = await chromium.newContext({ viewport: DESKTOP, javaScriptEnabled, locale: 'en-GB', ...more });
    context.setDefaultTimeout(PATIENCE);
    const window = new Window();
    Object.assign(window, { world, context, screens, page: await context.newPage(), problems: [], judged: [] });
    window.judge = javaScriptEnabled ? window.page : await judgeOf(window, chromium, more);
    const origins = [new URL(world.issuer).origin, world.cardOrigin];
    const blame = (text) => window.problems.push(`${window.page.url()}: ${text}`);
    window.page.on('pageerror', (error) => blame(`script error: ${error.message}`));
    window.page.on('console', (message) => {
      // A refusal has a status of its own, which the browser mentions, as it does a connection that a journey has cut; a
      // breach of the security policy is a fault.
      const mentioned = ['the server responded with a status of', 'net::ERR_INTERNET_DISCONNECTED'].some((text) => message.text().includes(text));
      if (message.type() === 'error' && !mentioned && origins.some((origin) => message.location().url.startsWith(`${origin}/`))) blame(`console: ${message.text()}`);
    });
    return window;
  }

  /** Goes to an address of this world's server, or to a whole one: what it answered, if this was the one that asked. */
  async goto(address) {
    const { href } = new URL(address, this.world.issuer);
    try {
      return await this.page.goto(href);
    } catch (error) {
      // A page that goes on by itself was faster, and went to the same address.
      if (!error.message.includes(`interrupted by another navigation to "${href}"`)) throw error;
      await this.page.waitForLoadState();
      return null;
    }
  }

  path() {
    return new URL(this.page.url()).pathname;
  }

  /** Whether there is a session. */
  async isIn() {
    const seen = await this.context.request.get(`${this.world.issuer}/session/check`, { ignoreHTTPSErrors: true });
    return seen.status() === 204;
  }

  text(selector) {
    return this.page.locator(selector).first().innerText();
  }

  /** Looks at the page as it is now: axe-core, width, and a picture for wide and narrow screens. `name` is its file's. */
  async look(name) {
    if (!this.screens || this.judged.includes(name)) return;
    this.judged.push(name);
    const blame = (text) => this.problems.push(`${name} (${this.page.url()}): ${text}`);
    if (await this.page.locator('h1').count() !== 1) blame('there is not exactly one h1');
    if (!/\S – Wardkey$/.test(await this.page.title())) blame(`the title is "${await this.page.title()}"`);
    for (const link of await this.page.locator('.nhsuk-error-summary a').all()) {
      const field = await link.getAttribute('href');
      if (await this.page.locator(`${field}-error`).count() !== 1) blame(`the summary leads to ${field}, where no error is shown`);
    }
    await this.#axe(blame, 'wide');
    await this.#picture(`${name}.desktop.png`);
    await this.page.setViewportSize(PHONE);
    await this.#axe(blame, 'narrow');
    await this.#picture(`${name}.phone.png`);
    await this.page.setViewportSize(NARROWEST);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) blame(`it is ${wide} pixels too wide for a screen of ${NARROWEST.width}`);
    await this.page.setViewportSize(DESKTOP);
  }

  async #axe(blame, width) {
    const { judge } = this;
    if (judge !== this.page) {
      await judge.setViewportSize(this.page.viewportSize());
      await judge.goto(this.page.url());
    }
    await judge.evaluate(AXE);
    const found = await judge.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), RULES);
    for (const violation of found.violations) {
      const nodes = violation.nodes.map((node) => `${node.html}\n      ${node.failureSummary.replaceAll(/\s+/g, ' ')}`);
      blame(`${violation.id} (${violation.impact}, ${width}): ${violation.help}\n      ${nodes.join('\n      ')}`);
    }
  }

  async #picture(file) {
    fs.mkdirSync(this.screens, { recursive: true });
    await this.page.screenshot({ path: path.join(this.screens, file), fullPage: true, animations: 'disabled' });
  }

  /** Another window for the same album. */
  async another(chromium, more = {}) {
    const other = await Window.open(chromium, { world: this.world, screens: this.screens, ...more });
    Object.assign(other, { problems: this.problems, judged: this.judged });
    return other;
  }

  /** Fails when anything was wrong on any page, or when fewer than `atLeast` pages were judged. */
  verdict(atLeast) {
    if (this.problems.length > 0) throw new Error(this.problems.join('\n'));
    const pages = this.judged.length;
    if (this.screens && pages < atLeast) throw new Error(`only ${pages} pages were judged`);
    return this.screens ? `${pages} pages judged and photographed` : undefined;
  }

  async close() {
    if (this.judge !== this.page) await this.judge.context().close();
    await this.context.close();
  }
}

/**
 * axe-core needs scripts: for a window without them it judges a copy of the page in another one, where axe-core's is the
 * only script.
 */
async function judgeOf(window, chromium, more) {
  const context = await chromium.newContext({ viewport: DESKTOP, locale: 'en-GB', ...more });
  const judge = await context.newPage();
  await judge.route('**/*', async (route) => {
    const request = route.request();
    if (request.resourceType() === 'script') return route.abort();
    if (request.url() !== window.page.url()) return route.continue();
    return route.fulfill({ contentType: 'text/html; charset=utf-8', body: await window.page.content() });
  });
  return judge;
}
