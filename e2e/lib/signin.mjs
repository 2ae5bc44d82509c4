// Signing in as a person would, page by page, whatever pages come.
import { forms, told, unescape } from './agent.mjs';
import { Phone } from './phone.mjs';

const MOST_PAGES = 15;

/** The key that an enrolment page shows as text. */
export const keyOn = (html) => html.match(/id="key"[^>]*>([^<]+)</)?.[1];

/** The link that a page shows to whoever sets up Wardkey Authenticator. */
export const linkOn = (html) => unescape(html.match(/href="([^"]*#enrol=[^"]*)"/)?.[1] ?? '');

/** The number that a page shows to be typed into the app. */
export const numberOn = (html) => html.match(/class="wardkey-number"[\s\S]*?>(\d+)</)?.[1];

/** Another number of as many digits, none of which is a leading zero. */
export const anotherNumber = (number) => `${number.slice(0, -1)}${(Number(number.at(-1)) + 1) % 10}`;

/** Signs in with the password and goes on to the page that waits for an app to be added. */
export async function toBinding(agent, world, person) {
  let page = await enterPassword(agent, world, person);
  page = await agent.open(`${world.issuer}/profile/self-enrol`);
  page = await agent.submitTo(page, '/profile/self-enrol');
  page = await agent.submitTo(page, '/profile/self-enrol/method', { method: 'push' });
  if (!linkOn(page.text)) throw new Error(`no link at ${told(page)}`);
  return page;
}

/** Begins a sign-in to the portal; gives the page that follows the password. */
export async function enterPassword(agent, world, person) {
  const page = await agent.open(`${world.issuer}/signin`);
  return agent.submit(page, { address: person.address, password: person.password });
}

/** Signs out of the portal. */
export async function signOut(agent, world) {
  const page = await agent.submitTo(await agent.open(`${world.issuer}/signout`), '/signout');
  if (page.url.pathname !== '/signed-out') throw new Error(`not signed out at ${told(page)}`);
}

/** What `person` does with the form of a page that belongs to signing in or enrolling; `undefined` if there is none. */
async function answerTo(page, person) {
  const all = forms(page.text);
  const at = (path) => all.find((form) => form.action?.startsWith(path) && form.method === 'post');
  const password = all.find((form) => form.fields.has('address') && form.fields.has('password'));
  if (password) return [password, { address: person.address, password: person.password }];
  const activation = at('/signin/activate');
  if (activation) return [activation, { address: person.address, code: person.activation }];
  const newPassword = at('/signin/new-password');
  if (newPassword) return [newPassword, { password: person.nextPassword, again: person.nextPassword }];
  const code = at('/signin/code');
  if (code) return [code, { code: await person.phone.code() }];
  const method = at('/profile/self-enrol/method');
  if (method) return [method, { method: 'totp' }];
  const app = at('/profile/self-enrol/app');
  if (app) {
    person.phone = new Phone(keyOn(page.text), person.clock);
    return [app, { code: await person.phone.code(), label: 'Work phone' }];
  }
  const confirm = all.find((form) => form.action === '/profile/self-enrol');
  return confirm ? [confirm, {}] : undefined;
}

/**
 * Goes on from `page` until it is no part of signing in, or a redirect satisfies `stop`. Enrols on the way if the person
 * has no phone yet, and after that follows where the "You are enrolled" page leads.
 */
export async function signIn(agent, page, person, stop) {
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    if (page.stoppedAt) return page;
    const answer = await answerTo(page, person);
    if (answer) {
      page = await agent.send(page, ...answer, stop);
      if (page.text.includes('nhsuk-error-summary')) throw new Error(`refused at ${told(page)}`);
      continue;
    }
    if (page.url.pathname === '/profile' && page.text.includes('href="/profile/self-enrol"')) {
      page = await agent.open(new URL('/profile/self-enrol', page.url), stop);
      continue;
    }
    if (page.url.pathname !== '/profile/self-enrol/done') return page;
    const next = unescape(page.text.match(/<a[^>]*href="([^"]+)"[^>]*role="button"/)[1]);
    page = await agent.open(new URL(next, page.url), stop);
  }
  throw new Error(`sign-in does not end: ${agent.trace.slice(-8).join(', ')}`);
}
