// Adding an account: by the link or QR code of a server, or by the key of another service.
import { Unreadable } from '../core/answers';
import { type BadLink, type Link, printable, readLink } from '../core/link';
import { hostOf } from '../core/origin';
import { LONGEST_DEVICE, makeKey, Refusal, Unreachable } from '../core/protocol';
import { USUAL } from '../core/totp';
import { wait } from '../core/words';
import { keepStorage } from '../keep';
import { insertAccount } from '../store/accounts';
import { refresh, serverOf } from '../sync';
import { form, input, type Problem } from '../view/fields';
import { isApple, isInstalled } from '../view/install';
import { heading, inset, paragraph, submit } from '../view/parts';
import { say, type Screen } from '../view/stage';
import { camera } from './camera';

const BAD: Record<BadLink, string> = {
  empty: 'Scan the QR code, or paste the link from the page',
  unknown: 'This is no link or code for this app. Copy the whole link from the page that shows the QR code',
  not_https: 'This link is not safe: it must begin with https://',
  counter: 'This key makes codes by counting. This app only makes codes that change with the time',
  bad_key: 'The key in this link is damaged. Copy it again',
  unusual: 'This key makes codes of a kind that this app cannot show',
};

const TROUBLE = 'Draw a new QR code on the page, then try again';

/** What was in the app's own address when it was opened. */
let prefilled = '';

export const prefill = (link: string): void => { prefilled = link; };

export function add(): Screen {
  const given = prefilled;
  prefilled = '';
  const field = input({
    id: 'link', label: 'Link or code from the page', hint: 'It stands below the QR code. The key of another service begins with otpauth://',
    attributes: { autocapitalize: 'none', inputmode: 'url' },
  }, given);
  const box = field.querySelector('input');
  const send = submit('Add account');
  const scanner = camera((text) => {
    if (box) box.value = text;
    say('The QR code is read');
    send.focus();
  });
  return {
    title: 'Add an account', back: { text: 'Accounts', href: '#' },
    leave: scanner.stop,
    content: [
      heading('Add an account'),
      given === ''
        ? paragraph('Open the page that shows a QR code for this app. In Wardkey it is in Security info, or comes up while you sign in.')
        : paragraph('The link is filled in. Give this phone a name and add the account.'),
      given !== '' && isApple() && !isInstalled()
        ? inset(paragraph('If Wardkey Authenticator is on your Home Screen, open it there and paste this link: ',
          'what you add here is not in that app.')) : null,
      given === '' ? scanner.element : null,
      form((values) => submitted(String(values.get('link') ?? ''), String(values.get('device') ?? '')), 'Adding the account',
        field,
        input({
          id: 'device', label: 'Name for this phone', hint: 'By this you know it in your Security info. Other services do not see it', width: 20,
          attributes: { maxlength: String(LONGEST_DEVICE) },
        }, 'My phone'),
        send),
    ],
  };
}

async function submitted(text: string, device: string): Promise<Problem[]> {
  const link = readLink(text, location.origin);
  if (typeof link === 'string') return [{ field: 'link', text: BAD[link] }];
  if (link.kind === 'key') return keep(link);
  const name = printable(device).trim();
  if (name === '') return [{ field: 'device', text: 'Give this phone a name' }];
  if ([...name].length > LONGEST_DEVICE) return [{ field: 'device', text: `The name must have ${LONGEST_DEVICE} characters at most` }];
  return enrol(link, name);
}

async function keep({ service, name, secret, rule }: Extract<Link, { kind: 'key' }>): Promise<Problem[]> {
  await insertAccount({ service, name, secret, rule, organisation: '', label: '', bond: { kind: 'foreign' } });
  void keepStorage();
  location.hash = '';
  say('The account is added');
  return [];
}

async function enrol({ origin, code }: Extract<Link, { kind: 'enrol' }>, device: string): Promise<Problem[]> {
  try {
    const pair = await makeKey();
    const { account, vapid, ...words } = await serverOf(origin).register(code, device, pair);
    const bond = { kind: 'bound', origin, account, key: pair.privateKey, vapid, finished: false, endpoint: null } as const;
    await insertAccount({ ...words, rule: USUAL, label: '', bond });
    void keepStorage();
    location.hash = '';
    say('One step is left: type the number that the page shows');
    void refresh();
    return [];
  } catch (error) {
    return [{ field: 'link', text: sentence(error, origin) }];
  }
}

function sentence(error: unknown, origin: string): string {
  if (error instanceof Unreachable) return `${hostOf(origin)} was not reached. Check that you are online, then try again`;
  if (error instanceof Unreadable) return `${hostOf(origin)} did not answer as it should. ${TROUBLE}`;
  if (!(error instanceof Refusal)) throw error;
  if (error.word === 'not_accepted') return `This link does not work: it is wrong, was used before, or is older than 10 minutes. ${TROUBLE}`;
  if (error.word === 'too_many') return `There were too many tries from your network. Wait ${wait(error.wait)}, then try again`;
  if (error.word === 'unavailable') return 'The server cannot answer now. Try again in a moment';
  return `The server did not take this link. ${TROUBLE}`;
}
