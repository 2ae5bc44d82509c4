// The first screen: requests that wait, and every account with its code.
import { hostOf } from '../core/origin';
import { grouped, leftAt } from '../core/totp';
import { moment } from '../core/words';
import { state, type Waiting } from '../state';
import { type Account, isBound, isGone, titleOf } from '../store/account';
import { codeOf } from '../store/codes';
import { serverOf } from '../sync';
import { type Child, h, hidden } from '../view/h';
import { installHint } from '../view/install';
import { button, buttonLink, heading, inset, link, paragraph, subheading } from '../view/parts';
import { redraw, say, type Screen, show } from '../view/stage';

/** A phone's clock that is off by less than this is right enough; answers take a moment to arrive. */
const NEGLIGIBLE = 5;

export const home = (): Screen => (state.accounts.length === 0 ? welcome() : accounts());

function welcome(): Screen {
  return {
    title: 'Welcome',
    content: [
      heading('Welcome to Wardkey Authenticator'),
      paragraph('This app proves that it is really you who signs in. ',
        'It shows codes, and asks you when somebody signs in with your account.'),
      paragraph('It knows nothing about your phone, and nobody can see or change anything on it.'),
      buttonLink('Add an account', '#add'),
      paragraph(link('Restore a backup', '#restore')),
      installHint(),
    ],
    changed() {
      if (state.accounts.length > 0) show(home());
    },
  };
}

function accounts(): Screen {
  const notice = h('div', { id: 'notice' });
  const requests = h('div', { id: 'requests' });
  const list = h('div', { id: 'accounts' });
  const install = installHint();
  let drawn = '';
  const screen: Screen = {
    title: 'Accounts',
    content: [
      heading('Accounts'), notice, requests, list,
      h('div', { class: 'authenticator-actions' },
        buttonLink('Add an account', '#add'),
        h('ul', { class: 'nhsuk-list authenticator-links' },
          h('li', {}, link('Back up your accounts', '#backup')),
          h('li', {}, link('Restore a backup', '#restore')))),
      install,
    ],
    changed() {
      if (state.accounts.length === 0) return show(home());
      redraw(notice, offline());
      redraw(requests, waiting(state.waiting));
      const now = JSON.stringify(state.accounts.map(({ id, label, bond }) => [id, label, { ...bond, key: null }]));
      if (now !== drawn) redraw(list, h('ul', { class: 'authenticator-accounts' }, state.accounts.map(card)));
      drawn = now;
      this.tick?.();
    },
    tick() {
      for (const account of state.accounts) void paint(list, account);
    },
  };
  screen.changed?.();
  return screen;
}

/** Why requests do not arrive, if they do not. */
function offline(): Child {
  if (!navigator.onLine) return inset(paragraph('You are offline: codes still work, requests do not arrive.'));
  if (state.silent.size === 0) return null;
  const hosts = [...state.silent].map(hostOf).join(', ');
  return inset(paragraph(`${hosts} cannot be reached: codes still work, requests do not arrive. We keep trying.`));
}

function waiting(all: Waiting[]): Child {
  if (all.length === 0) return null;
  return [
    subheading(all.length === 1 ? 'One request waits for your answer' : `${all.length} requests wait for your answer`),
    h('ul', { class: 'authenticator-requests' }, all.map(({ asked, of }) =>
      h('li', { class: 'nhsuk-card nhsuk-card--clickable authenticator-request' },
        h('div', { class: 'nhsuk-card__content' },
          h('h3', { class: 'nhsuk-card__heading nhsuk-heading-s' },
            h('a', { class: 'nhsuk-card__link', id: `request-${asked.request}`, href: `#request/${asked.request}` },
              asked.purpose === 'enrol' ? `Finish adding ${titleOf(of)}` : `Sign-in to ${asked.shown.application ?? 'Wardkey'}`)),
          h('p', { class: 'nhsuk-card__description' },
            [asked.shown.browser ?? 'unknown browser', asked.shown.place ?? asked.shown.address ?? 'unknown place',
              moment(asked.shown.at, serverOf(of.bond.origin).now())].join(', ')),
          h('p', { class: 'nhsuk-card__description' }, `For ${of.name}`))))),
  ];
}

function card(account: Account): HTMLElement {
  const { id, bond } = account;
  const title = titleOf(account);
  const isElsewhere = bond.kind !== 'foreign' && bond.origin !== location.origin;
  return h('li', { class: 'nhsuk-card authenticator-account', 'data-account': id },
    h('div', { class: 'nhsuk-card__content' },
      h('h2', { class: 'nhsuk-card__heading nhsuk-heading-s' }, title),
      h('p', { class: 'authenticator-whose' },
        [title === account.service ? '' : account.service, account.organisation, account.name].filter(Boolean).flatMap((part, index) =>
          (index === 0 ? [part] : [h('br'), part])),
        isElsewhere ? [h('br'), `at ${hostOf(bond.origin)}`] : null),
      isGone(account) ? lost(account) : [standing(account), code(account)],
      isGone(account) ? null : h('p', { class: 'authenticator-details' },
        h('a', { id: `open-${id}`, href: `#account/${id}` },
          'Account settings', hidden(` for ${[title, account.name].filter(Boolean).join(', ')}`)))));
}

/** What is left to do before requests work. */
function standing(account: Account): Child {
  const { bond } = account;
  if (isBound(account) && !account.bond.finished) {
    return inset(paragraph(h('strong', {}, 'One step is left'),
      ': type the number that the page shows. The request for it appears here, above.'));
  }
  if (bond.kind !== 'restored') return null;
  const move = `${bond.origin}/profile/security-info/${encodeURIComponent(bond.account)}/move`;
  return inset(
    paragraph(h('strong', { class: 'nhsuk-tag nhsuk-tag--yellow' }, 'Needs verifying')),
    paragraph('Its codes work. To get requests on this phone, too, sign in with a text message, a call or another app, ',
      'and show that it is you.'),
    // In a frame of a demonstration the page would not be let in.
    paragraph(h('a', { href: move, target: '_top', rel: 'noreferrer' }, 'Verify this account', hidden(` for ${account.name}`))));
}

const lost = (account: Account): Child => inset(
  paragraph('This account was removed from this phone by the server or another phone. Its codes do not work any more.'),
  isBound(account) ? paragraph('If that was a mistake, the account comes back by itself when the server knows this phone again.') : null,
  paragraph(h('a', { id: `remove-${account.id}`, href: `#account/${account.id}/remove` },
    'Remove', hidden(` ${account.name} from this phone`))));

function code(account: Account): Child {
  const said = h('span', { class: 'authenticator-copied' });
  return [
    h('p', { class: 'authenticator-code' },
      hidden('Code: '), h('span', { 'aria-hidden': 'true', 'data-code': account.name }),
      h('span', { class: 'nhsuk-u-visually-hidden', 'data-spelled': '' })),
    h('div', { class: 'authenticator-copy' },
      button(['Copy code', hidden(` of ${account.name}`)], 'secondary small', () => void copy(account, said), {
        id: `copy-${account.id}`,
      }),
      h('span', { 'data-left': '' }), said),
  ];
}

async function copy(account: Account, said: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(await codeOf(account, secondsFor(account)));
    said.textContent = 'Copied';
    say('Code copied');
  } catch {
    said.textContent = 'Not copied: the browser does not allow it';
    say('The code was not copied');
  }
  setTimeout(() => { said.textContent = ''; }, 4000);
}

/** The moment that counts for a code: the server's, where it is known to differ from the phone's. */
function secondsFor(account: Account): number {
  const ahead = account.bond.kind === 'bound' ? serverOf(account.bond.origin).ahead : 0;
  return Date.now() / 1000 + (Math.abs(ahead) < NEGLIGIBLE ? 0 : ahead);
}

/** Brings one account's code up to date. Nothing is announced: whoever reads it hears it when they come there. */
async function paint(list: HTMLElement, account: Account): Promise<void> {
  const place = list.querySelector(`[data-account="${account.id}"]`);
  const shown = place?.querySelector('[data-code]');
  if (!place || !shown) return;
  const seconds = secondsFor(account);
  const code = await codeOf(account, seconds);
  if (shown.textContent !== grouped(code)) {
    shown.textContent = grouped(code);
    place.querySelector('[data-spelled]')?.replaceChildren([...code].join(' '));
  }
  const left = leftAt(account.rule, seconds);
  place.querySelector('[data-left]')?.replaceChildren(`changes in ${left} second${left === 1 ? '' : 's'}`);
}
