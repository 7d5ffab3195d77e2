import type { CostOf } from './two-choices.ts';

/** Below this, latencies say nothing; and an estimate of 0 would hide how busy a backend is. */
const LEAST_MS = 0.1;

/** The latency of late, peaks at once. A new backend is worth one try at once: nothing is known of it before. */
export const latencyOf: CostOf = (backend, now) =>
  backend.isNew ? 0 : Math.max(backend.latency.at(now), LEAST_MS);
