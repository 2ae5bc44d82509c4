// Server-sent events, read as they arrive [WHATWG HTML §9.2].

/** How many characters are kept of a line that has not ended: no line of the protocol comes near. */
export const LONGEST_LINE = 64 * 1024;

/** Cuts a stream of text into the names of its events; `data` is of no use to us. A part may end anywhere. */
export class EventReader {
  #rest = '';
  #name = '';
  #hasData = false;

  /** The names of the events that are complete with this part. An event without data is none. Throws when a line is too long. */
  read(part: string): string[] {
    this.#rest += part;
    const names = [];
    for (;;) {
      // A carriage return at the very end may be the first half of a line's end.
      const end = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (end === null) break;
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      const name = this.#line(line);
      if (name !== undefined) names.push(name);
    }
    if (this.#rest.length > LONGEST_LINE) throw new RangeError('a line of the stream does not end');
    return names;
  }

  #line(line: string): string | undefined {
    if (line === '') {
      const name = this.#hasData ? this.#name || 'message' : undefined;
      [this.#name, this.#hasData] = ['', false];
      return name;
    }
    const [field = '', value = ''] = line.split(/:(.*)/s);
    if (field === 'event') this.#name = value.replace(/^ /, '');
    if (field === 'data') this.#hasData = true;
    return undefined;
  }
}
