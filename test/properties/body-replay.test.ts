import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock, flush } from '../support/fake-clock.ts';
import { attemptNumber, collect, openUpload } from '../support/fake-stream.ts';

const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 8 });
/** After so many chunks the attempt breaks off and the next one begins. */
const breaks = fc.array(fc.nat(8), { maxLength: 4 });

test('however the upload is cut up and interrupted, each attempt reads a beginning of it, the last one all', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, breaks, fc.integer({ min: 0, max: 500 }), async (parts, cuts, replayBytes) => {
      const whole = Buffer.concat(parts).toString('latin1');
      const clock = new FakeClock();
      const { upload, body, store, faults } = openUpload(clock, { replayBytes });
      let source = body.open(attemptNumber(1));
      let seen = collect(source);
      for (const [index, part] of parts.entries()) {
        upload.send(Buffer.from(part));
        await flush();
        for (const cut of cuts) {
          if (cut !== index || !body.replayable || Buffer.isBuffer(source)) continue;
          source?.destroy();
          expect(whole.startsWith(seen.text())).toBe(true);
          source = body.open(attemptNumber(2));
          seen = collect(source);
          await flush();
        }
        expect(store.usedBytes).toBeLessThanOrEqual(replayBytes);
      }
      upload.finish();
      await flush();
      expect(seen.text()).toBe(whole);
      body.close();
      expect([store.usedBytes, clock.pending, faults.length]).toEqual([0, 0, 0]);
    }),
    { numRuns: 150 },
  );
});
