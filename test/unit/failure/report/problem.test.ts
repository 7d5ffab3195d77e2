import { expect, test } from 'vitest';
import { failed } from '../../../../src/failure/failed.ts';
import { buildReport } from '../../../../src/failure/report/build.ts';
import { problemDetails, problemJson } from '../../../../src/failure/report/problem.ts';
import type { Disclosure } from '../../../../src/engine/settings.ts';
import { addAttempt, fakeExchange, fakeTarget, PLAIN_ERRORS } from '../../../support/fake-exchange.ts';

function details(
  tier: Disclosure,
  cause: 'connection_refused' | 'circuit_open' = 'connection_refused',
): object {
  const exchange = fakeExchange({ id: 'r-1' });
  addAttempt(exchange, { cause: 'connection_refused', reached: 'no', endedAt: 1_001, phase: 'connect' });
  exchange.stopped = 'max_attempts';
  const backends = [{ backend: 'a', state: 'open', cause: 'connection_refused' }] as const;
  const failure = failed(cause, cause === 'circuit_open' ? { backends } : {});
  return problemDetails(buildReport(exchange, failure, PLAIN_ERRORS), tier);
}

const PUBLIC = {
  type: 'urn:causeway:cause:connection_refused',
  title: 'The backend refused the connection',
  status: 502,
  detail: 'The backend refused the connection (after 1 attempt).',
  instance: 'urn:causeway:request:r-1',
  cause: 'connection_refused',
  group: 'overload',
  requestId: 'r-1',
  retryable: true,
  attemptCount: 1,
};

test('hidden: status, cause and request id alone', () => {
  expect(details('hidden')).toEqual({ status: 502, cause: 'connection_refused', requestId: 'r-1' });
});

test('public: down to the number of attempts', () => {
  expect(details('public')).toEqual(PUBLIC);
});

test('public, with the causes behind an open circuit', () => {
  expect(details('public', 'circuit_open')).toMatchObject({ underlying: ['connection_refused'] });
  expect(details('public', 'circuit_open')).not.toHaveProperty('backends');
});

test('trusted: where, why no more, and what to do', () => {
  expect(details('trusted')).toEqual({
    ...PUBLIC,
    stopped: 'max_attempts',
    reached: 'no',
    attempts: [{ backend: 'a', phase: 'connect', ms: 1, cause: 'connection_refused' }],
    remedy: 'Nothing listens there: is the backend running, is the port right?',
  });
  expect(details('trusted', 'circuit_open')).toHaveProperty('backends');
});

test('it is one line of JSON', () => {
  const report = buildReport(fakeExchange(), failed('dns_failed'), PLAIN_ERRORS);
  const json = problemJson(problemDetails(report, 'trusted'));
  expect(json).toMatch(/^\{[^\n]*\}\n$/);
  expect(JSON.parse(json)).toEqual(problemDetails(report, 'trusted'));
});

test('whatever a backend is called, it is ASCII, and says the same', () => {
  const name = 'é\u202e\u009b31m\x7f\x1b[2J\u{1f600}\ud800"\\</script>';
  const exchange = fakeExchange();
  addAttempt(exchange, { target: fakeTarget(name) });
  const json = problemJson(
    problemDetails(buildReport(exchange, failed('dns_failed'), PLAIN_ERRORS), 'trusted'),
  );
  expect(json).toMatch(/^[\x20-\x7e]*\n$/);
  expect(JSON.parse(json)).toMatchObject({ attempts: [{ backend: name }] });
});
