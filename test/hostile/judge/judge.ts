import { causes, type ExchangeEvent } from 'causeway-proxy';
import type { Reply } from '../client-slot.ts';
import type { HostileCase } from '../hostile-case.ts';
import { readResponse } from '../reading/read-response.ts';
import type { Reading } from '../reading/types.ts';
import { excerpt, type Outcome, outcomeOf, valueOf } from './outcome.ts';
import { possibleCauses } from './possible-causes.ts';
import { strangeHeaders } from './headers.ts';

/** Everything that was seen of one case. */
export interface Observation {
  readonly reply: Reply;
  readonly events: readonly ExchangeEvent[];
  /** Requests that reached a backend. */
  readonly requests: number;
  /** The backend had closed the connection before the request came: no answer could be given. */
  readonly late: boolean;
  /** Some connection had been used before. */
  readonly reused: boolean;
  /** How often the gateway may send what may be repeated. */
  readonly mostRequests: number;
}

export interface Judgement {
  readonly outcome: Outcome;
  /** What the bytes really say. */
  readonly truth: Reading;
  readonly violations: readonly string[];
}

/** Compares what became of a case with what its bytes allow. */
export function judge(one: HostileCase, seen: Observation): Judgement {
  const bytes = Buffer.concat(one.segments);
  const truth = readResponse(bytes, one.method, one.end === 'fin');
  const outcome = outcomeOf(seen.reply, one.method, truth);
  const violations = [
    ...judgeOutcome(one, truth, outcome, seen),
    ...judgeEvents(one, truth, outcome, seen),
    ...judgeRepeats(one, truth, seen),
  ];
  return { outcome, truth, violations };
}

function judgeOutcome(one: HostileCase, truth: Reading, outcome: Outcome, seen: Observation): string[] {
  switch (outcome.kind) {
    case 'relayed':
      return judgeRelayed(truth, outcome.reading);
    case 'refused':
      return [
        ...judgeRefusal(outcome.reading, one, truth, seen),
        ...judgeCause(one, truth, outcome.cause, seen),
      ];
    case 'broken':
      return judgeBroken(one, truth, outcome.reading);
    case 'wrong':
      return [outcome.why];
  }
}

/** A complete response must be what the bytes say, to the letter. */
function judgeRelayed(truth: Reading, got: Reading): string[] {
  if (truth.state !== 'complete') {
    return [
      `presented as complete, though it is ${truth.state} (${truth.flaw ?? truth.place}): ${excerpt(got.body)}`,
    ];
  }
  const found: string[] = [];
  if (got.head?.status !== truth.head?.status)
    found.push(`status ${got.head?.status}, sent ${truth.head?.status}`);
  if (!got.body.equals(truth.body)) found.push(`body ${excerpt(got.body)}, sent ${excerpt(truth.body)}`);
  return [...found, ...strangeHeaders(truth, got)];
}

/** The gateway's own answer: its form, and what it advises. */
function judgeRefusal(got: Reading, one: HostileCase, truth: Reading, { requests }: Observation): string[] {
  const found: string[] = [];
  const status = got.head?.status ?? 0;
  if (status !== 502) found.push(`refused with status ${status}`);
  if (valueOf(got.head, 'content-type') !== 'application/problem+json')
    found.push('refused without a problem body');
  if (one.method === 'HEAD') return found;
  const problem = JSON.parse(got.body.toString()) as { cause?: unknown; retryable?: unknown };
  if (problem.cause !== valueOf(got.head, 'proxy-cause')) found.push(`header and body name different causes`);
  const unprocessed = requests === 0 || saysUnread(truth);
  if (one.method === 'POST' && problem.retryable === true && !unprocessed)
    found.push('a POST called retryable');
  return found;
}

/** Nothing of the response is invented, and the connection was not kept. */
function judgeBroken(one: HostileCase, truth: Reading, got: Reading): string[] {
  const found: string[] = [];
  if (truth.state === 'complete' && truth.oddities.size === 0 && one.end !== 'rst') {
    found.push('a complete response was broken off');
  }
  if (got.head && got.head.status !== truth.head?.status) {
    found.push(`status ${got.head.status}, sent ${truth.head?.status}`);
  }
  if (!truth.body.subarray(0, got.body.length).equals(got.body)) {
    found.push(`body ${excerpt(got.body)}, sent ${excerpt(truth.body)}`);
  }
  return found;
}

/** One event, and the same cause in it. */
function judgeEvents(one: HostileCase, truth: Reading, outcome: Outcome, seen: Observation): string[] {
  const [event, ...others] = seen.events;
  if (!event || others.length > 0) return [`${seen.events.length} events for one exchange`];
  switch (outcome.kind) {
    case 'refused':
      return event.cause === outcome.cause ? [] : [`event ${event.cause}, header ${outcome.cause}`];
    case 'relayed': {
      const status = outcome.reading.head?.status ?? 0;
      const expected = status >= 502 && status <= 504 ? 'backend_status' : undefined;
      return event.cause === expected ? [] : [`event ${event.cause} for a complete response`];
    }
    case 'broken':
      return event.cause === undefined
        ? ['broken off without a cause']
        : judgeCause(one, truth, event.cause, seen);
    case 'wrong':
      return [];
  }
}

function judgeCause(
  one: HostileCase,
  truth: Reading,
  cause: string,
  { late, reused }: Observation,
): string[] {
  if (!(cause in causes)) return [`cause ${cause} is not in the catalogue`];
  if (late && cause === 'stale_connection') return [];
  const possible: ReadonlySet<string> = possibleCauses(one, truth, reused);
  if (possible.has(cause)) return [];
  const expected = [...possible].join(' or ') || 'success';
  return [`cause ${cause}, but the bytes are ${truth.state} in the ${truth.place}: ${expected}`];
}

/** What may have been processed is sent again only when that does no harm. */
function judgeRepeats(one: HostileCase, truth: Reading, { requests, mostRequests }: Observation): string[] {
  const most = one.method === 'POST' && !saysUnread(truth) ? 1 : mostRequests;
  return requests > most ? [`a ${one.method} reached a backend ${requests} times`] : [];
}

/** The backend answered in another protocol: it never read the request. */
function saysUnread({ flaw, doomed }: Reading): boolean {
  return [flaw, ...doomed].some((one) => one === 'tls' || one === 'http2');
}
