// The page's end of the service worker.
import type { Told } from './core/told';
import { state } from './state';
import { refresh } from './sync';

/** Whether a newer version of the app is waiting to be loaded. */
export const version = { isStale: false };

/** Starts the service worker, which keeps the app for use without the internet. */
export function startWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  let hadOne = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    version.isStale = hadOne;
    hadOne = true;
  });
  serviceWorker.addEventListener('message', (event: MessageEvent<Told>) => {
    if (event.data.kind === 'open') {
      // The request may be newer than what is known here.
      state.asked = false;
      location.hash = event.data.hash;
    }
    void refresh();
  });
  serviceWorker.register('/authenticator/sw.js', { scope: '/authenticator/', updateViaCache: 'none' })
    .catch((error: unknown) => console.warn('the app will not work without the internet:', error));
}

/** The registration, once the worker is at work. */
export async function worker(): Promise<ServiceWorkerRegistration> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('there is no service worker')), 10_000));
  return Promise.race([navigator.serviceWorker.ready, late]);
}
