import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delay } from '../src/core/backoff';
import { duration, moment, wait } from '../src/core/words';

test('a_duration_is_said_in_words', () => {
  const cases = [[300, 'about 5 minutes'], [91, 'about 2 minutes'], [89, 'about 1 minute'], [60, 'about 1 minute'], [59, 'less than a minute'], [1, 'less than a minute']];
  for (const [seconds, words] of cases) assert.equal(duration(seconds), words);
  for (const [seconds, words] of [[0, '1 second'], [60, '60 seconds'], [91, '2 minutes'], [600, '10 minutes']]) assert.equal(wait(seconds), words);
});

test('a_moment_is_said_from_now', () => {
  const now = 1_795_341_600;
  for (const [ago, words] of [[0, 'just now'], [59, 'just now'], [60, '1 minute ago'], [250, '4 minutes ago'], [-20, 'just now']]) {
    assert.match(moment(now - ago, now), new RegExp(`^${words} \\(\\d\\d:\\d\\d\\)$`));
  }
});

test('a_connection_is_tried_less_and_less_often', () => {
  assert.deepEqual([1, 2, 3, 7, 100].map((failures) => delay(failures, 1)), [1000, 2000, 4000, 60_000, 60_000]);
  assert.equal(delay(3, 0), 2000);
});
