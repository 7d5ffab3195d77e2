import { expect, test } from 'vitest';
import { FakeClock, flush } from '../../support/fake-clock.ts';
import { attemptNumber, collect, openUpload } from '../../support/fake-stream.ts';

test('close gives the copy back, takes the listeners off and stops the clock', async () => {
  const clock = new FakeClock();
  const { upload, body, store } = openUpload(clock);
  collect(body.open(attemptNumber(1)));
  upload.send('copied');
  await flush();
  expect(store.usedBytes).toBe(6);
  body.close();
  expect([store.usedBytes, clock.pending]).toEqual([0, 0]);
  expect(['data', 'end', 'close'].map((event) => upload.listenerCount(event))).toEqual([0, 0, 0]);
});

test('closing twice gives back once', async () => {
  const { upload, body, store } = openUpload(new FakeClock());
  store.take(10);
  collect(body.open(attemptNumber(1)));
  upload.send('copied');
  await flush();
  body.close();
  body.close();
  expect(store.usedBytes).toBe(10);
});

test('the rest of an upload flows on, thrown away, so that the connection lives', async () => {
  const { upload, body } = openUpload(new FakeClock());
  const seen = collect(body.open(attemptNumber(1)));
  upload.send('read ');
  await flush();
  body.close();
  upload.send('thrown away');
  await flush();
  expect(upload.readableFlowing).toBe(true);
  expect(upload.readableLength).toBe(0);
  expect(seen.text()).toBe('read ');
});

test('a client that goes away after close is nobody’s fault', async () => {
  const { upload, body, faults } = openUpload(new FakeClock());
  collect(body.open(attemptNumber(1)));
  body.close();
  upload.destroy(new Error('gone'));
  await flush();
  expect(faults).toEqual([]);
});

test('a body that was never opened is held back, and thrown away at the end', () => {
  const { upload, body } = openUpload(new FakeClock());
  expect(upload.readableFlowing).toBe(false);
  body.close();
  expect(upload.readableFlowing).toBe(true);
});
