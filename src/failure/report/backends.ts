import type { BackendReport } from '../../engine/types.ts';

/** Of a large pool, the first few tell enough; the list in the report has them all. */
const MAX_NAMED = 5;

/** One sentence per backend for trusted readers: its state, since when, and its last real failure. */
export function describeBackends(backends: readonly BackendReport[]): string {
  const named = backends.slice(0, MAX_NAMED).map(describe);
  const rest = backends.length - named.length;
  return [...named, ...(rest > 0 ? [`And ${rest} more.`] : [])].join(' ');
}

function describe({ backend, state, since, cause }: BackendReport): string {
  const sinceWhen = since === undefined ? '' : ` since ${since}`;
  const last = cause === undefined ? '' : `, last failure: ${cause}`;
  return `${backend}: ${state.replace('_', '-')}${sinceWhen}${last}.`;
}
