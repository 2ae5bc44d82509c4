// Every page of the portal and of signing in, as a person meets them, mistakes included.
import assert from 'node:assert/strict';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Mouse } from '../lib/hand.mjs';
import { Phone } from '../lib/phone.mjs';
import { eventually } from '../lib/process.mjs';
import { discover, oidc } from '../lib/relying-party.mjs';
import { signIn } from '../lib/signin.mjs';

export async function run({ world, check, chromium, screens }) {
  const window = await Window.open(chromium, { world, screens: screens && `${screens}/portal` });
  const { page } = window;
  const hand = new Mouse(page);
  const someone = world.person('doctor');
  const step = stepsOf(check);
  const said = (text) => page.getByText(text).first().waitFor();
  /** Presses a button that leads back to a page like this one. */
  const send = async (name) => {
    const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await hand.press(name);
    await answered;
    await page.waitForLoadState();
  };
  try {
    await step('what goes wrong at the first page is said there, and what was typed stays', async () => {
      await window.goto('/signin');
      await send('Sign in');
      await window.look('sign-in-nothing-typed');
      await hand.fill('Email address', someone.address);
      await hand.fill('Password', 'not the password at all');
      await send('Sign in');
      await said('There is a problem');
      assert.equal(await page.getByLabel('Email address').inputValue(), someone.address);
      assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
      assert.match(await page.title(), /^Error: /);
      await window.look('sign-in-refused');
    });
    await step('an unknown person and a shared mailbox read the same refusal', async () => {
      const refusals = [];
      for (const address of ['nobody@riverside-surgery.example', world.person('appointments').address, someone.address]) {
        await window.goto('/signin');
        await hand.fill('Email address', address);
        await hand.fill('Password', 'not the password at all');
        await send('Sign in');
        refusals.push(await window.text('.nhsuk-error-summary'));
      }
      assert.equal(new Set(refusals).size, 1, refusals.join(' | '));
    });
    await step('too many wrong tries have to wait, and the page says how long', async () => {
      const address = 'nobody-else@riverside-surgery.example';
      const agent = world.agent();
      for (let tries = 0; tries < 6; tries += 1) {
        await agent.submit(await agent.open(`${world.issuer}/signin`), { address, password: 'guessed again and again' });
      }
      await window.goto('/signin');
      await hand.fill('Email address', address);
      await hand.fill('Password', 'guessed again and again');
      await send('Sign in');
      await said(/Wait \d+ seconds/);
      await window.look('sign-in-too-many-tries');
    });
    await step('the pages of help', async () => {
      await window.goto('/signin/help');
      await said('Riverside IT help desk');
      await window.look('cannot-sign-in');
      await hand.fill('Find who helps in your organisation', 'A81001');
      await hand.press('Find');
      await said('People of Riverside Surgery are helped by:');
      await window.look('cannot-sign-in-organisation');
      await window.goto('/accessibility');
      await window.look('accessibility');
      await window.goto('/signin/activate');
      await window.look('activation');
      await hand.fill('Email address', someone.address);
      await hand.fill('Activation code', 'ABCD-EFGH-JKMN');
      await send('Continue');
      await said('There is a problem');
      await window.look('activation-refused');
    });
    await step('a wrong first code is refused and the key stays the same', async () => {
      await window.goto('/signin');
      await hand.fill('Email address', someone.address);
      await hand.fill('Password', someone.password);
      await hand.press('Sign in', '/profile');
      await hand.press('Set up now', '/profile/self-enrol');
      await hand.press('Confirm', '/profile/self-enrol/method');
      await hand.choose('Another authenticator app');
      await hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/app');
      const key = await window.text('#key');
      await hand.fill('6-digit code', '000000');
      await hand.fill('Name for this app (optional)', 'Tablet in the ward');
      await send('Done');
      await said('There is a problem');
      assert.equal(await window.text('#key'), key);
      assert.equal(await page.getByLabel('Name for this app (optional)').inputValue(), 'Tablet in the ward');
      await window.look('set-up-app-refused');
      await hand.press('I want to set up a different method', '/profile/self-enrol/method');
      await hand.choose('Another authenticator app');
      await hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/app');
      someone.phone = new Phone(await window.text('#key'));
      await hand.fill('6-digit code', await someone.phone.code());
      await hand.fill('Name for this app (optional)', 'Work phone');
      await hand.press('Done', '/profile/self-enrol/done');
      await hand.press('Continue', '/');
    });
    await step('the profile pages', async () => {
      await hand.press('Profile', '/profile');
      await window.look('profile');
      await hand.press('My profile', '/profile/my-profile');
      await said('Riverside Surgery');
      await window.look('my-profile');
      await hand.press('Self-service', '/profile/self-service');
      await window.look('self-service');
      await hand.press('Self-enrol for MFA', '/profile/self-enrol');
      await said('already on');
      await window.look('self-enrol-already');
      await window.goto('/profile/sign-ins');
      await said('Signed in');
      await window.look('recent-sign-ins');
    });
    await step('the only authenticator app cannot be removed', async () => {
      await window.goto('/profile/security-info');
      await window.look('security-info-one-app');
      assert.equal(await page.getByRole('link', { name: /^Remove/ }).count(), 0);
      const rename = await page.getByRole('link', { name: /^Rename/ }).getAttribute('href');
      await window.goto(rename.replace('/rename', '/remove'));
      if (await page.getByRole('button', { name: 'Remove' }).count() > 0) await send('Remove');
      assert.match(await window.text('main'), /only|last|cannot/i);
      await window.look('remove-refused');
    });
    await step('a second app is added, renamed, made the default and removed', async () => {
      await window.goto('/profile/security-info/add');
      await window.look('add-app-begin');
      await send('Continue');
      await window.look('add-app');
      const second = new Phone(await window.text('#key'));
      await hand.fill('6-digit code', '12345');
      await send('Add this app');
      await said('There is a problem');
      await window.look('add-app-refused');
      await hand.fill('6-digit code', await second.code());
      await hand.fill('Name for this app (optional)', 'Tablet');
      await hand.press('Add this app', '/profile/security-info');
      await said('The authenticator app has been added.');
      await window.look('security-info-two-apps');
      await hand.press('Rename Tablet');
      await page.waitForURL(/rename$/);
      await window.look('rename');
      await hand.fill(await page.locator('label').first().innerText(), '');
      await send('Save name');
      await said('There is a problem');
      await window.look('rename-refused');
      await page.locator('#label').fill('Tablet at home');
      await hand.press('Save name', '/profile/security-info');
      await page.getByRole('button', { name: /^Make this the default.*Tablet at home$/ }).click();
      await said('Your default sign-in method has been changed.');
      await page.getByRole('link', { name: 'Remove Tablet at home' }).click();
      await page.waitForURL(/remove$/);
      await window.look('remove');
      someone.second = second;
    });
    await step('the sign-in asks for either of two apps', async () => {
      const other = await window.another(chromium);
      try {
        const there = new Mouse(other.page);
        const begin = async () => {
          await other.goto('/signin');
          await there.fill('Email address', someone.address);
          await there.fill('Password', someone.password);
          await there.press('Sign in', '/signin/code');
        };
        await begin();
        assert.match(await other.text('main'), /Tablet at home/);
        await other.look('code-with-two-apps');
        const withWorkPhone = async () => {
          await there.press('Sign in another way', '/signin/another-way');
          await other.look('another-way');
          await other.page.getByLabel(/Work phone/).check();
          await there.press('Continue', '/signin/code');
          assert.match(await other.text('main'), /Work phone/);
        };
        const refused = async (code, words, name) => {
          await there.fill('6-digit code', code);
          await there.press('Continue');
          await other.page.locator('.nhsuk-error-summary', { hasText: words }).waitFor();
          await other.look(name);
        };
        await withWorkPhone();
        await refused('000000', 'The code is wrong', 'code-wrong');
        const code = await someone.phone.code({ lasting: true });
        await there.fill('6-digit code', code);
        await there.press('Continue', '/');
        await other.goto('/signout');
        await other.page.locator('main').getByRole('button', { name: 'Sign out' }).click();
        await other.page.waitForURL(/signed-out$/);
        await begin();
        await withWorkPhone();
        await refused(code, 'used already', 'code-used');
        await there.fill('6-digit code', await someone.phone.code());
        await there.press('Continue', '/');
      } finally {
        await other.close();
      }
    });
    await step('sessions are listed, and ended one by one and all others at once', async () => {
      await window.goto('/profile/sessions');
      assert.equal(await page.locator('#sessions .nhsuk-card').count(), 2);
      await window.look('sessions-two');
      await page.getByRole('button', { name: /^Sign out.*signed in/ }).first().click();
      await said('The session has been signed out.');
      assert.equal(await page.locator('#sessions .nhsuk-card').count(), 1);
      const agent = world.agent();
      const reached = await signIn(agent, await agent.open(`${world.issuer}/signin`), { ...someone, phone: someone.second });
      assert.equal(reached.url.pathname, '/');
      await window.goto('/profile/sessions');
      await hand.press('Sign out of all other sessions');
      await said('All your other sessions have been signed out.');
      await eventually(async () => assert.equal((await agent.request(`${world.issuer}/session/check`)).status, 401));
    });
    await step('an app is removed', async () => {
      await window.goto('/profile/security-info');
      await page.getByRole('link', { name: 'Remove Tablet at home' }).click();
      await page.waitForURL(/remove$/);
      await hand.press('Remove', '/profile/security-info');
      await said('The authenticator app has been removed.');
      assert.equal(await page.locator('section').count(), 1);
    });
    await step('the password is changed, by the rules', async () => {
      await window.goto('/profile/password');
      await window.look('change-password');
      const change = async (current, password, again) => {
        await hand.fill('Current password', current);
        await hand.fill('New password', password);
        await hand.fill('New password again', again);
        await send('Change password');
      };
      const good = 'gravel sings to 77 otters';
      await change('something else', good, good);
      await said('There is a problem');
      await window.look('change-password-wrong-current');
      await change(someone.password, 'password1', 'password2');
      await said('There is a problem');
      await window.look('change-password-refused');
      await change(someone.password, good, good);
      await said('Your password has been changed.');
      someone.password = good;
      await window.look('password-changed');
    });
    await step('a device is connected', async () => {
      const config = await discover(world, 'web');
      const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid offline_access' });
      await window.goto('/device');
      await window.look('device');
      await page.locator('#user_code').fill('BBBB-BBBB');
      await send('Continue');
      await said('There is a problem');
      await window.look('device-unknown-code');
      await page.locator('#user_code').fill(device.user_code);
      await send('Continue');
      await said('Records viewer');
      await window.look('device-decision');
      await send('Allow');
      await window.look('device-allowed');
      const other = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' });
      await window.goto('/device');
      await page.locator('#user_code').fill(other.user_code);
      await send('Continue');
      await send('Do not allow');
      await window.look('device-refused');
    });
    await step('errors have a code for the help desk', async () => {
      const asking = [
        ['not-found', '/no/such/page', 404],
        ['method-not-allowed', '/profile/sessions/end-others', 405],
        ['application-unknown', '/oauth/authorize?client_id=nobody&response_type=code', 400],
        ['application-wrong-address', '/oauth/authorize?client_id=web&response_type=code&redirect_uri=https%3A%2F%2Fevil.example', 400],
        ['administration-closed', '/admin', 404],
      ];
      for (const [name, address, status] of asking) {
        const answer = await window.goto(address);
        assert.equal(answer.status(), status, address);
        assert.match(await window.text('main'), /Help desk code: [A-Z]+-\d{3}/, address);
        await window.look(`error-${name}`);
      }
      await window.goto('/profile/sessions');
      await page.locator('input[name=form_token]').first().evaluate((field) => {
        field.closest('form').querySelector('[name=form_token]').value = 'forged';
        for (const each of document.querySelectorAll('[name=form_token]')) each.value = 'forged';
      });
      await send('Sign out everywhere');
      await window.look('error-stale');
      assert.match(await window.text('h1'), /out of date/);
      await window.goto('/');
      assert.equal(window.path(), '/', 'a forged form ended the session');
    });
    await step('signing out asks first', async () => {
      await hand.press('Sign out', '/signout');
      await window.look('sign-out');
      await hand.press('Stay signed in', '/');
      await hand.press('Sign out', '/signout');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/\/signed-out$/);
      await window.goto('/profile/security-info');
      assert.equal(window.path(), '/signin');
    });
    await check('no page fails axe-core, is too wide or breaks the security policy', async () => window.verdict(42));
  } finally {
    await window.close();
  }
}
