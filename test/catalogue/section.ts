import { type CauseCode, causes, type CauseRow } from 'causeway-proxy';
import { type FaultRow, faults, notFromABackend } from 'causeway-proxy/testing';
import { exampleOf } from './example.ts';

/** All there is to say of one cause. */
export function section(code: CauseCode): string {
  const row: CauseRow = causes[code];
  return [
    `## ${code}`,
    `**${row.title}.** ${row.remedy}`,
    facts(row),
    reproduction(code),
    exampleOf(code),
  ].join('\n\n');
}

const AGAIN = {
  any: 'with any method',
  idempotent: 'with an idempotent method, or where the route has opted in',
  never: 'never',
} as const;
const COUNTS = {
  consecutive: 'counts towards `consecutiveFailures` and `failureRate`',
  rate: 'counts towards `failureRate` alone',
  ignored: 'does not count',
} as const;

function facts(row: CauseRow): string {
  const { group, blames, reached, retry, elsewhereOnly, breaker, error, status } = row;
  const elsewhere = elsewhereOnly ? ', at another backend' : '';
  const registered = error === undefined ? 'no error type' : `\`${error}\``;
  return [
    `- Group \`${group}\`; to blame: ${blames}.`,
    `- Could the backend have processed the request: ${reached}. Sent again: ${AGAIN[retry]}${elsewhere}.`,
    `- The breaker: ${COUNTS[breaker]}.`,
    `- RFC 9209: ${registered}, status ${status} (with \`errors.status: 'by-cause'\`).`,
  ].join('\n');
}

function reproduction(code: CauseCode): string {
  const reason = (notFromABackend as Partial<Record<CauseCode, string>>)[code];
  if (reason !== undefined) return `No backend can bring it about. ${reason}`;
  const ways = Object.entries<FaultRow>(faults).filter(([, { cause }]) => cause === code);
  const rows = ways.map(([name, row]) => `| \`${name}\` | ${row.description} | ${sending(row)} |`);
  return [
    '| `startFaultyBackend(fault)` | What happens | Send, and limit |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function sending({ request: { method, bodyBytes, times }, options: { timeouts } }: FaultRow): string {
  const size = bodyBytes > 1 ? ` of ${bodyBytes / 1_048_576} MiB` : '';
  const body = bodyBytes > 0 ? ` with a body${size}` : '';
  const limits = Object.entries(timeouts ?? {}).map(([name, ms]) => `\`timeouts.${name}\` ${String(ms)}`);
  return [`${method}${body}${times > 1 ? ', twice' : ''}`, ...limits].join('; ');
}
