import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REST, Turns } from '../src/core/turns';

/** Turns in a time that passes only when it is told to; each question lasts until it is answered. */
function turnsInTime() {
  let [time, open] = [0, 0];
  const timers = [];
  const asked = [];
  const answers = [];
  const turns = new Turns(() => {
    open += 1;
    assert.equal(open, 1, 'one question at a time');
    asked.push(time);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  }, { now: () => time, later: (act, milliseconds) => timers.push({ at: time + milliseconds, act }) });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    turns, asked,
    async pass(milliseconds) {
      time += milliseconds;
      for (const timer of timers.splice(0)) {
        if (timer.at <= time) timer.act();
        else timers.push(timer);
      }
      await settle();
    },
    async answer(how = 'resolve') {
      open -= 1;
      answers.shift()[how]();
      await settle();
    },
  };
}

test('whoever_asks_meanwhile_gets_a_question_that_began_after', async () => {
  const { turns, asked, pass, answer } = turnsInTime();
  const ended = [];
  turns.now().then(() => ended.push('first'));
  await pass(10);
  for (const name of ['second', 'third']) turns.now().then(() => ended.push(name));
  assert.deepEqual(asked, [0]);
  await answer();
  assert.deepEqual([asked, ended], [[0, 10], ['first']]);
  await answer();
  assert.deepEqual([asked, ended], [[0, 10], ['first', 'second', 'third']]);
});

test('a_question_that_fails_holds_up_none', async () => {
  const { turns, asked, answer } = turnsInTime();
  void turns.now();
  const next = turns.now();
  await answer('reject');
  assert.equal(asked.length, 2);
  await answer();
  await next;
});

test('news_make_it_ask_at_once_when_it_has_rested', async () => {
  const { turns, asked, pass, answer } = turnsInTime();
  turns.soon();
  assert.deepEqual(asked, [0]);
  await answer();
  await pass(REST);
  turns.soon();
  assert.deepEqual(asked, [0, REST]);
});

test('news_without_end_make_it_ask_once_in_a_second_and_the_last_is_not_lost', async () => {
  const { turns, asked, pass, answer } = turnsInTime();
  for (let at = 0; at < 3 * REST; at += 100) {
    const before = asked.length;
    turns.soon();
    turns.soon();
    await pass(100);
    if (asked.length > before) await answer();
  }
  assert.deepEqual(asked, [0, REST, 2 * REST, 3 * REST]);
  turns.soon();
  await pass(REST - 1);
  assert.equal(asked.length, 4);
  await pass(1);
  assert.equal(asked.at(-1), 4 * REST);
});

test('news_during_a_slow_answer_lead_to_one_more_question', async () => {
  const { turns, asked, pass, answer } = turnsInTime();
  void turns.now();
  for (let at = 0; at < 5; at += 1) {
    await pass(REST);
    turns.soon();
  }
  assert.deepEqual(asked, [0]);
  await answer();
  assert.deepEqual(asked, [0, 5 * REST]);
  await answer();
  await pass(10 * REST);
  assert.equal(asked.length, 2);
});

test('a_person_does_not_wait_for_the_rest', async () => {
  const { turns, asked, pass, answer } = turnsInTime();
  turns.soon();
  await answer();
  await pass(5);
  void turns.now();
  assert.deepEqual(asked, [0, 5]);
});
