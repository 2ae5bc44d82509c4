// Builds elements. Text from elsewhere becomes text and nothing else: there is no way in for markup.

export type Child = Node | string | null | undefined | false | Child[];

type Value = string | number | boolean | null | undefined | ((event: Event) => void);

/** An element with these attributes; a function belongs to an event, as in `onclick`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, Value> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...nodes(children));
  return element;
}

export const nodes = (children: Child[]): (Node | string)[] =>
  children.flat(Infinity as 1).filter((child): child is Node | string => Boolean(child));

export const hidden = (text: string): HTMLElement => h('span', { class: 'nhsuk-u-visually-hidden' }, text);
