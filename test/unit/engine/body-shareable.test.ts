import { finished } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import { BufferedBody, EMPTY_BODY } from '../../../src/engine/body.ts';
import { FakeClock, flush } from '../../support/fake-clock.ts';
import { attemptNumber, collect, openUpload } from '../../support/fake-stream.ts';

test('nothing, and what is in memory anyway, can be read by two at a time', () => {
  expect(EMPTY_BODY.shareable).toBe(true);
  expect(new BufferedBody(Buffer.from('x')).shareable).toBe(true);
});

describe('a body that arrives', () => {
  test('is not shared while there is more to come, or while somebody still reads what came', async () => {
    const { upload, body } = openUpload(new FakeClock());
    expect(body.shareable).toBe(false);
    const source = body.open(attemptNumber(1));
    if (Buffer.isBuffer(source)) throw new Error('it is still arriving');
    source.once('readable', () => undefined);
    upload.send('abc');
    await flush();
    expect(body.shareable).toBe(false);
    upload.finish();
    await flush();
    expect([body.receivedAt !== undefined, body.shareable]).toEqual([true, false]);
    source.resume();
    await finished(source);
    await flush();
    expect(body.shareable).toBe(true);
  });

  test('gives the same bytes to both, and takes none away from the first', async () => {
    const { upload, body } = openUpload(new FakeClock());
    const first = body.open(attemptNumber(1));
    const read = collect(first);
    upload.send('abc');
    await flush();
    upload.send('def');
    upload.finish();
    await flush();
    expect(body.shareable).toBe(true);
    expect(body.open(attemptNumber(2)).toString()).toBe('abcdef');
    expect(read.text()).toBe('abcdef');
    expect(Buffer.isBuffer(first) || first.errored).toBeNull();
  });

  test('that was there at once is shared at once', async () => {
    const { upload, body } = openUpload(new FakeClock());
    upload.send('abc');
    upload.finish();
    await flush();
    expect(body.open(attemptNumber(1)).toString()).toBe('abc');
    expect(body.shareable).toBe(true);
    expect(body.open(attemptNumber(2)).toString()).toBe('abc');
  });

  test('is not shared when it is too large to be kept, or no longer kept', async () => {
    const large = openUpload(new FakeClock(), { replayBytes: 2 });
    large.upload.send('abc');
    large.upload.finish();
    await flush();
    large.body.open(attemptNumber(1));
    expect([large.body.replayable, large.body.shareable]).toEqual([true, false]);

    const { upload, body } = openUpload(new FakeClock());
    upload.send('abc');
    upload.finish();
    await flush();
    body.open(attemptNumber(1));
    body.commit();
    expect(body.shareable).toBe(false);
  });
});
