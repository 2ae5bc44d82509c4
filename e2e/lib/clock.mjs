// Clocks: the machine's, and one that a server goes by in its place, which a journey sets. That one is Debian's libfaketime,
// told by a file what time it is each time that it is asked.
import fs from 'node:fs';
import { pause, run } from './process.mjs';

/** The machine's own. */
export const MACHINE = { now: () => Date.now(), pass: pause };

/** Where the semaphores and the memory are that libfaketime leaves behind when its process ends. */
const SHARED = '/dev/shm';

const written = (milliseconds) => new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '');

export class Clock {
  #file;
  #library;
  #told;
  /** How far ahead of the machine's clock it is, in milliseconds. */
  #ahead = 0;
  /** The moment at which it stands still; nothing while it goes. */
  #stands;

  /** A clock that goes on from `moment`, and is told what time it is by `file`. */
  constructor(file, moment) {
    this.#file = file;
    const files = run('dpkg', ['-L', 'libfaketime']).split('\n');
    this.#library = files.find((path) => path.endsWith('/libfaketimeMT.so.1'));
    if (!this.#library) throw new Error(`libfaketime has no library for threads: ${files}`);
    this.goOnFrom(moment);
  }

  /** What time it is, in milliseconds. */
  now() {
    return this.#stands ?? Date.now() + this.#ahead;
  }

  /** From now on it is `moment`, and time goes on. */
  goOnFrom(moment) {
    this.#stands = undefined;
    this.#ahead = Date.parse(moment) - Date.now();
    const seconds = (this.#ahead / 1000).toFixed(3);
    this.#tell(this.#ahead < 0 ? seconds : `+${seconds}`);
  }

  /** From now on it is `moment`, for as long as nothing else is said: a page that takes its time is no later. */
  standAt(moment) {
    this.#stands = Date.parse(moment);
    this.#tell(written(this.#stands));
  }

  /** Lets time pass without waiting. */
  async pass(milliseconds) {
    if (this.#stands !== undefined) throw new Error(`time does not pass: the clock stands at ${written(this.#stands)}`);
    this.goOnFrom(new Date(this.now() + milliseconds).toISOString());
  }

  /** What a process that goes on finds in its environment. Spans are measured by another clock, which is left as it is. */
  get environment() {
    return {
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
      TZ: 'UTC',
    };
  }

  /** How to run a command that ends by itself, and needs no other time meanwhile. */
  running(command, args) {
    const faking = ['faketime', '-m', '--exclude-monotonic', '-f', this.#told];
    return ['env', ['TZ=UTC', 'NO_FAKE_STAT=1', ...faking, command, ...args]];
  }

  /** Removes what a process leaves behind that has ended. */
  cleanUpAfter(child) {
    for (const name of [`faketime_shm_${child.pid}`, `sem.faketime_sem_${child.pid}`]) {
      fs.rmSync(`${SHARED}/${name}`, { force: true });
    }
  }

  /** In one stroke: whoever reads it meanwhile reads the one or the other. */
  #tell(text) {
    this.#told = text;
    fs.writeFileSync(`${this.#file}.next`, `${text}\n`);
    fs.renameSync(`${this.#file}.next`, this.#file);
  }
}
