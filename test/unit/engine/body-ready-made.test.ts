import { expect, test } from 'vitest';
import { BufferedBody, EMPTY_BODY } from '../../../src/engine/body.ts';
import { attemptNumber } from '../../support/fake-stream.ts';

test('a buffered body is the same for every attempt', () => {
  const body = new BufferedBody(Buffer.from('{"a":1}'));
  expect(body).toMatchObject({ empty: false, length: 7, replayable: true, reserialized: true });
  body.commit();
  expect(String(body.open())).toBe('{"a":1}');
  expect(body.open()).toBe(body.open());
});

test('the empty body has nothing to read and nothing to wait for', () => {
  expect(EMPTY_BODY).toMatchObject({ empty: true, length: undefined, replayable: true, receivedAt: 0 });
  expect(EMPTY_BODY.open(attemptNumber(1))).toBeNull();
});
