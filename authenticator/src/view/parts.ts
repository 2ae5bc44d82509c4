// Components of the NHS design system, as this app uses them.
import { type Child, h, hidden } from './h';

export const heading = (text: string, caption?: string): HTMLElement =>
  h('h1', { class: 'nhsuk-heading-l', tabindex: -1 }, caption ? h('span', { class: 'nhsuk-caption-l' }, caption) : null, text);

export const subheading = (text: string, id?: string): HTMLElement => h('h2', { class: 'nhsuk-heading-m', id }, text);

export const paragraph = (...children: Child[]): HTMLElement => h('p', {}, ...children);

export const link = (text: string, href: string): HTMLElement => h('a', { href }, text);

/** A link that looks like a button: the next step. */
export const buttonLink = (text: string, href: string): HTMLElement => h('a', { class: 'nhsuk-button', href, draggable: 'false' }, text);

type Variant = 'primary' | 'secondary' | 'warning' | 'secondary small';

/** A button that does something on the spot. */
export const button = (text: Child, variant: Variant, onclick: () => void, attributes: Record<string, string> = {}): HTMLButtonElement =>
  h('button', { class: buttonClass(variant), type: 'button', onclick, ...attributes }, text);

export const submit = (text: string): HTMLButtonElement => h('button', { class: 'nhsuk-button', type: 'submit' }, text);

const buttonClass = (variant: Variant) =>
  ['nhsuk-button', ...(variant === 'primary' ? [] : variant.split(' ').map((word) => `nhsuk-button--${word}`))].join(' ');

export const inset = (...children: Child[]): HTMLElement =>
  h('div', { class: 'nhsuk-inset-text' }, hidden('Information: '), ...children);

/** What must not be overlooked. */
export const warning = (title: string, ...children: Child[]): HTMLElement =>
  h('div', { class: 'nhsuk-card nhsuk-card--warning' },
    h('div', { class: 'nhsuk-card__content' },
      h('h2', { class: 'nhsuk-card__heading' }, h('span', { role: 'text' }, hidden('Important: '), title)),
      ...children));

/** A step was taken, and went well. */
export const panel = (title: string, text: string): HTMLElement =>
  h('div', { class: 'nhsuk-panel' },
    h('h1', { class: 'nhsuk-panel__title', tabindex: -1 }, title),
    h('div', { class: 'nhsuk-panel__body' }, text));

/** Facts, each with its name. */
export const facts = (rows: [name: string, ...value: Child[]][]): HTMLElement =>
  h('dl', { class: 'nhsuk-summary-list authenticator-facts' }, rows.map(([name, ...value]) =>
    h('div', { class: 'nhsuk-summary-list__row' },
      h('dt', { class: 'nhsuk-summary-list__key' }, name),
      h('dd', { class: 'nhsuk-summary-list__value' }, ...value))));
