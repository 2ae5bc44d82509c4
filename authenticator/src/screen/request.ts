// One request: what it is about, the number, and the ways to say no.
import type { Context, Outcome } from '../core/answers';
import { hostOf } from '../core/origin';
import { type Reason, Refusal, Unreachable } from '../core/protocol';
import { duration, moment, wait } from '../core/words';
import { state, type Waiting } from '../state';
import { isGone } from '../store/account';
import { finishAccount } from '../store/accounts';
import { refreshServer, serverOf } from '../sync';
import { type Child, h } from '../view/h';
import { form, input, type Problem, radios } from '../view/fields';
import { button, facts, heading, paragraph, submit, warning } from '../view/parts';
import { type Screen, show } from '../view/stage';
import { over, result } from './result';

const BACK = { text: 'Accounts', href: '#' };

/** Requests whose answer may have arrived although nothing came back. */
const doubtful = new Set<string>();

/** The screen of a request, or what there is to say when it is not there. */
export function request(id: string): Screen {
  const waiting = state.request(id);
  if (waiting !== undefined) return question(waiting);
  return state.asked ? over() : looking(id);
}

function looking(id: string): Screen {
  return {
    title: 'Looking for the request', back: BACK,
    content: [heading('Looking for the request'), paragraph('This takes a moment. Without the internet no request arrives.')],
    changed() {
      if (state.asked || state.request(id) !== undefined) show(request(id));
    },
  };
}

function question(waiting: Waiting): Screen {
  const { asked } = waiting;
  const isEnrolment = asked.purpose === 'enrol';
  const title = isEnrolment ? 'Finish adding this app' : 'Are you signing in?';
  const left = h('p', { id: 'left' });
  const watch = watching(waiting, left);
  const answer = form((values) => watch.answering(() => approve(waiting, String(values.get('number') ?? ''))), 'Sending your answer',
    numberField(asked.digits),
    h('div', { class: 'authenticator-answers' },
      submit('Approve'),
      button('No, it is not me', 'warning', () => { location.hash = `#request/${asked.request}/refuse`; })));
  return {
    title, back: BACK, ...watch.screen,
    content: [
      heading(title),
      asked.shown.known || isEnrolment ? null : unknownBrowser(),
      paragraph(isEnrolment
        ? 'Your answer finishes adding this app to the account. Go on only if it is you who is doing that, now.'
        : 'Somebody is signing in with your account. Approve it only if it is you, and if all of this is right.'),
      about(waiting),
      answer, left,
    ],
  };
}

function numberField(digits: number): HTMLElement {
  const width = digits > 4 ? 10 : 5;
  return input({
    id: 'number', label: 'Type the number shown on the screen where you are signing in', hint: `It has ${digits} digits`,
    attributes: { inputmode: 'numeric', class: `nhsuk-input nhsuk-input--width-${width} nhsuk-input--code nhsuk-input--large` },
  });
}

const unknownBrowser = () => warning('Look closely', paragraph('This browser has not signed in to your account before.'));

/** The screen on which somebody says why it is not them. */
export function refusal(id: string): Screen {
  const waiting = state.request(id);
  if (waiting === undefined) return request(id);
  const left = h('p', { id: 'left' });
  const watch = watching(waiting, left);
  const title = 'Why is it not you?';
  return {
    title, back: { text: 'Back to the request', href: `#request/${id}` }, ...watch.screen,
    content: [
      heading(title),
      form((values) => watch.answering(() => refuse(waiting, values.get('reason') as Reason | null)), 'Sending your report',
        radios('reason', 'Choose what fits best', [
          ['not_started', 'I am not signing in'],
          ['asked_by_somebody', 'Somebody asked me to approve it'],
          ['wrong_details', 'The details are not what I am doing'],
        ]),
        paragraph('Your report stops this sign-in, and tells those who look after security.'),
        submit('Report it')),
      paragraph(h('a', { href: `#request/${id}` }, 'Go back without reporting')),
      left,
    ],
  };
}

/** Follows whether the request is still open, but not while an answer is on its way. */
function watching({ asked, of }: Waiting, left: HTMLElement) {
  let working = false;
  const seconds = () => asked.expiresAt - serverOf(of.bond.origin).now();
  const tick = () => {
    if (seconds() <= 0 && !working) return show(over());
    const text = `You have ${duration(seconds())} to answer.`;
    if (left.textContent !== text) left.textContent = text;
  };
  left.textContent = `You have ${duration(seconds())} to answer.`;
  return {
    async answering(answer: () => Promise<Problem[]>): Promise<Problem[]> {
      working = true;
      return answer().finally(() => { working = false; });
    },
    screen: {
      tick,
      changed() {
        if (!working && state.request(asked.request) === undefined) show(over(doubtful.has(asked.request)));
      },
    },
  };
}

function about({ asked, of }: Waiting): HTMLElement {
  const { application, place, address, browser, at }: Context = asked.shown;
  const server = serverOf(of.bond.origin);
  const whose: Child[] = [of.name, h('br'), of.organisation];
  if (of.bond.origin !== location.origin) whose.push(h('br'), `at ${hostOf(of.bond.origin)}`);
  return facts([
    ['Application', application ?? `Your ${of.service} profile`],
    ['Place', place || 'Not known', h('br'), `network address ${address || 'not known'}`],
    ['Browser', browser ?? 'Not known'],
    ['Time', moment(at, server.now())],
    ['Account', ...whose],
  ]);
}

async function approve(waiting: Waiting, typed: string): Promise<Problem[]> {
  const { asked, of } = waiting;
  const number = typed.replaceAll(/\s/g, '');
  if (number === '') return [{ field: 'number', text: 'Type the number that the other screen shows' }];
  if (!new RegExp(`^[0-9]{${asked.digits}}$`).test(number)) return [{ field: 'number', text: `The number must be ${asked.digits} digits` }];
  return answered(waiting, () => serverOf(of.bond.origin).approve(of.bond.key, asked, number));
}

async function refuse(waiting: Waiting, reason: Reason | null): Promise<Problem[]> {
  const { asked, of } = waiting;
  if (reason === null) return [{ field: 'reason', text: 'Select what fits best' }];
  return answered(waiting, () => serverOf(of.bond.origin).refuse(of.bond.key, asked, reason));
}

async function answered(waiting: Waiting, send: () => Promise<Outcome>): Promise<Problem[]> {
  const { asked, of } = waiting;
  try {
    const outcome = await send();
    if (outcome === 'approved') await finishAccount(of.id);
    show(outcome === 'over' ? over(doubtful.has(asked.request)) : result(outcome, asked, of));
    state.answered(asked.request);
    return [];
  } catch (error) {
    const isRefusal = error instanceof Refusal;
    if (!isRefusal && !(error instanceof Unreachable)) throw error;
    if (!isRefusal || error.word === 'unavailable') doubtful.add(asked.request);
    if (isRefusal) return [{ text: error.word === 'gone' ? await afterGone(waiting) : sentence(error) }];
    return [{ text: `${hostOf(of.bond.origin)} was not reached. Check that you are online, then try again` }];
  }
}

const LATER = 'The server cannot answer now. Try again in a moment';

/** The answer was met with `gone`. What the server says of the account when it is asked anew is what counts. */
async function afterGone({ of }: Waiting): Promise<string> {
  await refreshServer(of.bond.origin);
  const now = state.account(of.id);
  return now === undefined || isGone(now) ? 'This phone is not set up for this account any more. Sign in another way' : LATER;
}

function sentence({ word, wait: seconds }: Refusal): string {
  if (word === 'too_many') return `There were too many tries from your network. Wait ${wait(seconds)}, then try again`;
  if (word === 'unavailable') return LATER;
  return 'The server did not take the answer. Sign in another way, and ask your help desk';
}
