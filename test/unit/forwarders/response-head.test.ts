import { expect, test } from 'vitest';
import { isEventStream, rawBytes, sendableReason } from '../../../src/forwarders/response-head.ts';

test('a head of bytes is taken as it is, anything else is none', () => {
  const raw = [Buffer.from('X-A'), Buffer.from('1')];
  expect(rawBytes(raw)).toEqual(raw);
  for (const none of [undefined, null, 'text', {}]) expect(rawBytes(none)).toEqual([]);
});

test.each<[string | string[] | undefined, boolean]>([
  ['text/event-stream', true],
  ['text/event-stream; charset=utf-8', true],
  ['text/html', false],
  [undefined, false],
  [['text/event-stream'], false],
])('%o is a stream of events: %s', (contentType, expected) => {
  expect(isEventStream(contentType)).toBe(expected);
});

test.each([
  ['OK', 'OK'],
  ['Not Found', 'Not Found'],
  ['\tWell\xe9', '\tWell\xe9'],
  ['', ''],
  ['bad\r\nX: y', ''],
  ['bad\0', ''],
  ['\u2603', ''],
  [undefined, ''],
])('the reason %j is sent as %j', (reason, sent) => {
  expect(sendableReason(reason)).toBe(sent);
});
