// Once the client had sent everything, a backend that never read the body was waited for without limit.
import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { FakeClock, flush } from '../support/fake-clock.ts';
import { attemptNumber, openUpload } from '../support/fake-stream.ts';

test('writeMs also counts when the whole body waits for the backend', async () => {
  const clock = new FakeClock();
  const { upload, body, faults, writeTimeouts } = openUpload(clock, { writeMs: 40 });
  const attempt = attemptNumber(1);
  const source = body.open(attempt) as Readable;
  source.read(0);
  await flush();
  upload.send('ten bytes.');
  upload.finish();
  await flush();
  clock.advance(39);
  expect(writeTimeouts).toEqual([]);
  clock.advance(1);
  expect([writeTimeouts, faults]).toEqual([[attempt], []]);
});
