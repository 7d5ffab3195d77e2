import type { Child } from './child.ts';
import type { Contestant } from './contestant-list.ts';
import {
  measureContestant,
  runLoad,
  startLoadGenerator,
  startServer,
  warmUp,
  type Sample,
} from './measure.ts';
import type { BenchOptions } from './options.ts';

export interface Measured {
  contestant: Contestant;
  /** One per round. */
  samples: Sample[];
}

export interface RoundsResult {
  /** The backend under the same load without any proxy: how much load there is to be had. */
  directRequestsPerSecond: number;
  measured: Measured[];
}

export async function runRounds(
  options: BenchOptions,
  progress: (line: string) => void,
): Promise<RoundsResult> {
  const backend = await startServer('backend', new URL('./backend.ts', import.meta.url));
  const load = await startLoadGenerator();
  // The first run only compiles: it spares the first contestant a cold load generator and backend.
  await warmUp(load, backend, options);
  const direct = await runLoad(load, backend, options.seconds, options.connections);
  const measured = options.contestants.map((contestant): Measured => ({ contestant, samples: [] }));
  for (let round = 0; round < options.rounds; round += 1) {
    await runRound(round, measured, backend.url, load, options, progress);
  }
  return { directRequestsPerSecond: (direct.requests * 1_000) / direct.durationMs, measured };
}

async function runRound(
  round: number,
  measured: Measured[],
  backendUrl: string,
  load: Child,
  options: BenchOptions,
  progress: (line: string) => void,
): Promise<void> {
  for (const { contestant, samples } of rotated(measured, round)) {
    const sample = await measureContestant(contestant, backendUrl, load, options);
    samples.push(sample);
    progress(`round ${round + 1}/${options.rounds}  ${contestant.name.padEnd(38)}${briefly(sample)}`);
  }
}

/** Nobody always runs first, or always after the same pause. */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const offset = by % items.length;
  return [...items.slice(offset), ...items.slice(0, offset)];
}

function briefly({ cpuMicrosecondsPerRequest, requestsPerSecond }: Sample): string {
  return `${cpuMicrosecondsPerRequest.toFixed(1)} µs CPU/request, ${requestsPerSecond.toFixed(0)} requests/s`;
}
