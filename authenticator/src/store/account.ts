// What this phone knows of an account.
import type { Bytes } from '../core/bytes';
import type { CodeRule } from '../core/totp';

/** What ties an account to a server. */
export type Bond =
  /** This app has a key that the server knows. Until a number was typed, the app is not yet a way to sign in. */
  | { kind: 'bound'; origin: string; account: string; key: CryptoKey; vapid: string; finished: boolean;
      /** Where the server sends wake-ups to; null when notifications are off, empty when it has to be told anew. */
      endpoint: string | null;
      /** Since when the server says, in milliseconds since 1970, that it does not know this app; the key is kept, as it may be wrong. */
      goneAt?: number }
  /** It came out of a backup: codes work, requests do not. */
  | { kind: 'restored'; origin: string; account: string }
  /** The server does not know this app, and no key is left to ask it with. Nothing makes these; phones may hold some. */
  | { kind: 'gone'; origin: string; account: string }
  /** It is of another service, for codes only. */
  | { kind: 'foreign' };

export type BoundAccount = Account & { bond: Extract<Bond, { kind: 'bound' }> };

export type Account = {
  /** Ours; no server knows it. */
  id: string;
  added: number;
  service: string;
  organisation: string;
  name: string;
  /** What its owner calls it, or nothing. */
  label: string;
  rule: CodeRule;
  sealed: Sealed;
  bond: Bond;
};

/** A secret, encrypted under the key of this phone. */
export type Sealed = { nonce: Bytes; data: Bytes };

export const titleOf = (account: Account): string => account.label || account.service;

export const isBound = (account: Account): account is BoundAccount => account.bond.kind === 'bound';

/** Whether the server does not know this app for the account any more. */
export const isGone = ({ bond }: Account): boolean => bond.kind === 'gone' || (bond.kind === 'bound' && bond.goneAt !== undefined);

/** Whether two are the same enrolment at the same server. */
export const areSame = (one: Bond, other: Bond): boolean =>
  one.kind !== 'foreign' && other.kind !== 'foreign' && one.origin === other.origin && one.account === other.account;
