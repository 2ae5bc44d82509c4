// Writing a backup, and reading one.
import { BadBackup, readBackup, writeBackup } from '../core/backup';
import { keepStorage } from '../keep';
import { restoreAccounts, saveableAccounts } from '../store/accounts';
import { state } from '../state';
import { h } from '../view/h';
import { fileInput, form, type Problem, secretInput } from '../view/fields';
import { buttonLink, heading, inset, paragraph, submit } from '../view/parts';
import { type Screen, show } from '../view/stage';

const SHORTEST = 12;
const FILE = 'wardkey-authenticator-backup.json';
const BACK = { text: 'Accounts', href: '#' };

const BAD: Record<BadBackup['word'], Problem> = {
  not_a_backup: { field: 'file', text: 'This file is no backup of this app' },
  weak: { field: 'file', text: 'This backup is too weakly protected to be trusted' },
  too_costly: { field: 'file', text: 'This backup would take too long to open' },
  no_memory: { field: 'file', text: 'This backup needs more memory than this phone gives' },
  wrong_passphrase: {
    field: 'passphrase',
    text: 'The passphrase is not the one of this backup, or the file is damaged. Nothing has changed on this phone',
  },
};

export function backup(): Screen {
  if (!state.accounts.some(({ bond }) => bond.kind !== 'gone')) return nothing();
  return {
    title: 'Back up your accounts', back: BACK,
    content: [
      heading('Back up your accounts'),
      paragraph('The backup is a file that holds your accounts and their codes, encrypted under a passphrase that only you know.'),
      paragraph('On another phone the codes then work at once. Before it gets requests, you show there that it is you.'),
      inset(paragraph('Nobody can open the backup without the passphrase, and we cannot help. Do not keep the two in the same place.')),
      form(save, 'Encrypting. This takes a few seconds',
        secretInput({
          id: 'passphrase', label: 'Passphrase', hint: `At least ${SHORTEST} characters. Several words are easy to remember`,
          attributes: { autocomplete: 'new-password' },
        }),
        secretInput({ id: 'again', label: 'The same passphrase again', attributes: { autocomplete: 'new-password' } }),
        submit('Save the backup')),
    ],
  };
}

const nothing = (): Screen => ({
  title: 'Back up your accounts', back: BACK,
  content: [heading('Back up your accounts'), paragraph('There are no accounts on this phone yet.'), buttonLink('Add an account', '#add')],
});

async function save(values: FormData): Promise<Problem[]> {
  const [passphrase, again] = [String(values.get('passphrase') ?? ''), String(values.get('again') ?? '')];
  if ([...passphrase.normalize('NFC')].length < SHORTEST) {
    return [{ field: 'passphrase', text: `The passphrase must have at least ${SHORTEST} characters` }];
  }
  if (passphrase.normalize('NFC') !== again.normalize('NFC')) return [{ field: 'again', text: 'The two passphrases are not the same' }];
  const accounts = await saveableAccounts();
  download(await writeBackup(accounts, passphrase));
  show({
    title: 'The backup is saved', back: BACK,
    content: [
      heading('The backup is saved'),
      paragraph(`It is the file ${FILE} among your downloads, with ${counted(accounts.length, 'account')}.`),
      paragraph('Keep it where you can get at it without this phone. After you add an account, save a new one.'),
      buttonLink('Go to accounts', '#'),
    ],
  });
  return [];
}

function download(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  h('a', { href: address, download: FILE }).click();
  // The browser reads it in its own time.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export const restore = (): Screen => ({
  title: 'Restore a backup', back: BACK,
  content: [
    heading('Restore a backup'),
    paragraph('Choose the backup file and type its passphrase. Accounts that are on this phone already stay as they are.'),
    form(open, 'Opening the backup. This takes a few seconds',
      fileInput({ id: 'file', label: 'Backup file', hint: `It is called ${FILE}`, attributes: { accept: '.json,application/json' } }),
      secretInput({ id: 'passphrase', label: 'Passphrase', attributes: { autocomplete: 'off' } }),
      submit('Restore')),
  ],
});

async function open(values: FormData): Promise<Problem[]> {
  const [file, passphrase] = [values.get('file'), String(values.get('passphrase') ?? '')];
  const problems: Problem[] = [];
  if (!(file instanceof File) || file.size === 0) problems.push({ field: 'file', text: 'Choose the backup file' });
  if (passphrase === '') problems.push({ field: 'passphrase', text: 'Type the passphrase of the backup' });
  if (problems.length > 0 || !(file instanceof File)) return problems;
  try {
    const outcome = await restoreAccounts(await readBackup(await file.text(), passphrase));
    void keepStorage();
    show(restored(outcome));
    return [];
  } catch (error) {
    if (error instanceof BadBackup) return [BAD[error.word]];
    throw error;
  }
}

const restored = ({ restored: fresh, kept }: { restored: number; kept: number }): Screen => ({
  title: 'The backup is restored', back: BACK,
  content: [
    heading('The backup is restored'),
    paragraph(`${counted(fresh, 'account')} ${fresh === 1 ? 'was' : 'were'} added.`,
      kept > 0 ? ` ${counted(kept, 'account')} ${kept === 1 ? 'was' : 'were'} on this phone already.` : null),
    fresh > 0 ? paragraph('Their codes work now. Accounts that need verifying say so.') : null,
    buttonLink('Go to accounts', '#'),
  ],
});

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
