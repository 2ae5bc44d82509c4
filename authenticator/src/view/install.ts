// How to put the app onto the home screen.
import { h } from './h';
import { button, paragraph, subheading } from './parts';

/** Chromium's event, which no standard has. */
type InstallEvent = Event & { prompt(): Promise<unknown> };

let offered: InstallEvent | undefined;
let place: HTMLElement | undefined;

/** Catches the browser's offer, which comes once and early. */
export function waitForOffer(): void {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offered = event as InstallEvent;
    draw();
  });
  window.addEventListener('appinstalled', () => {
    offered = undefined;
    draw();
  });
}

/** Only iPhones and iPads have this property. */
export const isApple = (): boolean => 'standalone' in navigator;

export const isInstalled = (): boolean =>
  matchMedia('(display-mode: standalone)').matches || (isApple() && (navigator as { standalone?: boolean }).standalone === true);

/** A hint that appears when there is something to say. */
export function installHint(): HTMLElement {
  place = h('div', { id: 'install' });
  draw();
  return place;
}

function draw(): void {
  if (isInstalled()) place?.replaceChildren();
  else if (offered) {
    place?.replaceChildren(
      subheading('Put this app onto your home screen'),
      paragraph('It then opens like any other app, works without the internet and can notify you.'),
      button('Install this app', 'secondary', () => void offered?.prompt(), { id: 'install-app' }));
  } else if (isApple()) {
    place?.replaceChildren(paragraph('On an iPhone, put this app onto the Home Screen before you add an account: ',
      'choose Share, then Add to Home Screen.'));
  } else place?.replaceChildren();
}
