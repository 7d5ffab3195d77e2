import { type Census, leftSince, takeCensus } from '../hostile/census.ts';
import { watchIncidents } from '../hostile/incidents.ts';
import { HELP, readOptions, type SoakOptions, UsageError } from './options.ts';
import type { Phase, PhaseContext } from './phase.ts';
import { PHASES } from './phases.ts';
import { replay } from './replay.ts';
import { formatCensus, formatPhase, formatViolations } from './report.ts';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** All phases, again and again until the time is up. Returns how much went wrong. */
async function soak({ minutes, seed }: SoakOptions): Promise<number> {
  const endsAt = performance.now() + minutes * 60_000;
  let violations = 0;
  for (let round = 0; performance.now() < endsAt; round += 1) {
    for (const phase of PHASES) {
      if (performance.now() < endsAt) violations += await runPhase(phase, { seed: seed + round, endsAt });
    }
  }
  return violations;
}

async function runPhase(phase: Phase, context: PhaseContext): Promise<number> {
  const before = takeCensus();
  const startedAt = performance.now();
  const incidents = watchIncidents();
  const result = await phase.run(context);
  incidents.stop();
  const left = await leftSince(before);
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = takeCensus();
  console.log(formatPhase(`${phase.name}, seed ${context.seed}`, seconds, result));
  console.log(formatCensus(before, after));
  const violations = [...result.violations, ...incidents.seen, ...left, ...growth(before, after)];
  for (const line of formatViolations(violations)) console.error(line);
  return violations.length;
}

/** Measured: a phase leaves the heap within 1 MiB of where it was. */
const MOST_GROWTH_BYTES = 8 * 2 ** 20;

function growth(before: Census, after: Census): string[] {
  const bytes = after.heapBytes - before.heapBytes;
  return bytes > MOST_GROWTH_BYTES ? [`the heap has grown by ${bytes} bytes`] : [];
}

function optionsOrExit(): SoakOptions {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== null) return options;
    console.log(HELP);
    return process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`soak: ${error.message}\n\n${HELP}`);
    return process.exit(EXIT_USAGE);
  }
}

const options = optionsOrExit();
if (options.only === undefined) {
  const violations = await soak(options);
  console.log(violations === 0 ? 'No violations.' : `${violations} violations.`);
  if (violations > 0) process.exitCode = EXIT_FAILURE;
} else if (!(await replay(options.only))) {
  process.exitCode = EXIT_FAILURE;
}
