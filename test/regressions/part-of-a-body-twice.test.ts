// A body that was there as a whole, in several pieces and larger than what is kept, was sent with its first pieces
// twice: the list of what had come before was also the list that grew.
import { expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { attemptNumber, openUpload } from '../support/fake-stream.ts';

test('each byte once, whatever is kept', () => {
  const { upload, body } = openUpload(new FakeClock(), { replayBytes: 5 });
  for (const piece of ['one ', 'two ', 'three']) upload.send(piece);
  upload.finish();
  // Flowing, a stream gives one piece at a time.
  upload.resume();
  expect(String(body.open(attemptNumber(1)))).toBe('one two three');
});
