// The service worker: keeps the app for use without the internet, and shows wake-ups as notifications.
import type { Told } from './core/told';
import { renew } from './store/subscriptions';

declare const self: ServiceWorkerGlobalScope & {
  /** Which files make up this version; the server puts this line before the script. */
  WARDKEY: { version: string; files: string[] };
};

const SHELL = '/authenticator/';
const { version, files } = self.WARDKEY;
const CACHE = `wardkey-authenticator-${version}`;

self.addEventListener('install', (event) => {
  event.waitUntil(install());
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })));
  // While a server is being renewed, one node may have given this script and another the shell. A shell that asks for
  // other files than these would not work without the internet: the browser tries again later.
  const shell = await (await cache.match(SHELL))?.text() ?? '';
  const script = files.find((file) => file.endsWith('/authenticator/app.js'));
  if (script === undefined || !shell.includes(script)) {
    await caches.delete(CACHE);
    throw new Error('the shell is of another version');
  }
  await self.skipWaiting();
}

self.addEventListener('activate', (event) => {
  event.waitUntil(activate());
});

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith('wardkey-authenticator-') && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== self.location.origin) return;
  // INVARIANT: only the files of this version come from the cache. Calls to the server never do.
  if (files.includes(pathname)) event.respondWith(kept(pathname, event.request));
});

async function kept(pathname: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return await cache.match(pathname, { ignoreVary: true }) ?? fetch(request);
}

self.addEventListener('push', (event) => {
  event.waitUntil(wake(event.data));
});

async function wake(data: PushMessageData | null): Promise<void> {
  const request = requestOf(data);
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const ours = windows.filter(({ url }) => new URL(url).pathname === SHELL);
  for (const window of ours) window.postMessage({ kind: 'wake' } satisfies Told);
  // Whoever looks at the app sees the request there. Otherwise browsers want every wake-up to be shown.
  if (ours.some((window) => window.focused && window.visibilityState === 'visible')) return;
  const icon = files.find((file) => file.endsWith('/icon-192.png'));
  await self.registration.showNotification('Someone is signing in', {
    body: 'Open to see the details. Only approve it if it is you.',
    tag: request ?? 'wardkey', data: request, ...(icon ? { icon } : {}), requireInteraction: true,
  });
}

/** Which request a wake-up is about; what it is about is asked of the server, never told here. */
function requestOf(data: PushMessageData | null): string | undefined {
  try {
    const { v, request } = data?.json() as { v?: unknown; request?: unknown };
    return v === 1 && typeof request === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(request) ? request : undefined;
  } catch {
    return undefined;
  }
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data as string | undefined));
});

async function open(request: string | undefined): Promise<void> {
  const hash = request === undefined ? '' : `#request/${request}`;
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const ours = windows.find(({ url }) => new URL(url).pathname === SHELL);
  if (ours === undefined) {
    await self.clients.openWindow(SHELL + hash);
    return;
  }
  ours.postMessage({ kind: 'open', hash } satisfies Told);
  await ours.focus();
}

self.addEventListener('pushsubscriptionchange', (event) => {
  (event as ExtendableEvent).waitUntil(renew(self.registration, self.location.origin));
});
