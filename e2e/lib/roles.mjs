// People with a role: how they begin, and find whom they look after.
import assert from 'node:assert/strict';
import { shown } from './people.mjs';
import { signIn } from './signin.mjs';

/** Somebody with `role` for `organisation`, and the code that they begin with. */
export async function makeAdministrator(world, name, { organisation = 'RAA', role = 'tenant-administrator' } = {}) {
  const address = `${name}@riverside-hospital.example`;
  const gains = ['--organisation', organisation, '--role', role, '--name', shown(name)];
  const told = await world.wardkeyInBackground('create-admin', address, ...gains);
  const password = 'lanterns drift past 63 harbours';
  const [, activation] = told.match(/activation code: (\S+)/);
  return { address, activation, password, nextPassword: password, name: shown(name), phone: null, clock: world.clock };
}

/** The same, who has set a password and an app up. */
export async function administratorWithApp(world, name, role) {
  const made = await makeAdministrator(world, name, role);
  await setUp(world, made, '/signin/activate');
  return made;
}

/** Sets up what `someone` lacks to sign in; they begin at `path`. */
export async function setUp(world, someone, path = '/signin') {
  const agent = world.agent();
  const reached = await signIn(agent, await agent.open(`${world.issuer}${path}`), someone);
  assert.equal(reached.url.pathname, '/', `${someone.address} is not in: ${agent.trace.slice(-5)}`);
}

/** Sets the password and enrols the key that is plugged in: whoever changes anybody's account has just shown a factor. */
export async function beginWithKey(window, hand, me) {
  await window.goto('/signin/activate');
  await hand.fill('Email address', me.address);
  await hand.fill('Activation code', me.activation);
  await hand.press('Continue', '/signin/new-password');
  await hand.fill('New password', me.password);
  await hand.fill('New password again', me.password);
  await hand.press('Set password', '/profile');
  await window.goto('/profile/self-enrol');
  await hand.press('Confirm', '/profile/self-enrol/method');
  await hand.choose('Security key or passkey');
  await hand.press('Click me to enrol for Multi-Factor Authentication', '/profile/self-enrol/key');
  await hand.press('Set it up', '/profile/self-enrol/done');
}

/** Finds a person; gives the path of their account. */
export async function find(window, hand, { address, name }) {
  await window.goto('/admin');
  await hand.fill('Name or email address', address);
  await hand.press('Search');
  await window.page.waitForURL((url) => url.searchParams.has('q'), { waitUntil: 'load' });
  await hand.press(name);
  await window.page.waitForURL(/\/admin\/people\/[^/?]+$/);
  return window.path();
}
