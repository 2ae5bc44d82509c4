// The stage: shows one screen at a time, and says what has changed to those who cannot see it.
import { type Child, h, nodes } from './h';

export type Screen = {
  /** What the browser's title and the list of windows say. */
  title: string;
  content: Child[];
  /** Where "Back" leads; without one there is no way back. */
  back?: { text: string; href: string };
  /** The state has changed. */
  changed?(): void;
  /** A second has passed. */
  tick?(): void;
  /** Another screen comes. */
  leave?(): void;
};

const find = (id: string): HTMLElement => {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the shell has no #${id}`);
  return element;
};

let current: Screen | undefined;

export const currentScreen = (): Screen | undefined => current;

/** Shows a screen. The focus goes to its heading, but not when the app has just been opened. */
export function show(screen: Screen): void {
  const isFirst = current === undefined;
  current?.leave?.();
  current = screen;
  const { back } = screen;
  const way = back && h('nav', { 'aria-label': 'Back' }, h('a', { class: 'nhsuk-back-link', href: back.href }, back.text));
  find('before').replaceChildren(...nodes([way]));
  find('screen').replaceChildren(...nodes(screen.content));
  titled();
  if (isFirst) return;
  window.scrollTo(0, 0);
  find('screen').querySelector('h1')?.focus({ preventScroll: true });
}

/** Sets the browser's title for the screen that is shown. */
export function titled(before = ''): void {
  document.title = `${before}${current?.title ?? 'Accounts'} – Authenticator – Wardkey`;
}

/** Has a screen reader say something. */
export function say(text: string): void {
  const place = find('said');
  place.textContent = '';
  // A text that is set again is not read again; one that comes new is.
  setTimeout(() => { place.textContent = text; }, 100);
}

/** Replaces what `place` holds; the focus stays on the element that had it, if that is there again. */
export function redraw(place: HTMLElement, ...children: Child[]): void {
  const focused = place.contains(document.activeElement) ? document.activeElement?.id : undefined;
  place.replaceChildren(...nodes(children));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}
