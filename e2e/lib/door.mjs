// Coming in and going out by the pages, as a person does in a browser.

export async function enterDetails(window, hand, someone, path) {
  await window.goto('/signin');
  await hand.fill('Email address', someone.address);
  await hand.fill('Password', someone.password);
  await hand.press('Sign in', path);
}

/** The code of the app, where the page asks for it. */
export async function enterCode(hand, someone, path = '/') {
  await hand.fill('6-digit code', await someone.phone.code());
  await hand.press('Continue', path);
}

/** Signs in with password and code. */
export async function enterWithCode(window, hand, someone, path) {
  await enterDetails(window, hand, someone, '/signin/code');
  await enterCode(hand, someone, path);
}

export async function leave(window) {
  await window.goto('/signout');
  await window.page.locator('main').getByRole('button', { name: 'Sign out' }).click();
  await window.page.waitForURL((url) => url.pathname === '/signed-out');
}
