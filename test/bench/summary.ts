import { BARE_UNDICI_IN_EXPRESS, HTTP_PROXY_MIDDLEWARE } from './contestant-list.ts';
import { sumFailures } from './failures.ts';
import type { Sample } from './measure.ts';
import type { LoadFailures } from './messages.ts';
import type { Measured } from './rounds.ts';
import { median, summarize, type Summary } from './statistics.ts';

/** One contestant over all rounds. All but the failures are medians. */
export interface ContestantSummary {
  id: string;
  name: string;
  cpuMicrosecondsPerRequest: Summary;
  /** Null when the other contestant did not take part. */
  cpuRatioToHttpProxyMiddleware: number | null;
  cpuRatioToBareUndiciInExpress: number | null;
  cpuShare: number;
  requestsPerSecond: number;
  latencyP50Ms: number;
  latencyP99Ms: number;
  maxRssBytes: number;
  /** Over all rounds. */
  failures: LoadFailures;
  samples: Sample[];
}

export function summarizeAll(measured: readonly Measured[]): ContestantSummary[] {
  return measured.map(({ contestant, samples }) => ({
    ...contestant,
    cpuMicrosecondsPerRequest: summarize(samples.map(cpuOf)),
    cpuRatioToHttpProxyMiddleware: cpuRatio(samples, measured, HTTP_PROXY_MIDDLEWARE),
    cpuRatioToBareUndiciInExpress: cpuRatio(samples, measured, BARE_UNDICI_IN_EXPRESS),
    ...mediansOf(samples),
    failures: sumFailures(samples.map(({ failures }) => failures)),
    samples,
  }));
}

/** Compares within each round, because the machine's speed drifts between rounds. */
function cpuRatio(
  samples: readonly Sample[],
  measured: readonly Measured[],
  referenceId: string,
): number | null {
  const reference = measured.find(({ contestant }) => contestant.id === referenceId)?.samples;
  if (reference === undefined) return null;
  const ratios = samples.flatMap((sample, round) => {
    const other = reference[round];
    return other === undefined ? [] : [cpuOf(sample) / cpuOf(other)];
  });
  return median(ratios);
}

function cpuOf({ cpuMicrosecondsPerRequest }: Sample): number {
  return cpuMicrosecondsPerRequest;
}

function mediansOf(samples: readonly Sample[]) {
  return {
    cpuShare: median(samples.map((sample) => sample.cpuShare)),
    requestsPerSecond: median(samples.map((sample) => sample.requestsPerSecond)),
    latencyP50Ms: median(samples.map((sample) => sample.latencyP50Ms)),
    latencyP99Ms: median(samples.map((sample) => sample.latencyP99Ms)),
    maxRssBytes: median(samples.map((sample) => sample.maxRssBytes)),
  };
}
