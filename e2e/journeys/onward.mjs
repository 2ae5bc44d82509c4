// An application that sends its people on to another origin at once: a browser with our security policy must follow.
import assert from 'node:assert/strict';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { Mouse } from '../lib/hand.mjs';
import { eventually } from '../lib/process.mjs';
import { discover, oidc, request } from '../lib/relying-party.mjs';
import { signIn } from '../lib/signin.mjs';

const WAYS = [
  { way: 'with JavaScript', role: 'phlebotomist', javaScriptEnabled: true },
  { way: 'without JavaScript', role: 'counsellor', javaScriptEnabled: false },
];

export async function run({ world, check, chromium, screens }) {
  await Promise.all(WAYS.map((way) => thereAndBack({ world, check, chromium, screens, ...way })));
}

async function thereAndBack({ world, check, chromium, screens, way, role, javaScriptEnabled }) {
  const { relay } = world;
  const step = stepsOf(check);
  const someone = world.person(role);
  const config = await discover(world, 'relay');
  const folder = screens && javaScriptEnabled ? `${screens}/onward` : undefined;
  const window = await Window.open(chromium, { world, screens: folder, javaScriptEnabled });
  const { page } = window;
  const hand = new Mouse(page);
  const arrive = () => page.waitForURL(relay.arrived);
  const answerTo = ({ checks }) => relay.got.find(({ parameters }) => parameters.get('state') === checks.expectedState);
  let tokens;
  try {
    await step(`${way}, a code leads through the application to where it sends people`, async () => {
      // The phone is set up elsewhere: what is tried here is the form that ends at an application.
      const agent = world.agent();
      await signIn(agent, await agent.open(world.issuer), someone);
      const asked = await request(config, relay.callback);
      await page.goto(asked.url.href);
      await hand.fill('Email address', someone.address);
      await hand.fill('Password', someone.password);
      await hand.press('Sign in', '/signin/code');
      await hand.fill('6-digit code', await someone.phone.code());
      await hand.press('Continue');
      await arrive();
      const answer = answerTo(asked);
      assert.equal(answer.method, 'GET');
      const back = new URL(`${relay.callback}?${answer.parameters}`);
      tokens = await oidc.authorizationCodeGrant(config, back, { ...asked.checks, idTokenExpected: true });
    });
    await step(`${way}, an answer in a form is followed, too`, async () => {
      const asked = await request(config, relay.callback, { response_mode: 'form_post' });
      await page.goto(asked.url.href);
      if (!javaScriptEnabled) await hand.press('Continue');
      await arrive();
      const answer = answerTo(asked);
      assert.equal(answer.method, 'POST');
      assert(answer.parameters.get('code'));
      assert.equal(answer.parameters.get('iss'), world.issuer);
    });
    await step(`${way}, signing out leads back through the application`, async () => {
      const state = oidc.randomState();
      const asked = oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: relay.bye, state, client_id: config.clientMetadata().client_id });
      await page.goto(asked.href);
      await window.look('sign-out-for-the-application');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await arrive();
      assert(relay.got.some(({ path, parameters }) => path === '/bye' && parameters.get('state') === state));
      await eventually(async () => {
        const seen = await window.context.request.get(`${world.issuer}/session/check`, { ignoreHTTPSErrors: true });
        assert.equal(seen.status(), 401);
      });
    });
    await check(`${way}, nothing on the way breaks the security policy`, async () => {
      assert(tokens?.access_token);
      return window.verdict(1);
    });
  } finally {
    await window.close();
  }
}
