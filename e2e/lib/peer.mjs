// A peer as a journey drives it: it says JSON and hears JSON, a line each (peers/lines.mjs).
import path from 'node:path';
import readline from 'node:readline';
import { start, stop, until } from './process.mjs';

export class Peer {
  /** What it has said so far, each with the moment at which it was heard. */
  said = [];
  #name;
  #child;

  /** Starts the peer called `name`; it is there once it has said its port. */
  static async start(name, args, { log }) {
    const peer = new Peer();
    peer.#name = name;
    peer.#child = start(process.execPath, [path.resolve('e2e/peers', `${name}.mjs`), ...args], { log, talks: true });
    // One that has ended is found out by whoever waits for it.
    peer.#child.stdin.on('error', () => {});
    readline.createInterface({ input: peer.#child.stdout })
      .on('line', (line) => peer.said.push({ ...JSON.parse(line), heardAt: Date.now() }));
    ({ port: peer.port } = await peer.hears(({ port }) => port));
    return peer;
  }

  tell(act, more = {}) {
    this.#child.stdin.write(`${JSON.stringify({ act, ...more })}\n`);
  }

  /** Waits until it says something that is `wanted`, unless it has. */
  async hears(wanted, { limit } = {}) {
    return until(async () => {
      const found = this.said.find(wanted);
      if (!found) throw new Error(`the peer ${this.#name} does not say it, only ${this.said.map(({ event }) => event)}`);
      return found;
    }, { child: this.#child, every: 10, limit });
  }

  async stop() {
    await stop(this.#child);
  }
}
