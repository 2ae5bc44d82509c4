// Starts the app: which screen a part behind the `#` means, and what makes screens change.
import { codeOfHash } from './core/link';
import { account, removal } from './screen/account';
import { add, prefill } from './screen/add';
import { backup, restore } from './screen/backup';
import { home } from './screen/home';
import { refusal, request } from './screen/request';
import { state } from './state';
import { isBound, titleOf } from './store/account';
import { onChange } from './store/accounts';
import { renew } from './store/subscriptions';
import { listenToAll, refresh, restart, start, stop } from './sync';
import { h } from './view/h';
import { waitForOffer } from './view/install';
import { heading, paragraph } from './view/parts';
import { currentScreen, redraw, say, type Screen, show } from './view/stage';
import { startWorker, version, worker } from './worker';

function screenFor(hash: string): Screen {
  const [name = '', id = '', more = ''] = hash.slice(1).split('/');
  switch (name) {
    case 'add': return add();
    case 'backup': return backup();
    case 'restore': return restore();
    case 'request': return more === 'refuse' ? refusal(id) : request(id);
    case 'account': return more === 'remove' ? removal(id) : account(id);
    default: return home();
  }
}

function route(): void {
  const code = codeOfHash(location.hash);
  if (code !== undefined) {
    prefill(location.href);
    // SECURITY: the code enrols an app; it must not stay in the address bar or in the history.
    history.replaceState(null, '', '#add');
  }
  show(screenFor(location.hash));
  tellOthers();
}

/** On screens other than the first, a line says that somebody waits. */
function tellOthers(): void {
  const place = document.getElementById('news');
  if (place === null) return;
  const [name, id] = location.hash.slice(1).split('/');
  const others = state.waiting.filter(({ asked }) => name !== 'request' || asked.request !== id);
  const [first] = others;
  if (first === undefined || !name) return place.replaceChildren();
  const to = others.length === 1 ? `#request/${first.asked.request}` : '#';
  const text = others.length === 1 ? 'A request waits for your answer' : `${others.length} requests wait for your answer`;
  redraw(place, h('section', { class: 'authenticator-news', 'aria-label': 'Requests' }, h('a', { id: 'news-link', href: to }, text)));
}

const known = new Set<string>();

function announce(): void {
  for (const { asked, of } of state.waiting) {
    if (known.has(asked.request)) continue;
    known.add(asked.request);
    say(asked.purpose === 'enrol'
      ? `The request that finishes adding ${titleOf(of)} is here`
      : `Somebody is signing in to ${asked.shown.application ?? of.service}. A request waits for your answer`);
  }
}

async function begin(): Promise<void> {
  document.body.classList.add('js-enabled', 'nhsuk-frontend-supported');
  waitForOffer();
  try {
    await state.reload();
  } catch (error) {
    console.warn('database:', error);
    return show({ title: 'This browser keeps nothing', content: [
      heading('This browser keeps nothing'),
      paragraph('The app cannot store your accounts here. Open it in an ordinary window, not a private one, or in another browser.')] });
  }
  route();
  follow();
  startWorker();
  start();
  renewNotifications();
}

function follow(): void {
  let bound = keysOf();
  onChange(async () => {
    await state.reload();
    listenToAll();
    const before = bound;
    bound = keysOf();
    if (before !== bound) void refresh();
  });
  state.onChange(() => {
    currentScreen()?.changed?.();
    tellOthers();
    announce();
  });
  window.addEventListener('hashchange', route);
  window.addEventListener('online', () => {
    state.changed();
    restart();
  });
  window.addEventListener('offline', () => state.changed());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return start();
    stop();
    // A newer version is taken up when nobody looks and nothing is being typed.
    if (version.isStale && ['', '#'].includes(location.hash)) location.reload();
  });
  document.querySelector('.nhsuk-skip-link')?.addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('maincontent')?.focus();
  });
  setInterval(() => { if (!document.hidden) currentScreen()?.tick?.(); }, 1000);
}

const keysOf = () => state.accounts.filter(isBound).map(({ id }) => id).join();

/** A browser may drop its subscription at any time; then it is made anew. */
function renewNotifications(): void {
  if (!state.accounts.some((account) => isBound(account) && account.bond.endpoint !== null)) return;
  void worker().then((registration) => renew(registration, location.origin)).catch(() => undefined);
}

void begin();
