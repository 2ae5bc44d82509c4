// An administrator begins with an activation code, and helps a person with their account.
import assert from 'node:assert/strict';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Mouse } from '../lib/hand.mjs';
import { Phone } from '../lib/phone.mjs';
import { runInBackground } from '../lib/process.mjs';
import { signIn } from '../lib/signin.mjs';

const TOKEN = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** What the token of a minute shows at a moment, as Debian's oathtool reckons it. */
async function tokenCode(at) {
  const moment = new Date(at).toISOString().replace('T', ' ').replace(/\.\d+Z/, ' UTC');
  const options = ['--totp=sha256', '--time-step-size=60s', '--base32', '--now', moment, TOKEN];
  return (await runInBackground('oathtool', options)).trim();
}

export async function run({ world, check, chromium, screens }) {
  const window = await Window.open(chromium, { world, screens: screens && `${screens}/administrator` });
  const { page } = window;
  const hand = new Mouse(page);
  const me = world.administrator;
  const other = world.person('counter-assistant');
  const step = stepsOf(check);
  const said = (text) => page.getByText(text).first().waitFor();
  const send = async (name) => {
    const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await hand.press(name);
    await answered;
    await page.waitForLoadState();
  };
  const theirs = world.agent();
  const theyAreIn = async () => (await theirs.request(`${world.issuer}/session/check`)).status === 204;
  const theySignIn = async () => signIn(theirs, await theirs.open(`${world.issuer}/signin`), other);
  let account;

  /** Does something to the person's account, giving a reason. */
  const act = async (deed, button, of = account) => {
    await window.goto(of);
    await hand.press(deed);
    await page.waitForURL(/\/admin\/people\/[^/]+\/[a-z-]+$/);
    await window.look(new URL(page.url()).pathname.split('/').at(-1));
    await hand.fill('Reason', 'Asked for at the desk, identity card seen');
    await send(button);
  };
  try {
    await step('the activation code of create-admin leads to a password of their own', async () => {
      await window.goto('/signin');
      await hand.press('Use an activation code', '/signin/activate');
      await hand.fill('Email address', me.address);
      await hand.fill('Activation code', me.activation);
      await hand.press('Continue', '/signin/new-password');
      await window.look('new-password');
      for (const [password, again] of [['administrator1', 'administrator1'], [me.nextPassword, 'another one 55 here']]) {
        await hand.fill('New password', password);
        await hand.fill('New password again', again);
        await send('Set password');
        await said('There is a problem');
        await window.look(`new-password-refused-${password === again ? 'rules' : 'differ'}`);
      }
      await hand.fill('New password', me.nextPassword);
      await hand.fill('New password again', me.nextPassword);
      await hand.press('Set password', '/profile');
    });
    await step('the administrator enrols before anything else opens', async () => {
      await window.goto('/admin');
      assert.equal(window.path(), '/profile');
      await hand.press('Set up now', '/profile/self-enrol');
      await hand.press('Confirm', '/profile/self-enrol/method');
      await hand.choose('Another authenticator app');
      await hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/app');
      me.phone = new Phone(await window.text('#key'));
      await hand.fill('6-digit code', await me.phone.code());
      await hand.press('Done', '/profile/self-enrol/done');
      await hand.press('Continue', '/');
      await window.look('home');
    });
    await step('the activation code works once', async () => {
      const agent = world.agent();
      const first = await agent.open(`${world.issuer}/signin/activate`);
      const answer = await agent.submit(first, { address: me.address, code: me.activation });
      assert.match(answer.text, /There is a problem/);
    });
    await step('a person is found by name or address', async () => {
      assert.equal((await theySignIn()).url.pathname, '/');
      await hand.press('Administration', '/admin');
      await window.look('find');
      await hand.fill('Name or email address', 'nobody-of-that-name');
      await hand.press('Search');
      await said('Nobody whom you look after');
      await window.look('found-nobody');
      await hand.fill('Name or email address', 'counter');
      await hand.press('Search');
      await said(other.address);
      await window.look('found');
      await page.getByRole('link', { name: other.name }).click();
      await page.waitForURL(/\/admin\/people\/[^/?]+$/);
      account = new URL(page.url()).pathname;
      await window.look('account');
    });
    await step('a deed needs a reason', async () => {
      await hand.press('Sign them out everywhere');
      await page.waitForURL(/end-sessions$/);
      await send('Sign them out');
      await said('There is a problem');
      await window.look('end-sessions-without-reason');
      assert(await theyAreIn());
    });
    await step('their sessions are ended', async () => {
      await act('Sign them out everywhere', 'Sign them out');
      await said('The person has been signed out everywhere.');
      assert.equal(await theyAreIn(), false);
    });
    await step('what-if explains the prompt that they just saw in the words of their history', async () => {
      await theySignIn();
      await window.goto(account);
      await hand.press('Why they were asked, or not');
      await page.waitForURL(/\/sign-ins$/);
      await window.look('why-they-were-asked');
      const [newest] = await page.locator('tbody tr').allInnerTexts();
      assert.match(newest, /Prompted/);
      const why = 'the standard baseline always asks for two factors';
      assert(newest.includes(why), newest);
      await hand.press('What if: try another sign-in', '/admin/what-if');
      await hand.fill('Email address of the person', other.address);
      await hand.press('Ask');
      await page.waitForURL((url) => url.searchParams.has('account'));
      await window.look('what-if');
      const answer = await window.text('.wardkey-answer');
      for (const words of [why, 'is asked for a second way to sign in']) assert(answer.includes(words), answer);
    });
    await step('a temporary password has to be changed at the next sign-in', async () => {
      await act('Set a temporary password', 'Set a temporary password');
      const temporary = await window.text('.wardkey-key');
      await window.look('temporary-password-shown');
      const early = world.agent();
      const refused = await early.submit(await early.open(`${world.issuer}/signin`), { address: other.address, password: other.password });
      assert.match(refused.text, /There is a problem/, 'the old password still works');
      Object.assign(other, { password: temporary, nextPassword: 'seven kites over 12 barns' });
      const reached = await theySignIn();
      assert.equal(reached.url.pathname, '/');
      assert(theirs.trace.includes('POST /signin/new-password 303'), 'no new password was asked for');
      other.password = other.nextPassword;
    });
    await step('they are made to enrol again', async () => {
      await act('Make them enrol again', 'Remove their sign-in methods');
      await said('The person will be asked to enrol again at their next sign-in.');
      assert.equal(await theyAreIn(), false);
      other.phone = null;
      assert.equal((await theySignIn()).url.pathname, '/');
      assert.notEqual(other.phone, null, 'they were not asked to enrol');
    });
    await step('a disabled account is signed out and cannot sign in; an enabled one can', async () => {
      await act('Disable the account', 'Disable the account');
      await said('The account has been disabled.');
      await window.look('account-disabled');
      assert.equal(await theyAreIn(), false);
      const watched = await window.another(chromium);
      try {
        const there = new Mouse(watched.page);
        await watched.goto('/signin');
        await there.fill('Email address', other.address);
        await there.fill('Password', other.password);
        await there.press('Sign in');
        await watched.page.getByText('Help desk code').first().waitFor();
        await watched.look('sign-in-of-disabled');
      } finally {
        await watched.close();
      }
      await act('Enable the account', 'Enable the account');
      await said('The account has been enabled.');
      assert.equal((await theySignIn()).url.pathname, '/');
    });
    await step('nobody looks after themselves, and a mailbox has nothing to look after', async () => {
      await window.goto(`/admin?q=${encodeURIComponent(me.address)}`);
      await page.getByRole('link', { name: me.name, exact: true }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await window.look('account-of-myself');
      assert.equal(await page.getByRole('link', { name: 'Set a temporary password' }).count(), 0);
      await window.goto('/admin?q=appointments');
      await page.getByRole('link', { name: world.person('appointments').name }).click();
      await said('Nobody signs in to this mailbox');
      await window.look('account-of-a-mailbox');
    });
    await step('a local administrator enrols by an activation code and does not see another organisation', async () => {
      const local = world.person('practice-manager');
      world.wardkey('create-admin', local.address, '--organisation', 'A81001', '--role', 'local-administrator');
      await window.goto(`/admin?q=${encodeURIComponent(local.address)}`);
      await page.getByRole('link', { name: local.name }).click();
      await page.waitForURL(/\/admin\/people\/[^/?]+$/);
      const theirAccount = new URL(page.url()).pathname;
      await window.look('account-with-a-role');
      await act('Make them enrol again', 'Remove their sign-in methods', theirAccount);
      local.activation = await window.text('.wardkey-key');
      await window.look('activation-code-shown');
      const watched = await window.another(chromium);
      try {
        const there = new Mouse(watched.page);
        await watched.goto('/signin');
        await there.fill('Email address', local.address);
        await there.fill('Password', local.password);
        await there.press('Sign in', '/signin/activate');
        await watched.look('activation-of-a-privileged-account');
      } finally {
        await watched.close();
      }
      const agent = world.agent();
      let reached = await signIn(agent, await agent.open(`${world.issuer}/signin`), local);
      assert.equal(reached.url.pathname, '/');
      reached = await agent.open(`${world.issuer}/admin?q=nurse`);
      assert.match(reached.text, /nurse@(<wbr>)?riverside-surgery\.example/);
      reached = await agent.open(`${world.issuer}/admin?q=counter`);
      assert.doesNotMatch(reached.text, /counter-assistant@/);
      assert.equal((await agent.request(`${world.issuer}${account}`)).status, 404);
      assert.equal((await agent.request(`${world.issuer}${account}/disable`)).status, 404);
    });
    const optician = world.person('optician');
    await step('a file of hardware tokens is handed in, and what is wrong with it is said by line', async () => {
      await window.goto('/admin');
      await hand.press('Take hardware tokens in', '/admin/tokens');
      await window.look('import-tokens');
      await hand.fill('ODS code of the organisation', optician.organisation);
      await send('Take them in');
      await said('Choose the file of the maker');
      await window.look('import-tokens-no-file');
      const rows = [
        'upn,serial number,secret key,time interval,manufacturer,model,hash function',
        `${optician.address},E2E-1,${TOKEN},60,Contoso,HardwareKey,HMACSHA256`,
        'nobody@nowhere.example,E2E-2,short,45,Contoso,HardwareKey,',
      ];
      const file = { name: 'tokens.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${rows.join('\r\n')}\r\n`) };
      await page.getByLabel('File', { exact: true }).setInputFiles(file);
      await send('Take them in');
      await said('1 new');
      await said('It must be 30 or 60, in seconds');
      await window.look('imported-tokens');
    });
    await step('its owner activates it by a code, and signs in with it', async () => {
      const watched = await window.another(chromium);
      const there = new Mouse(watched.page);
      try {
        const toCode = async () => {
          await watched.goto('/signin');
          await there.fill('Email address', optician.address);
          await there.fill('Password', optician.password);
        };
        await toCode();
        await there.press('Sign in', '/profile');
        await watched.goto('/profile/self-enrol');
        await there.press('Confirm', '/profile/self-enrol/method');
        await there.choose('Hardware token');
        await there.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/token');
        await watched.look('enrol-token');
        const now = Date.now() - 60_000;
        await there.fill('6-digit code', await tokenCode(now));
        await there.press('Activate it', '/profile/self-enrol/done');
        await watched.goto('/signout');
        await watched.page.locator('main').getByRole('button', { name: 'Sign out' }).click();
        await watched.page.waitForURL((url) => url.pathname === '/signed-out');
        await toCode();
        await there.press('Sign in', '/signin/code');
        await watched.look('token-code');
        await there.fill('6-digit code', await tokenCode(now + 60_000));
        await there.press('Continue', '/');
      } finally {
        await watched.close();
      }
    });
    await check('no page fails axe-core, is too wide or breaks the security policy', async () => window.verdict(24));
  } finally {
    await window.close();
  }
}
