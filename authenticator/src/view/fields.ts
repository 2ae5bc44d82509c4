// Forms: fields, and what is wrong with them, in the pattern of the NHS design system.
import { type Child, h, hidden } from './h';
import { button } from './parts';
import { titled } from './stage';

export type Field = { id: string; label: string; hint?: string; attributes?: Record<string, string | boolean>; width?: number };

const group = (id: string, ...children: Child[]) => h('div', { class: 'nhsuk-form-group', 'data-field': id }, ...children);

const described = (field: Field) => (field.hint ? `${field.id}-hint` : null);

const lead = ({ id, label, hint }: Field): Child[] => [
  h('label', { class: 'nhsuk-label nhsuk-label--s', for: id }, label),
  hint ? h('div', { class: 'nhsuk-hint', id: `${id}-hint` }, hint) : null,
];

export function input(field: Field, value = ''): HTMLElement {
  const width = field.width ? ` nhsuk-input--width-${field.width}` : '';
  return group(field.id, lead(field), h('input', {
    class: `nhsuk-input${width}`, id: field.id, name: field.id, type: 'text', value, 'aria-describedby': described(field),
    autocomplete: 'off', spellcheck: 'false', ...field.attributes,
  }));
}

export function fileInput(field: Field): HTMLElement {
  const whole = group(field.id, lead(field), h('input', {
    class: 'nhsuk-file-upload__input', id: field.id, name: field.id, type: 'file', 'aria-describedby': described(field), ...field.attributes,
  }));
  whole.classList.add('nhsuk-file-upload');
  return whole;
}

/** A field whose text can be shown and hidden. */
export function secretInput(field: Field): HTMLElement {
  const box = h('input', {
    class: 'nhsuk-input nhsuk-password-input__input', id: field.id, name: field.id, type: 'password', spellcheck: 'false',
    autocapitalize: 'none', 'aria-describedby': described(field), ...field.attributes,
  });
  const toggle = button('Show', 'secondary small', () => {
    const isShown = box.type === 'text';
    box.type = isShown ? 'password' : 'text';
    toggle.replaceChildren(isShown ? 'Show' : 'Hide', hidden(` ${field.label.toLowerCase()}`));
  }, { 'aria-controls': field.id });
  toggle.classList.add('nhsuk-password-input__toggle');
  toggle.append(hidden(` ${field.label.toLowerCase()}`));
  const whole = group(field.id, lead(field), h('div', { class: 'nhsuk-input-wrapper' }, box, toggle));
  whole.classList.add('nhsuk-password-input');
  return whole;
}

export const radios = (name: string, legend: string, choices: [value: string, text: string][]): HTMLElement =>
  group(name, h('fieldset', { class: 'nhsuk-fieldset' },
    h('legend', { class: 'nhsuk-fieldset__legend nhsuk-fieldset__legend--m' }, legend),
    h('div', { class: 'nhsuk-radios' }, choices.map(([value, text], index) => {
      // The first has the field's own name as its identifier: there the summary of errors leads.
      const id = index === 0 ? name : `${name}-${index + 1}`;
      return h('div', { class: 'nhsuk-radios__item' },
        h('input', { class: 'nhsuk-radios__input', type: 'radio', id, name, value }),
        h('label', { class: 'nhsuk-label nhsuk-radios__label', for: id }, text));
    }))));

/** What is wrong: a sentence for a field, or for the whole. */
export type Problem = { field?: string; text: string };

/**
 * A form that `send` handles; what `send` returns is what is wrong. While it is at work the form takes no second press,
 * and `busy` is said.
 */
export function form(send: (values: FormData) => Promise<Problem[]>, busy: string, ...children: Child[]): HTMLFormElement {
  let working = false;
  const state = h('p', { class: 'authenticator-busy', role: 'status' });
  const whole = h('form', {
    novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      if (working) return;
      working = true;
      clear(whole);
      state.textContent = busy;
      send(new FormData(whole)).catch((error: unknown) => {
        console.warn('form:', error);
        return [{ text: 'Something went wrong in the app. Try again, or close the app and open it anew' }];
      }).then((problems) => {
        if (whole.isConnected && problems.length > 0) show(whole, problems);
      }).finally(() => {
        working = false;
        state.textContent = '';
      });
    },
  }, ...children, state);
  return whole;
}

function clear(whole: HTMLFormElement): void {
  whole.parentElement?.querySelector('.nhsuk-error-summary')?.remove();
  for (const field of whole.querySelectorAll('.nhsuk-form-group--error')) {
    field.classList.remove('nhsuk-form-group--error');
    field.querySelector('.nhsuk-error-message')?.remove();
    for (const box of field.querySelectorAll('input')) {
      box.classList.remove('nhsuk-input--error');
      const error = `${field.getAttribute('data-field')}-error`;
      const kept = (box.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id !== error).join(' ');
      if (kept === '') box.removeAttribute('aria-describedby');
      else box.setAttribute('aria-describedby', kept);
    }
  }
  titled();
}

function show(whole: HTMLFormElement, problems: Problem[]): void {
  for (const { field, text } of problems) {
    const place = field === undefined ? null : whole.querySelector(`[data-field="${field}"]`);
    if (!place || field === undefined) continue;
    const message = h('span', { class: 'nhsuk-error-message', id: `${field}-error` }, hidden('Error: '), text);
    const box = place.querySelector('input');
    place.classList.add('nhsuk-form-group--error');
    (place.querySelector('.nhsuk-radios, .nhsuk-input-wrapper, .nhsuk-input, .nhsuk-file-upload__input') ?? place).before(message);
    if (box?.classList.contains('nhsuk-input')) box.classList.add('nhsuk-input--error');
    box?.setAttribute('aria-describedby', [box.getAttribute('aria-describedby'), message.id].filter(Boolean).join(' '));
  }
  const summary = h('div', { class: 'nhsuk-error-summary', tabindex: -1 },
    h('div', { role: 'alert' },
      h('h2', { class: 'nhsuk-error-summary__heading' }, 'There is a problem'),
      h('div', { class: 'nhsuk-error-summary__body' },
        h('ul', { class: 'nhsuk-list nhsuk-error-summary__list' }, problems.map(({ field, text }) =>
          h('li', {}, field === undefined ? text : h('a', { href: `#${field}`, onclick: (event) => focusOn(field, event) }, text)))))));
  whole.parentElement?.prepend(summary);
  titled('Error: ');
  summary.focus();
}

/** The part behind the `#` is the screen's name here, so a link to a field is followed by hand. */
function focusOn(field: string, event: Event): void {
  event.preventDefault();
  document.getElementById(field)?.focus();
}
