import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventReader, LONGEST_LINE } from '../src/core/sse';

const STREAM = ': a comment\r\n\r\nevent: changed\ndata: {}\n\nevent:changed\r\ndata\r\n\r\nevent: nothing\n\ndata: x\r\rid: 7\nevent: changed\ndata: a\ndata: b\n\n';
const EVENTS = ['changed', 'changed', 'message', 'changed'];

test('events_are_read_whole', () => {
  assert.deepEqual(new EventReader().read(STREAM), EVENTS);
});

test('events_are_read_wherever_the_stream_is_cut', () => {
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    const reader = new EventReader();
    assert.deepEqual([...reader.read(STREAM.slice(0, cut)), ...reader.read(STREAM.slice(cut))], EVENTS, `cut at ${cut}`);
  }
  const reader = new EventReader();
  assert.deepEqual([...STREAM].flatMap((letter) => reader.read(letter)), EVENTS);
});

test('an_event_is_told_when_it_is_complete_and_not_before', () => {
  const reader = new EventReader();
  assert.deepEqual(reader.read('event: changed\ndata: {}\n'), []);
  assert.deepEqual(reader.read('\n'), ['changed']);
});

test('a_line_without_end_is_not_kept', () => {
  const reader = new EventReader();
  assert.deepEqual(reader.read(`:${'x'.repeat(LONGEST_LINE - 1)}`), []);
  assert.throws(() => reader.read('x'), RangeError);
  const long = `:${'x'.repeat(LONGEST_LINE - 1)}\nevent: changed\ndata: {}\n\n`;
  assert.deepEqual(new EventReader().read(long.repeat(3)), ['changed', 'changed', 'changed']);
});
