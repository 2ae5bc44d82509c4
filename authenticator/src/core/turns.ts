// When one server is asked: one question at a time, and not too often on the word of the server itself.

/** What a server's stream says makes the app ask no sooner than this after the question before, in milliseconds. */
export const REST = 1000;

/** Time, for tests to replace; `now` is in milliseconds and never goes back. */
export type Clock = { now: () => number; later: (act: () => void, milliseconds: number) => void };

const BROWSER: Clock = { now: () => performance.now(), later: (act, milliseconds) => void setTimeout(act, milliseconds) };

export class Turns {
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #began = -Infinity;
  #isDue = false;

  /** `ask` says by itself what went wrong: here every end of it is the same. */
  constructor(private readonly ask: () => Promise<void>, private readonly clock: Clock = BROWSER) {}

  /** Asks at once, or after the question that is under way. The promise ends with a question that began after this call. */
  now(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#begin();
    this.#next = this.#running.then(() => this.#begin());
    return this.#next;
  }

  /** The server has news: asks when the rest is over. News that come until then are in the same answer. */
  soon(): void {
    if (this.#isDue) return;
    const rest = this.#began + REST - this.clock.now();
    if (rest <= 0) return void this.now();
    this.#isDue = true;
    this.clock.later(() => {
      this.#isDue = false;
      void this.now();
    }, rest);
  }

  #begin(): Promise<void> {
    const done = () => { this.#running = undefined; };
    this.#next = undefined;
    this.#began = this.clock.now();
    this.#running = this.ask().then(done, done);
    return this.#running;
  }
}
