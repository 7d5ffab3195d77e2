import { causes } from 'causeway-proxy';
import { ROUTES } from './routes.ts';
import { type Column, formatTable } from './table.ts';
import { describeOutcome, type Group } from './tally.ts';

const COLUMNS: readonly Column[] = [
  { title: 'gateway', align: 'left' },
  { title: 'request', align: 'left' },
  { title: 'outcome', align: 'left' },
  { title: 'count', align: 'right' },
  { title: 'p50 ms', align: 'right' },
  { title: 'p99 ms', align: 'right' },
  { title: 'attempts', align: 'right' },
];

const RESCUED = 'An attempt failed, another one succeeded: the client saw nothing of it';

/** The table: one line per gateway, request and outcome. */
export function summaryTable(groups: readonly Group[]): string[] {
  const rows = [...groups].sort(byRequest).map(row);
  return formatTable(COLUMNS, rows.map(withoutRepetition));
}

/** Each outcome that needs it, once, in words. */
export function explainOutcomes(groups: readonly Group[]): string[] {
  const seen = new Set(groups.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.cause] : [])));
  const known = Object.entries(causes).filter(([code]) => seen.has(code));
  const terms = [['rescued', RESCUED] as const, ...known.map(([code, { title }]) => [code, title] as const)];
  const width = Math.max(...terms.map(([term]) => term.length));
  return terms.map(([term, meaning]) => `${term.padEnd(width)}  ${meaning}`);
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

function row({ gateway, method, route, outcome, latencies, attempts }: Group): string[] {
  const sorted = latencies.toSorted((a, b) => a - b);
  return [
    gateway,
    `${method} ${route.path}`,
    describeOutcome(outcome),
    formatCount(latencies.length),
    formatMs(quantile(sorted, 0.5)),
    formatMs(quantile(sorted, 0.99)),
    formatRange([...attempts]),
  ];
}

function byRequest(a: Group, b: Group): number {
  return (
    a.gateway.localeCompare(b.gateway) ||
    ROUTES.indexOf(a.route) - ROUTES.indexOf(b.route) ||
    a.method.localeCompare(b.method) ||
    describeOutcome(a.outcome).localeCompare(describeOutcome(b.outcome))
  );
}

/** The eye finds a group by its first line. */
function withoutRepetition(
  cells: readonly string[],
  index: number,
  rows: readonly (readonly string[])[],
): string[] {
  const [gateway = '', request = '', ...rest] = cells;
  const [lastGateway, lastRequest] = rows[index - 1] ?? [];
  const sameGateway = gateway === lastGateway;
  return [sameGateway ? '' : gateway, sameGateway && request === lastRequest ? '' : request, ...rest];
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function formatMs(ms: number): string {
  return Number.isNaN(ms) ? '-' : ms.toFixed(1);
}

function formatRange(values: readonly number[]): string {
  if (values.length === 0) return '-';
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return min === max ? `${min}` : `${min} to ${max}`;
}
