import { expect, test } from 'vitest';
import { ReplayStore } from '../../../src/engine/replay-store.ts';
import type { Readable } from 'node:stream';
import { FakeClock, flush } from '../../support/fake-clock.ts';
import { attemptNumber, collect, openUpload } from '../../support/fake-stream.ts';

test('each attempt gets the same bytes from the first one on', async () => {
  const { upload, body } = openUpload(new FakeClock());
  const first = body.open(attemptNumber(1)) as Readable;
  const seenByFirst = collect(first);
  upload.send('one ');
  await flush();
  first.destroy();
  const second = body.open(attemptNumber(2)) as Readable;
  const seenBySecond = collect(second);
  upload.send('two');
  await flush();
  second.destroy();
  const seenByThird = collect(body.open(attemptNumber(3)));
  upload.finish();
  await flush();
  expect(seenByFirst.text()).toBe('one ');
  expect(seenBySecond.text()).toBe('one two');
  expect(seenByThird.text()).toBe('one two');
});

test('an attempt that broke off early leaves the rest to the next one', async () => {
  const { upload, body } = openUpload(new FakeClock());
  const first = body.open(attemptNumber(1)) as Readable;
  collect(first);
  upload.send('half');
  await flush();
  first.destroy(new Error('reset'));
  upload.send(' whole');
  await flush();
  const seen = collect(body.open(attemptNumber(2)));
  upload.finish();
  await flush();
  expect(seen.text()).toBe('half whole');
});

test('an attempt that never read costs nothing', async () => {
  const { upload, body, store } = openUpload(new FakeClock());
  (body.open(attemptNumber(1)) as Readable).destroy();
  await flush();
  expect(body.replayable).toBe(true);
  const seen = collect(body.open(attemptNumber(2)));
  upload.send('all of it');
  upload.finish();
  await flush();
  expect(seen.text()).toBe('all of it');
  expect(store.usedBytes).toBe(9);
});

test('what has arrived as a whole is given as one Buffer', async () => {
  const { upload, body } = openUpload(new FakeClock());
  const first = body.open(attemptNumber(1)) as Readable;
  collect(first);
  upload.send('a');
  upload.send('b');
  upload.finish();
  await flush();
  const again = body.open(attemptNumber(2));
  expect(again).toBeInstanceOf(Buffer);
  expect(String(again)).toBe('ab');
});

test('a source ends when the client ends', async () => {
  const { upload, body } = openUpload(new FakeClock(5_000));
  const source = body.open(attemptNumber(1)) as Readable;
  collect(source);
  upload.send('x');
  upload.finish();
  await flush();
  expect(source.readableEnded).toBe(true);
  expect(body.receivedAt).toBe(5_000);
});

test('destroying a source leaves the stream of the client alone', async () => {
  const { upload, body } = openUpload(new FakeClock());
  const source = body.open(attemptNumber(1)) as Readable;
  collect(source);
  source.destroy(new Error('backend gone'));
  await flush();
  expect(upload.destroyed).toBe(false);
  expect(upload.isPaused()).toBe(true);
});

test('past replayBytes the copy is dropped, and the attempt goes on', async () => {
  const { upload, body, store } = openUpload(new FakeClock(), { replayBytes: 4 });
  const seen = collect(body.open(attemptNumber(1)));
  upload.send('1234');
  await flush();
  expect(body.replayable).toBe(true);
  expect(store.usedBytes).toBe(4);
  upload.send('5');
  await flush();
  expect(body.replayable).toBe(false);
  expect(store.usedBytes).toBe(0);
  upload.send('6');
  upload.finish();
  await flush();
  expect(seen.text()).toBe('123456');
});

test('at the global cap the copy is dropped, and the attempt goes on', async () => {
  const store = new ReplayStore(6);
  store.take(3);
  const { upload, body } = openUpload(new FakeClock(), { store });
  const seen = collect(body.open(attemptNumber(1)));
  upload.send('12');
  await flush();
  upload.send('34');
  await flush();
  expect(body.replayable).toBe(false);
  expect(store.usedBytes).toBe(3);
  expect(seen.text()).toBe('1234');
});

test('with replayBytes 0 nothing is copied', async () => {
  const { upload, body, store } = openUpload(new FakeClock(), { replayBytes: 0 });
  const seen = collect(body.open(attemptNumber(1)));
  expect(body.replayable).toBe(true);
  upload.send('x');
  await flush();
  expect([body.replayable, store.usedBytes, seen.text()]).toEqual([false, 0, 'x']);
});

test('commit forgets the copy, and what follows is not copied', async () => {
  const { upload, body, store } = openUpload(new FakeClock());
  const seen = collect(body.open(attemptNumber(1)));
  upload.send('one');
  await flush();
  body.commit();
  expect([body.replayable, store.usedBytes]).toEqual([false, 0]);
  upload.send('two');
  await flush();
  expect([seen.text(), store.usedBytes]).toEqual(['onetwo', 0]);
});

test('commit before the first byte leaves an unread body replayable', () => {
  const { body } = openUpload(new FakeClock());
  body.commit();
  expect(body.replayable).toBe(true);
});
