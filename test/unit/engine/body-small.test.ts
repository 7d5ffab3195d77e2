import { expect, test } from 'vitest';
import { FakeClock, flush } from '../../support/fake-clock.ts';
import { attemptNumber, openUpload } from '../../support/fake-stream.ts';

test('a body that is complete already is taken as one Buffer, without a timer', () => {
  const clock = new FakeClock(7_000);
  const { upload, body, store } = openUpload(clock);
  upload.send('{"a":');
  upload.send('1}');
  upload.finish();
  const source = body.open(attemptNumber(1));
  expect(source).toBeInstanceOf(Buffer);
  expect(String(source)).toBe('{"a":1}');
  expect(body.receivedAt).toBe(7_000);
  expect(clock.pending).toBe(0);
  expect(store.usedBytes).toBe(7);
  expect(String(body.open(attemptNumber(2)))).toBe('{"a":1}');
});

test('too large to keep, it is still good for another attempt until one has begun to send it', () => {
  const { upload, body, store } = openUpload(new FakeClock(), { replayBytes: 3 });
  upload.send('12');
  upload.send('34');
  upload.finish();
  const attempt = attemptNumber(1);
  expect(String(body.open(attempt))).toBe('1234');
  expect([body.replayable, store.usedBytes]).toEqual([true, 0]);
  const next = attemptNumber(2);
  expect(String(body.open(next))).toBe('1234');
  next.phase = 'send';
  expect(body.replayable).toBe(false);
});

test('completed between two attempts, the copy and the rest make one Buffer', async () => {
  const { upload, body } = openUpload(new FakeClock());
  const first = body.open(attemptNumber(1));
  if (Buffer.isBuffer(first)) throw new Error('expected a stream');
  first.on('data', () => undefined);
  upload.send('begin ');
  await flush();
  first.destroy();
  await flush();
  upload.send('end');
  upload.finish();
  expect(String(body.open(attemptNumber(2)))).toBe('begin end');
  expect(body.replayable).toBe(true);
});

test('an empty body that was announced is an empty Buffer', () => {
  const { upload, body } = openUpload(new FakeClock());
  upload.finish();
  expect(String(body.open(attemptNumber(1)))).toBe('');
});

test('its end is no fault, and neither is the close that follows', async () => {
  const { upload, body, faults } = openUpload(new FakeClock());
  upload.send('x');
  upload.finish();
  body.open(attemptNumber(1));
  await flush();
  upload.destroy();
  await flush();
  expect(faults).toEqual([]);
});
