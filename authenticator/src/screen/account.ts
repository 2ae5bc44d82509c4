// One account: its name on this phone, notifications, and removal.
import { hostOf } from '../core/origin';
import { isVapid } from '../core/answers';
import { Refusal, Unreachable } from '../core/protocol';
import { state } from '../state';
import { type Account, type BoundAccount, isBound, isGone, titleOf } from '../store/account';
import { changeAccount, deleteAccount } from '../store/accounts';
import { turnOff, turnOn } from '../store/subscriptions';
import { type Child, h } from '../view/h';
import { form, input, type Problem } from '../view/fields';
import { isApple, isInstalled } from '../view/install';
import { button, buttonLink, facts, heading, link, paragraph, submit, subheading, warning } from '../view/parts';
import { redraw, say, type Screen } from '../view/stage';
import { worker } from '../worker';

const LONGEST_LABEL = 60;

export function account(id: string): Screen {
  const found = state.account(id);
  if (found === undefined) return missing();
  const notifications = h('div', { id: 'notifications' });
  const title = titleOf(found);
  let on: string | null | undefined;
  const screen: Screen = {
    title, back: { text: 'Accounts', href: '#' },
    content: [
      heading(title),
      facts([
        ['Service', found.service],
        ...(found.organisation ? [['Organisation', found.organisation] as [string, string]] : []),
        ...(found.name ? [['Account', found.name] as [string, string]] : []),
        ...(found.bond.kind === 'foreign' ? [] : [['Server', hostOf(found.bond.origin)] as [string, string]]),
      ]),
      form((values) => rename(id, values), 'Saving',
        input({ id: 'label', label: 'Your own name for it (optional)', hint: 'Only you see it, on this phone', width: 20,
          attributes: { maxlength: String(LONGEST_LABEL) } }, found.label),
        submit('Save the name')),
      notifications,
      subheading('Remove it'),
      paragraph(link('Remove this account from this phone', `#account/${id}/remove`)),
    ],
    changed() {
      const now = state.account(id);
      if (now === undefined || !isBound(now) || now.bond.endpoint === on) return;
      on = now.bond.endpoint;
      redraw(notifications, subheading('Notifications'), ofNotifications(now));
    },
  };
  screen.changed?.();
  return screen;
}

const missing = (): Screen => ({
  title: 'No such account', back: { text: 'Accounts', href: '#' },
  content: [heading('No such account'), paragraph('It is not on this phone any more.'), buttonLink('Go to accounts', '#')],
});

async function rename(id: string, values: FormData): Promise<Problem[]> {
  const label = String(values.get('label') ?? '').trim().slice(0, LONGEST_LABEL);
  await changeAccount(id, (account) => ({ ...account, label }));
  location.hash = '';
  say('The name is saved');
  return [];
}

/** What there is to say about notifications for an account, and to do. */
function ofNotifications(account: BoundAccount): Child {
  const problem = h('p', { class: 'authenticator-problem', id: 'notify-problem', role: 'status' });
  if (account.bond.origin !== location.origin) {
    return paragraph(`Notifications work for accounts of ${location.host} only. For this account, open the app to see a request.`);
  }
  if (account.bond.endpoint !== null) {
    return [
      paragraph('Notifications are on: this phone tells you when somebody signs in with this account.'),
      button('Turn off notifications', 'secondary', () => void attempt(problem, async () => {
        await turnOff(await worker(), account);
        say('Notifications are off');
      }), { id: 'notify' }),
      problem,
    ];
  }
  if (!('PushManager' in window) || !('Notification' in window)) {
    return paragraph(isApple() && !isInstalled()
      ? 'On an iPhone, notifications work when this app is on the Home Screen: choose Share, then Add to Home Screen, and open it there.'
      : 'This browser cannot notify you. Open the app to see a request.');
  }
  if (!isVapid(account.bond.vapid)) return paragraph('This server sends no notifications. Open the app to see a request.');
  return [
    paragraph('This phone can tell you when somebody signs in with this account while the app is closed. ',
      'The notification says nothing about you.'),
    button('Turn on notifications', 'secondary', () => void attempt(problem, () => allow(account)), { id: 'notify' }),
    problem,
  ];
}

class Blocked extends Error {}

async function allow(account: BoundAccount): Promise<void> {
  if (await Notification.requestPermission() !== 'granted') throw new Blocked('notifications are not allowed');
  await turnOn(await worker(), account);
  say('Notifications are on');
}

async function attempt(place: HTMLElement, act: () => Promise<void>): Promise<void> {
  place.textContent = 'One moment';
  try {
    await act();
    place.textContent = '';
  } catch (error) {
    place.textContent = sentence(error);
  }
}

function sentence(error: unknown): string {
  if (error instanceof Blocked) return 'Notifications are blocked. Allow them for this site in your browser’s settings, then try again.';
  if (error instanceof Unreachable) return 'The server was not reached. Check that you are online, then try again.';
  if (error instanceof Refusal) return 'The server did not take it. Try again later.';
  return 'Your browser’s service for notifications was not reached. Try again later.';
}

export function removal(id: string): Screen {
  const found = state.account(id);
  if (found === undefined) return missing();
  const back = isGone(found) ? '#' : `#account/${id}`;
  return {
    title: 'Remove this account?', back: { text: isGone(found) ? 'Accounts' : titleOf(found), href: back },
    content: [
      heading('Remove this account from this phone?'),
      facts([['Service', found.service], ['Account', found.name || titleOf(found)]]),
      consequences(found),
      h('div', { class: 'authenticator-answers' },
        button('Remove it', 'warning', () => void remove(found)),
        link('Keep it', back)),
    ],
  };
}

function consequences(account: Account): Child {
  const { bond } = account;
  if (bond.kind === 'gone') return null;
  if (isGone(account)) return paragraph('This phone forgets its key and its codes. After that the account cannot come back by itself.');
  if (bond.kind === 'foreign') {
    return warning('You may lose access',
      paragraph('Turn off codes at that service first, or you may not be able to sign in there.'));
  }
  return warning('You may lose access',
    paragraph('This phone forgets its key and its codes. You cannot sign in with it any more.'),
    paragraph('It does not remove this phone from the account: do that in Security info, too.'));
}

async function remove(account: Account): Promise<void> {
  if (isBound(account) && account.bond.endpoint !== null) {
    // Wake-ups for it must not come any more. Without the internet they end when the server finds nobody there.
    await turnOff(await worker(), account).catch(() => undefined);
  }
  await deleteAccount(account.id);
  location.hash = '';
  say('The account is removed from this phone');
}
