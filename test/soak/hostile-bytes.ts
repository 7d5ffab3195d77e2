import { caseNamed, corpus } from '../hostile/corpus.ts';
import type { HostileCase } from '../hostile/hostile-case.ts';
import { Rig, type RigOptions } from '../hostile/rig.ts';
import { storm } from '../hostile/storm.ts';
import { Tally } from '../hostile/tally.ts';
import type { Phase, PhaseContext, PhaseResult } from './phase.ts';

const CONCURRENCY = 64;
/** A healthy answer, asked for when the storm is over. */
const HEALTHY = 'split/length/1';
const HEALTHY_COUNT = 100;

const RIGS: readonly RigOptions[] = [
  { adapter: 'node', retry: false },
  { adapter: 'node', retry: true },
  { adapter: 'express', retry: true },
  { adapter: 'koa', retry: true },
];

/** Every malformed response of the corpus, through each kind of gateway. */
export const HOSTILE_BYTES: readonly Phase[] = RIGS.map((options) => ({
  name: `hostile bytes, ${options.adapter}, ${options.retry ? 'with' : 'without'} retries`,
  run: (context) => run(options, context),
}));

async function run(options: RigOptions, { seed, endsAt }: PhaseContext): Promise<PhaseResult> {
  const rig = await Rig.start(options);
  const tally = new Tally();
  await storm(rig, until(endsAt, corpus(seed)), CONCURRENCY, tally);
  const cases = tally.cases;
  const healthy = new Tally();
  await storm(rig, Array(HEALTHY_COUNT).fill(caseNamed(HEALTHY)), CONCURRENCY, healthy);
  const unhealthy = HEALTHY_COUNT - (healthy.outcomes.get('relayed') ?? 0);
  if (unhealthy > 0)
    tally.violations.push(`${unhealthy} of ${HEALTHY_COUNT} healthy responses did not get through`);
  const violations = [...tally.violations, ...healthy.violations, ...(await rig.close())];
  return { cases, of: [...corpus(seed)].length, outcomes: tally.outcomes, known: tally.known, violations };
}

function* until(endsAt: number, cases: Iterable<HostileCase>): Generator<HostileCase, void> {
  for (const one of cases) {
    if (performance.now() > endsAt) return;
    yield one;
  }
}
