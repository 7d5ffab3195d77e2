import { type CauseCode, causes, type CauseRow, type Reached } from 'causeway-proxy';
import { type Fault, faults } from 'causeway-proxy/testing';
import { expect } from 'vitest';
import { reachedBy, refusalToRepeat } from './fault-rules.ts';
import type { BesideAnother } from './live-faults.ts';
import type { Observation } from './live-observation.ts';
import { expectFailure, type Problem, problemOf, proxyStatusOf } from './live-problem.ts';

/** An answer of the gateway's own: one cause, the same in the header, the body and the event, and what it implies. */
export function expectNamed(
  { sent, exchange }: Observation,
  cause: CauseCode,
  { status, reached = causes[cause].reached }: { readonly status?: number; readonly reached?: Reached } = {},
): void {
  const row: CauseRow = causes[cause];
  const problem = expectFailure(sent, cause, status ?? (row.group === 'client' ? row.status : 502));
  expect(problem).toMatchObject({ group: row.group, title: row.title, reached });
  // Particulars of the case may stand beside it.
  expect(problem['remedy']).toContain(row.remedy);
  expectRegisteredError(proxyStatusOf(sent).at(-1)?.parameters ?? {}, row);
  expect(exchange).toMatchObject({ outcome: 'failed', status: undefined, cause, group: row.group });
}

/** RFC 9209 section 2.3; with the number of an alert at hand, the alert is the error. */
function expectRegisteredError(parameters: Problem, row: CauseRow): void {
  expect(parameters['error']).toBe('alert-id' in parameters ? 'tls_alert_received' : row.error);
  for (const name of Object.keys(row.parameters ?? {})) expect(parameters).toHaveProperty(name);
}

/** A response that broke off: the event alone tells why, and the client cannot take it for a whole one. */
function expectBrokenOff({ sent, exchange, attempts }: Observation, cause: CauseCode): void {
  expect([0, 200]).toContain(sent.status);
  expect(sent.complete).toBe(false);
  expect(sent.headers).not.toHaveProperty('proxy-cause');
  const { group, reached } = causes[cause];
  expect(exchange).toMatchObject({ outcome: 'responded', status: 200, cause, group });
  expect(attempts).toMatchObject([{ cause, reached, phase: 'body' }]);
}

/** The backend's own answer, passed through but for our headers beside it. */
function expectPassedThrough({ sent, exchange, attempts }: Observation): void {
  const { status } = sent;
  expect([502, 503, 504]).toContain(status);
  expect([sent.complete, sent.body.toString()]).toEqual([true, 'sorry']);
  expect(sent.headers['proxy-cause']).toBe('backend_status');
  expect(proxyStatusOf(sent)).toEqual([{ who: 'causeway', parameters: { 'received-status': status } }]);
  const known = { cause: 'backend_status', status };
  expect(exchange).toMatchObject({ outcome: 'responded', group: 'overload', ...known });
  expect(attempts).toMatchObject([{ reached: 'yes', ...known }]);
}

/** This fault, and no other, was named everywhere. */
export function expectFault(fault: Fault, observed: Observation, status = 502): void {
  const { cause, afterHead } = faults[fault];
  if (afterHead) expectBrokenOff(observed, cause);
  else if (cause === 'backend_status') expectPassedThrough(observed);
  else {
    const reached = reachedBy(fault);
    expectNamed(observed, cause, { reached, status });
    expect(observed.attempts).toMatchObject([{ cause, reached }]);
  }
}

/** The other backend was asked as well where that can do no harm, and only there. */
export function expectElsewhere(fault: Fault, observed: BesideAnother, isIdempotent: boolean): void {
  const { sent, exchange, attempts, other } = observed;
  const refusal = refusalToRepeat(fault, isIdempotent);
  const { cause } = faults[fault];
  expect(attempts[0]).toMatchObject({ cause });
  if (refusal === undefined) {
    expect([sent.status, sent.body.toString()]).toEqual([200, 'the other one']);
    expect([exchange.attemptCount, exchange.cause, other.requests.length]).toEqual([2, undefined, 1]);
    return;
  }
  expectFault(fault, observed);
  expect([exchange.attemptCount, other.requests.length]).toEqual([1, 0]);
  if (sent.headers['content-type'] === 'application/problem+json') {
    expect(problemOf(sent)).toMatchObject({
      stopped: refusal,
      retryable: isIdempotent || reachedBy(fault) === 'no',
    });
  }
}
