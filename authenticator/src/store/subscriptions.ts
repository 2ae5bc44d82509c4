// Web Push: one subscription of this browser, told to the server for each account that has notifications on. The service
// worker uses this, too, so nothing here needs a page.
import { base64url, fromBase64url } from '../core/bytes';
import { Refusal, Server, type Subscription } from '../core/protocol';
import { type BoundAccount, isBound } from './account';
import { changeAccount, listAccounts } from './accounts';

/** Subscribes this browser if it is not, and tells the server for this account and the others that are on. */
export async function turnOn(registration: ServiceWorkerRegistration, account: BoundAccount): Promise<void> {
  const wanted = [account, ...(await listOn(account.bond.origin)).filter(({ id }) => id !== account.id)];
  await tell(await subscribe(registration, account.bond.vapid), wanted);
}

/**
 * Ends wake-ups for one account. The protocol has no word for that: the subscription is given up, and the other accounts
 * get a new one.
 */
export async function turnOff(registration: ServiceWorkerRegistration, account: BoundAccount): Promise<void> {
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  await changeAccount(account.id, silent);
  await renew(registration, account.bond.origin);
}

/** Makes a subscription anew when the browser has dropped it, and tells the server. */
export async function renew(registration: ServiceWorkerRegistration, origin: string): Promise<void> {
  const on = await listOn(origin);
  const [first] = on;
  if (first === undefined) return;
  if (Notification.permission !== 'granted') {
    for (const { id } of on) await changeAccount(id, silent);
    return;
  }
  const subscription = await subscribe(registration, first.bond.vapid);
  await tell(subscription, on.filter(({ bond }) => bond.endpoint !== subscription.endpoint));
}

const listOn = async (origin: string): Promise<BoundAccount[]> =>
  (await listAccounts()).filter(isBound).filter(({ bond }) => bond.endpoint !== null && bond.origin === origin);

const silent: Parameters<typeof changeAccount>[1] = (account) =>
  (isBound(account) ? { ...account, bond: { ...account.bond, endpoint: null } } : account);

async function subscribe({ pushManager }: ServiceWorkerRegistration, vapid: string): Promise<Subscription> {
  const key = fromBase64url(vapid);
  if (key === undefined) throw new Error('the server has no key for notifications');
  let subscription = await pushManager.getSubscription();
  const current = subscription?.options.applicationServerKey;
  if (subscription && current && base64url(new Uint8Array(current)) !== vapid) {
    // The server has another key than it had: what it signs now, the old subscription would not take.
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint = '', keys } = subscription.toJSON();
  return { endpoint, p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' };
}

async function tell(subscription: Subscription, accounts: BoundAccount[]): Promise<void> {
  for (const { id, bond } of accounts) {
    try {
      await new Server(bond.origin).subscribe(bond, subscription);
    } catch (error) {
      // What is gone is found out, and said, by the next call for requests.
      if (error instanceof Refusal && error.word === 'gone') continue;
      throw error;
    }
    await changeAccount(id, (account) =>
      (isBound(account) ? { ...account, bond: { ...account.bond, endpoint: subscription.endpoint } } : account));
  }
}
