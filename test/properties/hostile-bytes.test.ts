import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leftSince, takeCensus } from '../hostile/census.ts';
import { ClientSlot } from '../hostile/client-slot.ts';
import { lookalike } from '../hostile/corpus/grammar.ts';
import { caseNamed, sampleOf } from '../hostile/corpus.ts';
import { type Incidents, watchIncidents } from '../hostile/incidents.ts';
import { knownDefectIn } from '../hostile/known-defects.ts';
import { Rig, type RigOptions } from '../hostile/rig.ts';
import { runCase } from '../hostile/run-case.ts';
import { storm } from '../hostile/storm.ts';
import { Tally } from '../hostile/tally.ts';

/**
 * A sample of what `npm run soak` runs in full; a case is replayed alone by its name:
 * `npm run soak -- --case 'mutation/length/9=0x00@1'`.
 */
const SEED = 1;

const STORMS: readonly (RigOptions & { perFamily: number; concurrency: number })[] = [
  { adapter: 'node', retry: false, rewrite: false, perFamily: 90, concurrency: 48 },
  { adapter: 'node', retry: true, rewrite: false, perFamily: 90, concurrency: 48 },
  { adapter: 'express', retry: true, rewrite: false, perFamily: 12, concurrency: 16 },
  { adapter: 'koa', retry: true, rewrite: false, perFamily: 12, concurrency: 16 },
  { adapter: 'node', retry: true, rewrite: true, perFamily: 12, concurrency: 16 },
];

let incidents: Incidents;

beforeAll(() => {
  incidents = watchIncidents();
});

afterAll(() => {
  incidents.stop();
  expect(incidents.seen).toEqual([]);
});

describe.each(STORMS)(
  'whatever bytes a backend sends, $adapter, retries $retry, rewriting $rewrite',
  (given) => {
    test('the client gets what they say or a named failure, and nothing is left over', async () => {
      const before = takeCensus();
      const rig = await Rig.start(given);
      const tally = new Tally();
      await storm(rig, sampleOf(SEED, given.perFamily), given.concurrency, tally);
      expect(tally.violations).toEqual([]);
      // Of everything there was something.
      expect(tally.outcomes.get('relayed')).toBeGreaterThan(0);
      expect(tally.outcomes.get('broken')).toBeGreaterThan(0);
      expect(tally.outcomes.size).toBeGreaterThan(7);

      const healthy = new Tally();
      await storm(rig, Array(20).fill(caseNamed('split/length/1')), 4, healthy);
      expect([...healthy.outcomes]).toEqual([['relayed', 20]]);
      expect(await rig.close()).toEqual([]);
      expect(await leftSince(before)).toEqual([]);
    });
  },
);

test('and so it is for what looks like a response from afar', async () => {
  const rig = await Rig.start({ adapter: 'node', retry: true });
  const slot = new ClientSlot(rig.port, '1.1');
  await fc.assert(
    fc.asyncProperty(lookalike, async (given) => {
      const one = { name: 'lookalike', ...given };
      const { violations, truth } = await runCase(rig, slot, one);
      if (violations.length === 0) return;
      slot.close();
      if (knownDefectIn(one, truth) === undefined) expect(violations).toEqual([]);
    }),
    { seed: SEED, numRuns: 50 },
  );
  slot.close();
  expect(await rig.close()).toEqual([]);
});
