// Server-sent events [WHATWG HTML §9.2], each with the moment at which it was here.
import assert from 'node:assert/strict';
import { until } from './process.mjs';

export class Events {
  /** What has been heard so far: `event`, `data` and `at`. */
  heard = [];
  #reader;

  /** Listens to the body of `response`, a stream of events. */
  constructor(response) {
    assert.equal(response.status, 200, 'the status of the stream');
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    this.#listen().catch(() => {});
  }

  async #listen() {
    let text = '';
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      text += value;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.#take(text.slice(0, end).split('\n'));
        text = text.slice(end + 2);
      }
    }
  }

  /** An event that has no data is none, and a line that begins with a colon is a comment. */
  #take(lines) {
    const field = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
    const data = field('data');
    if (data.length > 0) this.heard.push({ event: field('event').at(-1) ?? 'message', data: data.join('\n'), at: Date.now() });
  }

  /** The first event called `name` after the first `after` ones. */
  async next(name, { after = 0, limit }) {
    return until(async () => {
      const found = this.heard.slice(after).find(({ event }) => event === name);
      assert(found, `no event "${name}" came, only ${JSON.stringify(this.heard.slice(after))}`);
      return found;
    }, { every: 5, limit });
  }

  async close() {
    await this.#reader.cancel();
  }
}
