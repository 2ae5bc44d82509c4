// What became of a request.
import type { OpenRequest, Outcome } from '../core/answers';
import type { BoundAccount } from '../store/account';
import type { Child } from '../view/h';
import { buttonLink, heading, link, panel, paragraph } from '../view/parts';
import type { Screen } from '../view/stage';

const onward = (): Child => buttonLink('Go to accounts', '#');

export function result(outcome: Exclude<Outcome, 'over'>, asked: OpenRequest, of: BoundAccount): Screen {
  switch (outcome) {
    case 'approved':
      return asked.purpose === 'enrol' ? added(of) : approved();
    case 'wrong_number':
      return wrongNumber();
    case 'refused':
      return refused();
  }
}

const approved = (): Screen => ({
  title: 'Approved',
  content: [panel('Approved', 'You can go on at the other screen'), onward()],
});

const added = (of: BoundAccount): Screen => ({
  title: 'The app is added',
  content: [
    panel('The app is added', 'You can go on at the other screen'),
    of.bond.origin === location.origin
      ? paragraph(link('Turn on notifications', `#account/${of.id}`), ' to hear of a sign-in while this app is closed.') : null,
    paragraph(link('Make a backup', '#backup'), ' to keep your codes if you lose this phone.'),
    onward(),
  ],
});

const wrongNumber = (): Screen => ({
  title: 'That was not the number',
  content: [
    heading('That was not the number'),
    paragraph('The sign-in has not gone on. If it is you who is signing in, ask again there: the other screen then shows another number.'),
    paragraph('If it is not you, somebody may know your password. Change it, and tell your help desk.'),
    onward(),
  ],
});

const refused = (): Screen => ({
  title: 'Thank you',
  content: [
    heading('Thank you. We have stopped that sign-in'),
    paragraph('Those who look after security hear of it. You need to do nothing else here.'),
    paragraph('Change your password if you think somebody knows it.'),
    onward(),
  ],
});

/** `isDoubtful` when an answer was sent before and nothing came back. */
export const over = (isDoubtful = false): Screen => ({
  title: 'That request is over',
  content: [
    heading('That request is over'),
    isDoubtful
      ? paragraph('An answer that you sent before may have arrived. Look at the other screen to see how it stands.')
      : paragraph('It was too old, was taken back, or was answered before. Nothing has changed.'),
    paragraph('If you are signing in, ask again at the other screen.'),
    onward(),
  ],
});
