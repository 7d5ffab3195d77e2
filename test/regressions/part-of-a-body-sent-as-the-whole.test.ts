// An attempt that was superseded got the end of the client's body without the rest: its part passed for the whole.
import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { FakeClock, flush } from '../support/fake-clock.ts';
import { attemptNumber, openUpload } from '../support/fake-stream.ts';

test('what a superseded attempt reads from never comes to a regular end', async () => {
  const { upload, body } = openUpload(new FakeClock(), { replayBytes: 1_000_000 });
  const first = body.open(attemptNumber(1)) as Readable;
  let ended = false;
  first.on('end', () => (ended = true));
  first.read(0);
  await flush();
  const full = Buffer.alloc(first.readableHighWaterMark, 'x');
  upload.send(full);
  await flush();
  upload.send('rest');
  upload.finish();
  const second = body.open(attemptNumber(2));
  expect(String(second)).toBe(`${full.toString()}rest`);
  await flush();
  first.resume();
  await flush();
  await flush();
  expect(ended).toBe(false);
});
