// Named checks, counted for the closing line.
const results = [];

/** Longer than any one check has reason to take. */
const PATIENCE = 120_000;

/**
 * What `place` (a world and a journey) uses to run its checks; each is remembered, whatever becomes of it. A check that
 * returns a text has it printed.
 */
export const checksOf = (place) => async (name, body) => {
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
};

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
