// Named checks, counted for the closing line.
import os from 'node:os';
import { Turnstile } from './turnstile.mjs';

const results = [];

/** Longer than any one check has reason to take, on a slow machine too. */
const PATIENCE = 300_000;

/** Steps go on side by side, as most of their time is waiting; with more at once than this they only hold each other up. */
const turnstile = new Turnstile(2 + 2 * os.availableParallelism());

/**
 * What `place` (a world and a journey) uses to run its checks; each is remembered, whatever becomes of it. A check that
 * returns a text has it printed.
 */
export const checksOf = (place) => (name, body) => turnstile.pass(async () => {
  const started = Date.now();
  const full = `${place}: ${name}`;
  let timer;
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE / 1000} s`)), PATIENCE);
    });
    const value = await Promise.race([body(), late]);
    results.push({ name: full, passed: true });
    const told = typeof value === 'string' ? `: ${value}` : '';
    console.log(`ok      ${full}${told} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    return value;
  } catch (error) {
    results.push({ name: full, passed: false });
    console.log(`FAILED  ${full}\n${error.isPlain ? error.message : error.stack ?? error}`);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
});

/** The same for steps that build on each other: after one that failed, the rest fail at once instead of waiting in vain. */
export function stepsOf(check) {
  let broken;
  return (name, body) => check(name, async () => {
    if (broken) throw Object.assign(new Error(`not tried, because "${broken}" failed`), { isPlain: true });
    try {
      return await body();
    } catch (error) {
      broken = name;
      throw error;
    }
  });
}

export const passed = () => results.filter((result) => result.passed).length;
export const failed = () => results.filter((result) => !result.passed);
