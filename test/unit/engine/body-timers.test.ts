import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { FakeClock, flush } from '../../support/fake-clock.ts';
import { attemptNumber, collect, openUpload } from '../../support/fake-stream.ts';

const LIMITS = { requestBodyMs: 100, writeMs: 40 };

test('a client that stops sending runs into requestBodyMs', async () => {
  const clock = new FakeClock();
  const { upload, body, faults } = openUpload(clock, LIMITS);
  collect(body.open(attemptNumber(1)));
  await flush();
  clock.advance(99);
  upload.send('x');
  await flush();
  clock.advance(99);
  expect(faults).toEqual([]);
  clock.advance(1);
  expect(faults).toEqual([['request_body_timeout', undefined]]);
});

test('a backend that stops reading runs into writeMs, and the client is not to blame', async () => {
  const clock = new FakeClock();
  const { upload, body, faults, writeTimeouts } = openUpload(clock, LIMITS);
  const attempt = attemptNumber(1);
  const source = body.open(attempt) as Readable;
  source.read(0);
  await flush();
  upload.send(Buffer.alloc(source.readableHighWaterMark));
  await flush();
  expect(upload.isPaused()).toBe(true);
  clock.advance(39);
  expect(writeTimeouts).toEqual([]);
  clock.advance(1);
  expect(writeTimeouts).toEqual([attempt]);
  clock.advance(1_000);
  expect(faults).toEqual([]);
});

test('a backend that reads again puts the client back on the clock', async () => {
  const clock = new FakeClock();
  const { upload, body, faults, writeTimeouts } = openUpload(clock, LIMITS);
  const source = body.open(attemptNumber(1)) as Readable;
  source.read(0);
  await flush();
  upload.send(Buffer.alloc(source.readableHighWaterMark));
  await flush();
  clock.advance(39);
  collect(source);
  await flush();
  clock.advance(99);
  expect([faults, writeTimeouts]).toEqual([[], []]);
  clock.advance(1);
  expect(faults).toEqual([['request_body_timeout', undefined]]);
});

test('the end of the body ends the wait for it', async () => {
  const clock = new FakeClock();
  const { upload, body } = openUpload(clock, LIMITS);
  collect(body.open(attemptNumber(1)));
  upload.send('x');
  upload.finish();
  await flush();
  expect(clock.pending).toBe(0);
});

test('between two attempts nobody is on the clock', async () => {
  const clock = new FakeClock();
  const { body, faults } = openUpload(clock, LIMITS);
  const source = body.open(attemptNumber(1)) as Readable;
  collect(source);
  await flush();
  source.destroy();
  await flush();
  expect(clock.pending).toBe(0);
  clock.advance(10_000);
  expect(faults).toEqual([]);
});

test('Infinity is no limit at all', async () => {
  const clock = new FakeClock();
  const { body } = openUpload(clock, { requestBodyMs: Infinity, writeMs: Infinity });
  collect(body.open(attemptNumber(1)));
  await flush();
  expect(clock.pending).toBe(0);
});
