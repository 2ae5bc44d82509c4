// Security keys that Chromium plays, over its debugging protocol [WebAuthn Level 3 §11]: it is the browser's own code that asks
// them and puts their answers together.
export class VirtualKeys {
  #session;
  #ids = new Map();

  /** Gives the page's browser keys instead of the machine's own. */
  static async of(page) {
    const keys = new VirtualKeys();
    keys.#session = await page.context().newCDPSession(page);
    await keys.#session.send('WebAuthn.enable', { enableUI: false });
    return keys;
  }

  /** Plugs in a key that has a PIN, knows it, and is touched as soon as it blinks; `more` says otherwise. */
  async plugIn(name, more = {}) {
    const { authenticatorId } = await this.#session.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'usb', hasResidentKey: false, hasUserVerification: true,
        isUserVerified: true, automaticPresenceSimulation: true, ...more },
    });
    this.#ids.set(name, authenticatorId);
  }

  /** Takes a key out; gives what it holds, so that it can come back. */
  async pullOut(name) {
    const authenticatorId = this.#ids.get(name);
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', { authenticatorId });
    await this.#session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    this.#ids.delete(name);
    return credentials;
  }

  /** Puts back a key with what it held. */
  async putBack(name, credentials, more = {}) {
    await this.plugIn(name, more);
    const authenticatorId = this.#ids.get(name);
    for (const credential of credentials) await this.#session.send('WebAuthn.addCredential', { authenticatorId, credential });
  }

  /** Whether whoever holds the key knows its PIN. */
  async knowsPin(name, isUserVerified) {
    await this.#session.send('WebAuthn.setUserVerified', { authenticatorId: this.#ids.get(name), isUserVerified });
  }

  /** Whether the key is touched when it blinks. */
  async isTouched(name, enabled) {
    await this.#session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.#ids.get(name), enabled });
  }

  /** What a key holds. */
  async holds(name) {
    return (await this.#session.send('WebAuthn.getCredentials', { authenticatorId: this.#ids.get(name) })).credentials;
  }
}
