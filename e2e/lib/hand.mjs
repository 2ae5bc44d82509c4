// Two ways to use a page: with a mouse, and with a keyboard alone.

/** Fills in and presses as somebody with a mouse does. */
export class Mouse {
  constructor(page) {
    this.page = page;
  }

  async fill(label, text) {
    const field = this.page.getByLabel(label, { exact: true });
    await field.click();
    await field.fill(text);
  }

  /** Chooses the radio button whose label begins with `label`. */
  async choose(label) {
    await this.page.getByRole('radio', { name: new RegExp(`^${label}`) }).check();
  }

  async tick(label) {
    await this.page.getByRole('checkbox', { name: label, exact: true }).check();
  }

  /** Presses a button or follows a link, and waits for the page at `path`. */
  async press(name, path) {
    const target = this.page.getByRole('button', { name, exact: true })
      .or(this.page.getByRole('link', { name, exact: true })).first();
    await target.click();
    if (path) await arrive(this.page, path);
  }
}

/** The answer to the form that `act` submits, once the page that follows has loaded, be it one like this again. */
export async function submitted(page, act) {
  await page.waitForLoadState();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.waitForEvent('load'),
    act(),
  ]);
  return answer;
}

/** How many times to press Tab before giving up: more than any page has stops. */
const MOST_STOPS = 60;

/** Tab, typing and Enter; the focus has to show wherever it stops. */
export class Keyboard {
  constructor(page) {
    this.page = page;
    this.stops = 0;
  }

  async fill(label, text) {
    await this.#reach(label);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.type(text);
  }

  /** Tab stops once at a group of radio buttons; the arrows go through it. */
  async choose(label) {
    await this.#reach((name, kind) => kind === 'radio');
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      const here = await this.page.evaluate(focused);
      if (here.name.startsWith(label)) {
        // The first one has the focus without being chosen.
        await this.page.keyboard.press('Space');
        return;
      }
      await this.page.keyboard.press('ArrowDown');
    }
    throw new Error(`no arrow leads to "${label}" at ${this.page.url()}`);
  }

  async tick(label) {
    await this.#reach(label);
    await this.page.keyboard.press('Space');
  }

  async press(name, path) {
    await this.#reach(name);
    await this.page.keyboard.press('Enter');
    if (path) await arrive(this.page, path);
  }

  /** Tabs on until the focus is on what is called `name`, or on what a function of name and kind says. */
  async #reach(name) {
    const isIt = typeof name === 'function' ? name : (called) => called === name;
    const passed = [];
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      await this.page.evaluate(remember);
      await this.page.keyboard.press('Tab');
      const here = await this.page.evaluate(focused);
      if (!here) continue;
      this.stops += 1;
      if (!here.visible) throw new Error(`the focus does not show on "${here.name}" at ${this.page.url()}`);
      if (isIt(here.name, here.kind)) return;
      passed.push(here.name);
    }
    throw new Error(`Tab does not reach "${typeof name === 'function' ? 'a choice' : name}" at ${this.page.url()}; it passes ${passed.join(', ')}`);
  }
}

async function arrive(page, path) {
  await page.waitForURL((url) => url.pathname === path || url.href === path, { waitUntil: 'load' });
}

/** In the page: remembers how everything looks now, once for each page. */
function remember() {
  const look = (element, part) => {
    const style = getComputedStyle(element, part);
    return [style.outline, style.boxShadow, style.backgroundColor, style.color, style.border, style.textDecoration].join('|');
  };
  globalThis.wardkeyLook = (element) => [element, element.nextElementSibling].filter(Boolean)
    .flatMap((each) => [null, '::before', '::after'].map((part) => look(each, part))).join('\n');
  globalThis.wardkeyLooks ??= new Map();
  for (const element of document.querySelectorAll('a, button, input, select, textarea, summary')) {
    if (element !== document.activeElement && !globalThis.wardkeyLooks.has(element)) {
      globalThis.wardkeyLooks.set(element, globalThis.wardkeyLook(element));
    }
  }
}

/** In the page: what has the focus, what a screen reader calls it, and whether the focus shows. */
function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const words = (text) => (text ?? '').replaceAll(/\s+/g, ' ').trim();
  const label = element.labels?.length ? [...element.labels].map((each) => each.textContent).join(' ') : null;
  const name = words(element.getAttribute('aria-label') ?? label ?? element.textContent);
  const box = element.getBoundingClientRect();
  const inView = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  let before = globalThis.wardkeyLooks.get(element);
  if (before === undefined) {
    // The page was drawn anew since: what this one looks like without the focus is found out now.
    element.blur();
    before = globalThis.wardkeyLook(element);
    element.focus();
  }
  return { name, kind: element.type, visible: inView && before !== globalThis.wardkeyLook(element) };
}
