import type { Census } from '../hostile/census.ts';
import type { PhaseResult } from './phase.ts';

const BYTES_PER_MEBIBYTE = 2 ** 20;
/** The first ones tell. */
const SHOWN = 20;

export function formatPhase(name: string, seconds: number, result: PhaseResult): string {
  const { cases, of, outcomes, known, notes = [] } = result;
  const count = cases < of ? `${cases} of ${of} cases (the time was up)` : `${cases} cases`;
  const lines = [`${name}, ${count} in ${seconds.toFixed(1)} s: ${counted(outcomes)}`];
  if (known.size > 0) lines.push(`  known defects: ${counted(known)}`);
  return [...lines, ...notes.map((note) => `  ${note}`)].join('\n');
}

export function formatCensus(before: Census, after: Census): string {
  const change = (what: string, of: (census: Census) => string | number): string => {
    return `${what} ${of(before)} -> ${of(after)}`;
  };
  return [
    change('  heap', ({ heapBytes }) => mebibytes(heapBytes)),
    change('RSS', ({ rssBytes }) => mebibytes(rssBytes)),
    change(
      'sockets',
      ({ resources }) => (resources.get('TCPSocketWrap') ?? 0) + (resources.get('TCPServerWrap') ?? 0),
    ),
    change('timers', ({ resources }) => resources.get('Timeout') ?? 0),
    change('listeners', ({ listeners }) => listeners),
  ].join(', ');
}

export function formatViolations(violations: readonly string[]): string[] {
  const lines = violations.slice(0, SHOWN).map((violation) => `VIOLATION ${violation}`);
  if (violations.length > SHOWN) lines.push(`... and ${violations.length - SHOWN} more`);
  return lines;
}

/** The most frequent first. */
function counted(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([label, count]) => `${label} ${count}`).join(', ');
}

function mebibytes(bytes: number): string {
  return `${(bytes / BYTES_PER_MEBIBYTE).toFixed(1)} MiB`;
}
