// Asks the browser to keep what is stored here.

/** Browsers may throw away what nobody asked them to keep. Some ask the person; a no changes nothing here. */
export async function keepStorage(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}
