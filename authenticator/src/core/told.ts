// What the service worker tells the pages of the app.

/** A wake-up came; or a notification was chosen, and this screen is wanted. */
export type Told = { kind: 'wake' } | { kind: 'open'; hash: string };
