// A named location: asked for, approved by somebody else, and what it changes for people there and nowhere else. nginx is in
// front, with the configuration of the manual; browsers come by lines that play where they are.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Agent, told, unescape } from '../lib/agent.mjs';
import { Window } from '../lib/browser.mjs';
import { stepsOf } from '../lib/check.mjs';
import { enterCode, enterDetails, enterWithCode, leave } from '../lib/door.mjs';
import { Keyboard, Mouse, submitted } from '../lib/hand.mjs';
import { until } from '../lib/process.mjs';
import { administratorWithApp, setUp } from '../lib/roles.mjs';
import { enterPassword } from '../lib/signin.mjs';
import { behindNginx } from '../lib/world.mjs';

const MONDAY = '2025-06-02T09:00:00Z';
/** People's passwords are an hour older than what is approved, and have expired when it does. */
const SINCE = '2025-06-02T08:00:00Z';
const YEAR = 365 * 86_400_000;
/** What replaces the password that expires then. */
const NEXT = 'Autumn rain taps on the surgery window';

const APPROVED = 'A named location was approved';
const SITE = 'Riverside Surgery, main site';
const RANGES = '198.51.100.16/28\n2001:db8:20::/48';
const SURGERY = '198.51.100.20';
const SURGERY_BY_IPV6 = '2001:db8:20::7';
const HOME = '203.0.113.9';
const ELSEWHERE = '192.0.2.77';

/** Where those come from that nginx is not. */
const STRANGER = '127.0.0.2';
const PROXY = '127.0.0.1';

/** Ways to say that one is at the surgery. */
const FORGED = [
  { 'X-Forwarded-For': SURGERY },
  { 'X-Forwarded-For': `${SURGERY}, 127.0.0.1` },
  { Forwarded: `for=${SURGERY};proto=https` },
  { 'X-Real-IP': SURGERY },
  { 'X-Forwarded-For': SURGERY, Forwarded: `for=${SURGERY}`, 'X-Real-IP': SURGERY, 'True-Client-IP': SURGERY },
];

const POINTS = [
  'The addresses are static and belong to the organisation',
  'No guest Wi-Fi leaves by them',
  'No shared proxy and no VPN of others leaves by them',
  'The owner has agreed to answer for this location',
  'The organisation\'s Data Security and Protection Toolkit says at least “approaching standards”',
];

export async function run({ world, check, chromium, screens }) {
  const times = { from: MONDAY, since: SINCE, elsewhere: ELSEWHERE };
  const place = await check('a server behind nginx starts, with the configuration of the manual',
    () => behindNginx(world, 'named-location', times));
  if (!place) return;
  const step = stepsOf(check);
  const here = await place.line(SURGERY);
  const window = await Window.open(chromium, { world: place, line: here, screens: screens && `${screens}/named-location` });
  const people = { someone: place.person('immunologist'), owner: place.person('facilities-manager') };
  const all = { world: place, step, chromium, window, people };
  try {
    await gather(all);
    await ask(all);
    await approve(all);
    await come(all);
    await forge(all);
    await carry(all);
    await end(all);
    await step('every page was accessible, and none had a fault', () => window.verdict(14));
  } finally {
    await window.close();
  }
}

/** Signs in from `address` in a fresh window, with the password; gives where that leads. */
async function reached({ world, chromium, window }, someone, address, headers) {
  const line = await world.line(address);
  const other = await window.another(chromium, { line });
  try {
    if (headers) await other.context.setExtraHTTPHeaders(headers);
    await enterDetails(other, new Mouse(other.page), someone);
    await other.page.waitForURL((url) => url.pathname !== '/signin', { waitUntil: 'load' });
    return other.path();
  } finally {
    await other.close();
    await line.stop();
  }
}

/** Everybody who is in it, each with an app; and the baseline of the surgery. */
async function gather(all) {
  const { world, step, people } = all;
  await step('a surgery has the named-location baseline, and its people an app', async () => {
    const policies = world.at('policies.toml');
    fs.writeFileSync(policies, '[[baseline]]\nof = "organisation:A81001"\nis = "named-location"\n');
    await world.wardkeyInBackground('policy', 'import', policies, '--reason', 'The surgery has a network of its own');
    const local = { organisation: 'A81001', role: 'local-administrator' };
    [people.desk, people.approver] = await Promise.all([
      administratorWithApp(world, 'site-desk', local),
      administratorWithApp(world, 'site-approver'),
      setUp(world, people.someone),
    ]);
  });
  await step('pages are not compressed on their way, what holds no secret is', async () => {
    const agent = world.agent();
    const headers = { 'accept-encoding': 'gzip' };
    const page = await agent.request(`${world.issuer}/signin`, { headers });
    assert.equal(page.headers['content-encoding'], undefined);
    const [, style] = page.text.match(/href="([^"]+\.css)"/);
    const sheet = await agent.request(new URL(unescape(style), world.issuer), { headers });
    assert.equal(sheet.headers['content-encoding'], 'gzip');
  });
}

async function ask(all) {
  const { world, step, window, people } = all;
  const { page } = window;
  const hand = new Keyboard(page);
  const said = (text) => page.getByText(text).first().waitFor();
  await step('with a keyboard alone: an administrator asks for it; what is wrong is said by line', async () => {
    await enterWithCode(window, hand, people.desk);
    await window.goto('/admin');
    await hand.press('Named locations', '/admin/named-locations');
    await window.look('named-locations-none');
    await hand.press('Ask for a named location', '/admin/named-locations/request');
    // What nginx says of the line, by way of the balancer's protocol.
    await said(`Your own address now is ${SURGERY}`);
    await window.look('request');
    const organisation = page.getByLabel('ODS code of the organisation', { exact: true });
    if (await organisation.inputValue() !== 'A81001') await hand.fill('ODS code of the organisation', 'A81001');
    await hand.fill('Name', SITE);
    await hand.choose('Over the internet');
    await hand.fill('Email address of the owner', people.owner.address);
    await hand.fill('Addresses', '198.51.100.20/28\n10.0.0.1');
    await submitted(page, () => hand.press('Keep and continue'));
    const summary = page.locator('.nhsuk-error-summary');
    await summary.getByText(/Line 1.*198\.51\.100\.16\/28/).waitFor();
    await summary.getByText(/Line 2.*private/).waitFor();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), SITE);
    await window.look('request-wrong-ranges');
    await hand.fill('Addresses', RANGES);
    await hand.press('Keep and continue');
    await page.waitForURL(/\/submit$/, { waitUntil: 'load' });
  });
  await step('with a keyboard alone: each point is confirmed before it is handed in', async () => {
    await said('The draft has been kept');
    await window.look('hand-in');
    await hand.tick(POINTS[0]);
    await submitted(page, () => hand.press('Hand it in'));
    await page.locator('.nhsuk-error-summary').getByText('Confirm each').waitFor();
    await window.look('hand-in-not-confirmed');
    for (const point of POINTS) {
      if (!await page.getByRole('checkbox', { name: point, exact: true }).isChecked()) await hand.tick(point);
    }
    await hand.press('Hand it in');
    await page.waitForURL(/\/admin\/named-locations\/[^/]+$/, { waitUntil: 'load' });
    await said('has been handed in');
    people.there = window.path();
    await window.look('waiting');
  });
  await step('it changes nothing before it is approved, and not by whoever asked', async () => {
    assert.equal(await page.getByRole('link', { name: 'Approve it' }).count(), 0);
    assert.equal((await window.goto(`${people.there}/approve`)).status(), 403);
    assert.equal(await reached(all, people.someone, SURGERY), '/signin/code');
  });
}

async function approve(all) {
  const { world, step, chromium, window, people } = all;
  await step('somebody else approves it, and those whom it concerns are told', async () => {
    const line = await world.line(ELSEWHERE);
    const other = await window.another(chromium, { line });
    const hand = new Mouse(other.page);
    try {
      await enterWithCode(other, hand, people.approver);
      await other.goto('/admin/named-locations/waiting');
      await other.look('waiting-for-approval');
      await hand.press(SITE, people.there);
      await hand.press('Approve it', `${people.there}/approve`);
      await other.look('approve');
      await submitted(other.page, () => hand.press('Approve'));
      await other.page.locator('.nhsuk-error-summary').getByText('Confirm each').waitFor();
      for (const point of POINTS) await hand.tick(point);
      world.clock.standAt(new Date(world.clock.now()).toISOString());
      people.approvedAt = world.clock.now();
      await hand.press('Approve', people.there);
      world.clock.goOnFrom(new Date(people.approvedAt).toISOString());
      await other.page.getByText('has been approved').first().waitFor();
      await other.look('approved');
    } finally {
      await other.close();
    }
    for (const { address } of [people.owner, people.desk]) {
      const subjects = () => world.letters(address).map(({ subject }) => subject);
      await until(async () => assert.deepEqual(subjects().filter((subject) => subject.includes('location')), [APPROVED]));
    }
  });
}

async function come(all) {
  const { step, people } = all;
  const { someone, desk } = people;
  await step('from the surgery the password alone leads in, by either protocol', async () => {
    assert.equal(await reached(all, someone, SURGERY), '/');
    assert.equal(await reached(all, someone, SURGERY_BY_IPV6), '/');
  });
  await step('from home the second factor is asked for, and so it is next door', async () => {
    for (const address of [HOME, '198.51.100.15', '198.51.100.32', '2001:db8:21::7']) {
      assert.equal(await reached(all, someone, address), '/signin/code', address);
    }
  });
  await step('who administers others is asked at the surgery, too', async () => {
    assert.equal(await reached(all, desk, SURGERY), '/signin/code');
  });
}

async function forge(all) {
  const { world, step, people: { someone } } = all;
  await step('what a browser says of where it is counts nothing behind nginx', async () => {
    for (const headers of FORGED) {
      assert.equal(await reached(all, someone, HOME, headers), '/signin/code', JSON.stringify(headers));
    }
  });
  await step('what a browser at the surgery says of being elsewhere neither', async () => {
    assert.equal(await reached(all, someone, SURGERY, { 'X-Forwarded-For': HOME, Forwarded: `for=${HOME}` }), '/');
  });
  await step('who passes nginx by is not believed, whatever they say', async () => {
    const { httpPort: port } = world.nodes[0];
    const straight = async (from, headers) => {
      const agent = new Agent({ authority: world.pki.authorityText, straight: { port, from, headers } });
      const page = await enterPassword(agent, world, someone);
      assert.equal(page.status, 200, told(page));
      return page.url.pathname;
    };
    for (const headers of [{}, ...FORGED]) {
      assert.equal(await straight(STRANGER, headers), '/signin/code', JSON.stringify(headers));
    }
    // The same from where nginx is.
    assert.equal(await straight(PROXY, FORGED[0]), '/');
    assert.equal(await straight(PROXY, { 'X-Forwarded-For': HOME }), '/signin/code');
  });
}

async function carry(all) {
  const { world, step, chromium, window, people: { someone } } = all;
  const line = await world.line(SURGERY);
  const laptop = await window.another(chromium, { line });
  const hand = new Mouse(laptop.page);
  try {
    await step('a session that the password alone began at the surgery is asked for more at home, at once', async () => {
      await enterDetails(laptop, hand, someone, '/');
      await laptop.goto('/profile/sign-ins');
      assert.equal(laptop.path(), '/profile/sign-ins');
      line.moveTo(HOME);
      assert(!await laptop.isIn(), 'the session goes on at home');
      // Applications that ask on its behalf hear the same, and that it is the place that matters.
      line.moveTo(SURGERY);
      assert(await laptop.isIn(), 'the session is over at the surgery');
      line.moveTo(HOME);
      await laptop.goto('/profile/sign-ins');
      assert.equal(laptop.path(), '/signin');
      await laptop.look('carried-home');
      await laptop.goto('/profile/security-info');
      assert.equal(laptop.path(), '/signin');
    });
    await step('at home it takes the second factor, and then goes on anywhere', async () => {
      await laptop.goto('/profile/sign-ins');
      await hand.fill('Email address', someone.address);
      await hand.fill('Password', someone.password);
      await hand.press('Sign in', '/signin/code');
      await enterCode(hand, someone, '/profile/sign-ins');
      for (const address of [SURGERY, ELSEWHERE]) {
        line.moveTo(address);
        await laptop.goto('/profile/sign-ins');
        assert.equal(laptop.path(), '/profile/sign-ins', address);
      }
      await laptop.look('recent-sign-ins');
    });
  } finally {
    await laptop.close();
  }
}

/** What ends it. */
async function end(all) {
  const { world, step, chromium, window, people } = all;
  const { someone, desk, there } = people;
  const hand = new Mouse(window.page);
  const back = async () => {
    await window.goto('/signout');
    if (window.path() === '/signout') await leave(window);
    await enterWithCode(window, hand, desk);
    await window.goto(there);
  };
  await step('when it is suspended, people there are asked as anywhere else', async () => {
    await back();
    await window.look('active');
    await hand.press('Suspend it', `${there}/suspend`);
    await window.look('suspend');
    await hand.fill('Reason', 'Somebody else uses the network');
    await hand.press('Suspend it', there);
    await window.page.getByText('Suspended').first().waitFor();
    await window.look('suspended');
    assert.equal(await reached(all, someone, SURGERY), '/signin/code');
  });
  await step('whoever suspended it vouches for it again, and it counts', async () => {
    await hand.press('Attest it for another year', `${there}/attest`);
    for (const point of POINTS) await hand.tick(point);
    world.clock.standAt(new Date(world.clock.now() + 1000).toISOString());
    people.attestedAt = world.clock.now();
    await hand.press('Attest it', there);
    await window.page.getByText('Active').first().waitFor();
    assert.equal(await reached(all, someone, SURGERY), '/');
  });
  await step('an expired password is not changed by itself, not even at the surgery', async () => {
    world.clock.standAt(new Date(people.attestedAt + YEAR - 60_000).toISOString());
    const line = await world.line(SURGERY);
    const other = await window.another(chromium, { line });
    const mouse = new Mouse(other.page);
    try {
      await enterWithCode(other, mouse, someone, '/signin/new-password');
      await mouse.fill('New password', NEXT);
      await mouse.fill('New password again', NEXT);
      await mouse.press('Set password', '/');
      someone.password = NEXT;
    } finally {
      await other.close();
      await line.stop();
    }
  });
  await step('a year later its last second is soon enough, and the next is too late', async () => {
    world.clock.standAt(new Date(people.attestedAt + YEAR - 1000).toISOString());
    assert.equal(await reached(all, someone, SURGERY), '/');
    world.clock.standAt(new Date(people.attestedAt + YEAR).toISOString());
    assert.equal(await reached(all, someone, SURGERY), '/signin/code');
  });
}
