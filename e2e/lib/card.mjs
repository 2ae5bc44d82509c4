// Showing a card, as a person does on the pages, and without a browser.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { told } from './agent.mjs';
import { enterDetails } from './door.mjs';
import { outcomeOf } from './process.mjs';
import { enterPassword } from './signin.mjs';

const ENROL = 'Click me to enrol for Multi-Factor Authentication';

/** Goes as far as the page that asks for a card to link; with a pass if there is one. */
export async function toLinking(window, hand, someone, pass) {
  await enterDetails(window, hand, someone, pass ? '/signin/pass' : '/profile');
  if (pass) {
    await hand.fill('Temporary access pass', pass);
    await hand.press('Continue', '/profile');
  }
  await window.goto('/profile/self-enrol');
  await hand.press('Confirm', '/profile/self-enrol/method');
  await window.look('choose-method');
  await hand.choose('Smartcard');
  await hand.press(ENROL, '/profile/self-enrol/card');
  await window.look('link');
}

/** The page that says why the card was not accepted. */
export async function refusal(window, code) {
  const { page } = window;
  await page.getByRole('heading', { name: 'Your smartcard was not accepted' }).waitFor();
  assert.equal(page.url(), `${window.world.cardOrigin}/card`);
  assert.equal(await page.locator('main strong').first().innerText(), code);
  assert.equal(await page.locator('input[name=receipt]').count(), 0);
}

/** As far as the page that asks for a card to link, without a browser. */
export async function pageThatLinks(agent, world, someone) {
  await enterPassword(agent, world, someone);
  let page = await agent.open(`${world.issuer}/profile/self-enrol`);
  page = await agent.submitTo(page, '/profile/self-enrol');
  page = await agent.submitTo(page, '/profile/self-enrol/method', { method: 'smartcard' });
  assert.equal(page.url.pathname, '/profile/self-enrol/card', told(page));
  return page;
}

/** What an agent needs to have `card` at hand. */
export const holds = (world, { chain, key }) =>
  ({ origin: world.cardOrigin, cert: fs.readFileSync(chain), key: fs.readFileSync(key) });

/** Shows the card where the form of `page` leads. */
export const show = (agent, world, page) => agent.submitTo(page, `${world.cardOrigin}/card`);

/** Takes back what came of showing it. */
export async function goBack(agent, page) {
  assert.match(page.text, /name="receipt"/, told(page));
  return agent.submit(page, { receipt: page.text.match(/name="receipt" value="([^"]+)"/)[1] });
}

/** How OpenSSL's client shows `card`. */
export const presenting = (card) => ['-cert', card.chain, '-cert_chain', card.issuer, '-key', card.key];

/** Whom it trusts. */
export const trusting = (world) => ['-servername', 'localhost', '-CAfile', world.pki.authority, '-verify_return_error'];

/** What it says of a connection to `port`; `text` is what it sends. */
export async function connect(world, port, more, text = '') {
  const args = ['s_client', '-connect', `127.0.0.1:${port}`, ...trusting(world), ...more];
  const { code, printed, complaints } = await outcomeOf('openssl', text ? [...args, '-ign_eof'] : args, { input: text });
  assert.equal(code, 0, `${args.join(' ')}\n${printed}${complaints}`);
  return printed;
}

/** A request to where cards are shown, as it is sent. */
export function asked(world, method, path, form) {
  const body = form ? new URLSearchParams(form).toString() : '';
  const { host } = new URL(world.cardOrigin);
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Content-Type: application/x-www-form-urlencoded'];
  return [...lines, `Content-Length: ${body.length}`, '', body].join('\r\n');
}
