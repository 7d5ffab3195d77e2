import type { Environment } from './environment.ts';
import { failureCount, formatFailures } from './failures.ts';
import type { BenchOptions } from './options.ts';
import type { ContestantSummary } from './summary.ts';

const BYTES_PER_MEBIBYTE = 2 ** 20;

interface Column {
  title: string;
  /** Second title line. */
  unit: string;
  cell: (summary: ContestantSummary) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'contestant', unit: '', cell: ({ name }) => name },
  { title: 'CPU/request', unit: 'µs', cell: (row) => row.cpuMicrosecondsPerRequest.median.toFixed(1) },
  { title: 'min–max', unit: 'µs', cell: (row) => spread(row) },
  { title: 'CPU vs', unit: 'hpm', cell: (row) => ratio(row.cpuRatioToHttpProxyMiddleware) },
  { title: 'CPU vs', unit: 'bare*', cell: (row) => ratio(row.cpuRatioToBareUndiciInExpress) },
  { title: 'CPU', unit: '%', cell: (row) => (row.cpuShare * 100).toFixed(0) },
  { title: 'throughput', unit: 'requests/s', cell: (row) => row.requestsPerSecond.toFixed(0) },
  { title: 'p50', unit: 'ms', cell: (row) => row.latencyP50Ms.toFixed(1) },
  { title: 'p99', unit: 'ms', cell: (row) => row.latencyP99Ms.toFixed(1) },
  { title: 'peak RSS', unit: 'MiB', cell: (row) => (row.maxRssBytes / BYTES_PER_MEBIBYTE).toFixed(0) },
  { title: 'failed', unit: 'requests', cell: (row) => String(failureCount(row.failures)) },
];

const LEGEND = `Medians over the rounds; min–max is the spread of CPU/request between them.
CPU is user and system time of the proxy's whole process; 100 % is one core. Well below 100 %, something else
kept the machine busy: repeat the run.
hpm = http-proxy-middleware 4 in Express 5, bare* = bare undici in Express 5; below 1.00 is cheaper.
The two ratios are taken within each round.`;

export function formatEnvironment(environment: Environment, options: BenchOptions): string {
  const packages = Object.entries(environment.packages).map(([name, version]) => `${name} ${version}`);
  const memory = (environment.memoryBytes / BYTES_PER_MEBIBYTE).toFixed(0);
  return [
    `date      ${environment.date}`,
    `runtime   Node.js ${environment.node}, NODE_ENV=production`,
    `machine   ${environment.cpu}, ${environment.cores} cores, ${memory} MiB, ${environment.os}`,
    `packages  ${packages.join(', ')}`,
    `run       ${options.rounds} rounds, ${options.warmupSeconds} s warm-up + ${options.seconds} s measured, ` +
      `${options.connections} connections, small JSON GET over loopback`,
  ].join('\n');
}

export function formatTable(summaries: readonly ContestantSummary[]): string {
  const rows = [
    COLUMNS.map(({ title }) => title),
    COLUMNS.map(({ unit }) => unit),
    ...summaries.map((summary) => COLUMNS.map(({ cell }) => cell(summary))),
  ];
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const lines = rows.map((row) => alignRow(row, widths));
  const rule = '-'.repeat(lines[0]?.length ?? 0);
  return [...lines.slice(0, 2), rule, ...lines.slice(2)].join('\n');
}

/** Names to the left, numbers to the right. */
function alignRow(cells: readonly string[], widths: readonly number[]): string {
  const aligned = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    return index === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
  return aligned.join('  ');
}

export function formatReport(
  directRequestsPerSecond: number,
  summaries: readonly ContestantSummary[],
): string {
  const direct = `Without a proxy the same load reaches ${directRequestsPerSecond.toFixed(0)} requests/s.`;
  return [formatTable(summaries), '', LEGEND, direct].join('\n');
}

/** One line per contestant that did not answer everything properly. */
export function failureLines(summaries: readonly ContestantSummary[]): string[] {
  return summaries
    .filter(({ failures }) => failureCount(failures) > 0)
    .map(({ name, failures }) => `FAILED ${name}: ${formatFailures(failures)}`);
}

export function formatJson(
  environment: Environment,
  options: BenchOptions,
  directRequestsPerSecond: number,
  contestants: readonly ContestantSummary[],
): string {
  const { rounds, seconds, warmupSeconds, connections } = options;
  const parameters = { rounds, seconds, warmupSeconds, connections };
  return JSON.stringify({ environment, parameters, directRequestsPerSecond, contestants }, null, 2);
}

function spread({ cpuMicrosecondsPerRequest: { min, max } }: ContestantSummary): string {
  return `${min.toFixed(1)}–${max.toFixed(1)}`;
}

function ratio(value: number | null): string {
  return value === null ? '-' : value.toFixed(2);
}
