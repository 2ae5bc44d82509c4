/** Lets so many through at a time; who comes first goes first. */
export class Turnstile {
  #free;
  #waiting = [];

  constructor(places) {
    this.#free = places;
  }

  async pass(act) {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise((resolve) => this.#waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
