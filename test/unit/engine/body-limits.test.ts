import { expect, test } from 'vitest';
import { FakeClock, flush } from '../../support/fake-clock.ts';
import { attemptNumber, collect, openUpload } from '../../support/fake-stream.ts';

test('exactly requestBytes is allowed', async () => {
  const { upload, body, faults } = openUpload(new FakeClock(), { requestBytes: 4 });
  collect(body.open(attemptNumber(1)));
  upload.send('1234');
  upload.finish();
  await flush();
  expect(faults).toEqual([]);
});

test('one more is the fault of the client: 413', async () => {
  const { upload, body, faults } = openUpload(new FakeClock(), { requestBytes: 4 });
  collect(body.open(attemptNumber(1)));
  upload.send('12');
  await flush();
  upload.send('345');
  await flush();
  expect(faults[0]).toEqual(['request_rejected', 413]);
});

test('so it is when the whole body is there at once', () => {
  const { upload, body, faults } = openUpload(new FakeClock(), { requestBytes: 4 });
  upload.send('12345');
  upload.finish();
  body.open(attemptNumber(1));
  expect(faults[0]).toEqual(['request_rejected', 413]);
});

test('a client that goes away in the middle is named', async () => {
  const { upload, body, faults } = openUpload(new FakeClock());
  collect(body.open(attemptNumber(1)));
  upload.send('half');
  await flush();
  upload.destroy(new Error('aborted'));
  await flush();
  expect(faults).toEqual([['client_aborted', undefined]]);
});
