// NHS Care Identity in place of showing the card to us: linked and used through an independent, certified OpenID provider.
import assert from 'node:assert/strict';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Mouse } from '../lib/hand.mjs';

const ENROL = 'Click me to enrol for Multi-Factor Authentication';
const GO = 'Continue to NHS Care Identity';

export async function run({ world, check, chromium, screens }) {
  const step = stepsOf(check);
  const album = screens && `${screens}/care-identity`;
  const provider = world.careIdentity;

  await step('the provider knows us by the key that we publish', async () => {
    const answer = await world.fetch()(`${world.issuer}/care-identity/jwks`);
    const jwks = await answer.json();
    assert.deepEqual(jwks.keys.map(({ kid, alg, d }) => [kid, alg, d]), [['e2e-1', 'RS512', undefined]]);
    provider.tell('register', { client: {
      client_id: 'wardkey',
      redirect_uris: [`${world.issuer}/care-identity/callback`],
      jwks,
      token_endpoint_auth_signing_alg: 'RS512',
      id_token_signed_response_alg: 'RS256',
    } });
    await provider.hears(({ event }) => event === 'registered');
  });

  /** A browser of somebody who has typed their password, as far as `path`. */
  async function entered(someone, path) {
    const window = await Window.open(chromium, { world, screens: album });
    const hand = new Mouse(window.page);
    await window.goto('/signin');
    await hand.fill('Email address', someone.address);
    await hand.fill('Password', someone.password);
    await hand.press('Sign in', path);
    return { window, hand };
  }

  async function toLinking(someone) {
    const { window, hand } = await entered(someone, '/profile');
    await window.goto('/profile/self-enrol');
    await hand.press('Confirm', '/profile/self-enrol/method');
    await hand.choose('Smartcard');
    await hand.press(ENROL, '/profile/self-enrol/card');
    return { window, hand };
  }

  const refused = async ({ page }, code) => {
    await page.getByText(code).first().waitFor();
  };

  const someone = world.person('care-coordinator');
  await step('a card that was shown there is linked at the first sign-in', async () => {
    const { window, hand } = await toLinking(someone);
    await window.look('link');
    await hand.press(GO, '/profile/self-enrol/done');
    await window.close();
  });
  await step('the next sign-in goes there and comes back', async () => {
    const { window, hand } = await entered(someone, '/signin/card');
    await window.look('sign-in');
    await hand.press(GO, '/');
    await window.goto('/profile/security-info');
    await window.page.getByText('Smartcard').first().waitFor();
    await window.close();
  });
  await step('somebody else cannot link the same card: SIGNIN-063', async () => {
    const { window, hand } = await toLinking(world.person('school-nurse'));
    await hand.press(GO);
    await refused(window, 'SIGNIN-063');
    await window.close();
  });
  await step('another person there does not sign in here: SIGNIN-062', async () => {
    provider.tell('manners', { change: { account: 'person-2', uid: '910000000002' } });
    const { window, hand } = await entered(someone, '/signin/card');
    await hand.press(GO);
    await refused(window, 'SIGNIN-062');
    await window.close();
  });
  await step('a sign-in there without the card counts for nothing: SIGNIN-065', async () => {
    provider.tell('manners', { change: { account: 'person-1', uid: '910000000001', acr: 'AAL1_USERPASS' } });
    const { window, hand } = await entered(someone, '/signin/card');
    await hand.press(GO);
    await refused(window, 'SIGNIN-065');
    await window.look('refused');
    await hand.press('Try again', '/signin/card');
    await window.close();
    provider.tell('manners', { change: { acr: 'AAL3_ANY' } });
  });
  await step('an answer that somebody else brings, or that nobody asked for, leads to the sign-in', async () => {
    for (const query of ['', '?state=AAAA&code=x', '?error=access_denied']) {
      const answer = await world.fetch()(`${world.issuer}/care-identity/callback${query}`, { redirect: 'manual' });
      assert.equal(answer.status, 303, query);
      assert.match(answer.headers.get('location'), /^\/signin/);
    }
  });
}
