import type { ExchangeEvent } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { bytesOf, type HostileCase } from './hostile-case.ts';
import { judge, type Observation } from './judge/judge.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n';

function caseOf(text: string, given: Partial<HostileCase> = {}): HostileCase {
  return { name: 'one', method: 'GET', segments: [bytesOf(text)], end: 'hold', ...given };
}

type Given = Partial<Omit<Observation, 'reply' | 'events'>> & {
  readonly end?: Observation['reply']['end'];
  readonly event?: Partial<ExchangeEvent>;
  readonly eventCount?: number;
};

function seen(
  reply: string,
  { end = 'kept', event = {}, eventCount = 1, ...others }: Given = {},
): Observation {
  return {
    reply: { bytes: bytesOf(reply), end, ms: 1 },
    events: Array(eventCount).fill(event) as ExchangeEvent[],
    requests: 1,
    late: false,
    reused: false,
    mostRequests: 1,
    ...others,
  };
}

function refusal(cause: string, status = 502, retryable = false): string {
  const body = JSON.stringify({ cause, retryable });
  const type = 'Content-Type: application/problem+json';
  return `HTTP/1.1 ${status} Bad\r\nProxy-Cause: ${cause}\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

const WHOLE = caseOf(`${HEAD}\r\nhello`);
const CUT = caseOf(`${HEAD}\r\nhel`, { end: 'fin' });
const POSTED = caseOf('SSH-2.0\r\n', { method: 'POST' });

describe('is content with', () => {
  test.each<[string, HostileCase, Observation]>([
    ['a response relayed', WHOLE, seen(`${HEAD}Via: 1.1 a\r\n\r\nhello`)],
    [
      'a body broken off',
      CUT,
      seen(`${HEAD}\r\nhel`, { end: 'fin', event: { cause: 'response_truncated' } }),
    ],
    [
      'a failure named',
      POSTED,
      seen(refusal('response_not_http'), { event: { cause: 'response_not_http' } }),
    ],
  ])('%s', (_what, one, observation) => {
    expect(judge(one, observation).violations).toEqual([]);
  });
});

describe('sees', () => {
  const named = { event: { cause: 'response_not_http' as const } };
  test.each<[string, HostileCase, Observation]>([
    ['a stump presented as whole', CUT, seen('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhel')],
    ['another body', WHOLE, seen(`${HEAD}\r\nHELLO`)],
    ['another status', WHOLE, seen('HTTP/1.1 201 OK\r\nContent-Length: 5\r\n\r\nhello')],
    ['a header that was never sent', WHOLE, seen(`${HEAD}X-A: 1\r\n\r\nhello`)],
    ['bytes after the end', WHOLE, seen(`${HEAD}\r\nhelloHTTP/1.1 `)],
    ['a whole response broken off', WHOLE, seen(`${HEAD}\r\nhel`, { end: 'fin' })],
    ['a whole response refused', WHOLE, seen(refusal('response_truncated'))],
    ['no end', WHOLE, seen(`${HEAD}\r\nhel`, { end: 'hung' })],
    [
      'another cause',
      POSTED,
      seen(refusal('response_truncated'), { event: { cause: 'response_truncated' } }),
    ],
    ['a bug of the gateway', POSTED, seen(refusal('gateway_error'), { event: { cause: 'gateway_error' } })],
    ['a cause that there is not', POSTED, seen(refusal('nothing'), named)],
    ['another cause in the event', POSTED, seen(refusal('response_not_http'), { event: {} })],
    ['no event', WHOLE, seen(`${HEAD}\r\nhello`, { eventCount: 0 })],
    ['two events', WHOLE, seen(`${HEAD}\r\nhello`, { eventCount: 2 })],
    [
      'a cause for what went well',
      WHOLE,
      seen(`${HEAD}\r\nhello`, { event: { cause: 'response_truncated' } }),
    ],
    [
      'a POST that was repeated',
      POSTED,
      seen(refusal('response_not_http'), { ...named, requests: 2, mostRequests: 6 }),
    ],
    ['a POST called repeatable', POSTED, seen(refusal('response_not_http', 502, true), named)],
    ['more tries than there may be', WHOLE, seen(`${HEAD}\r\nhello`, { requests: 7, mostRequests: 6 })],
    ['another status of its own', POSTED, seen(refusal('response_not_http', 500), named)],
  ])('%s', (_what, one, observation) => {
    expect(judge(one, observation).violations).not.toEqual([]);
  });
});
