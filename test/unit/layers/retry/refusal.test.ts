import { describe, expect, test } from 'vitest';
import { HookError } from '../../../../src/engine/hooks.ts';
import type { CauseCode, ProxyRequest, Reached, StopReason } from '../../../../src/engine/types.ts';
import { causes } from '../../../../src/failure/causes.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { refusalToRepeat } from '../../../../src/layers/retry/refusal.ts';
import { fakeBody, fakeExchange } from '../../../support/fake-exchange.ts';

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY', 'POST', 'PATCH', 'LOCK'];
const HARMLESS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY']);
const REACHED: readonly Reached[] = ['no', 'maybe', 'yes'];
const YES_OR_NO = [true, false];

interface Case {
  readonly cause: CauseCode;
  readonly method: string;
  readonly reached: Reached;
  readonly replayable: boolean;
  readonly optedIn: boolean;
  readonly off: boolean;
}

/** The rule once more, in the words of the design. */
function expected({ cause, method, reached, replayable, optedIn, off }: Case): StopReason | undefined {
  if (off) return 'disabled';
  if (causes[cause].retry === 'never') return 'not_retryable';
  const provablyUnsent = reached === 'no';
  if (!provablyUnsent && !HARMLESS.has(method) && !optedIn) return 'method_not_idempotent';
  return replayable ? undefined : 'body_not_replayable';
}

function cases(cause: CauseCode): Case[] {
  const all: Case[] = [];
  for (const method of METHODS)
    for (const reached of REACHED)
      for (const replayable of YES_OR_NO)
        for (const optedIn of YES_OR_NO)
          for (const off of YES_OR_NO) all.push({ cause, method, reached, replayable, optedIn, off });
  return all;
}

describe.each(Object.keys(causes) as CauseCode[])('%s', (cause) => {
  test('for every method, reach, body, opt-in and switch', () => {
    for (const one of cases(cause)) {
      const exchange = fakeExchange({
        method: one.method,
        body: fakeBody({ replayable: one.replayable }),
        settings: { retry: one.off ? false : { when: one.optedIn ? () => true : undefined } },
      });
      expect(refusalToRepeat(exchange, cause, one.reached), JSON.stringify(one)).toBe(expected(one));
    }
  });
});

test('nothing is repeated once a response has started', () => {
  const exchange = fakeExchange();
  exchange.responseStarted = true;
  expect(refusalToRepeat(exchange, 'connection_refused', 'no')).toBe('response_started');
});

test('an Idempotency-Key is no leave to repeat: only the route gives that', () => {
  const rawHeaders = ['Idempotency-Key', 'k-1'];
  const ask = (when?: (request: ProxyRequest) => boolean): StopReason | undefined =>
    refusalToRepeat(
      fakeExchange({ method: 'POST', rawHeaders, settings: { retry: { when } } }),
      'closed_before_response',
      'maybe',
    );
  expect(ask()).toBe('method_not_idempotent');
  expect(ask(({ headers }) => headers['idempotency-key'] !== undefined)).toBeUndefined();
});

test.each<[CauseCode, StopReason]>([
  ['deadline_exceeded', 'deadline'],
  ['client_aborted', 'client_gone'],
  ['request_body_timeout', 'client_gone'],
])('nothing is repeated after %s', (cause, reason) => {
  const exchange = fakeExchange();
  exchange.cancel(failed(cause));
  expect(refusalToRepeat(exchange, 'connection_refused', 'no')).toBe(reason);
});

describe('retry.when', () => {
  test('is told of the request and the cause, and asked only where it decides', () => {
    const asked: unknown[] = [];
    const when = (request: { readonly method: string }, cause: CauseCode): boolean => {
      asked.push([request.method, cause]);
      return false;
    };
    const ask = (method: string, reached: Reached): unknown =>
      refusalToRepeat(fakeExchange({ method, settings: { retry: { when } } }), 'stale_connection', reached);
    ask('GET', 'maybe');
    ask('POST', 'no');
    expect(asked).toEqual([]);
    expect(ask('POST', 'maybe')).toBe('method_not_idempotent');
    expect(asked).toEqual([['POST', 'stale_connection']]);
  });

  test('opts in with true alone, not with what is merely truthy', () => {
    const when = (() => 'yes') as unknown as () => boolean;
    const exchange = fakeExchange({ method: 'POST', settings: { retry: { when } } });
    expect(refusalToRepeat(exchange, 'stale_connection', 'maybe')).toBe('method_not_idempotent');
  });

  test('that throws is named', () => {
    const when = (): boolean => {
      throw new Error('oops');
    };
    const exchange = fakeExchange({ method: 'POST', settings: { retry: { when } } });
    expect(() => refusalToRepeat(exchange, 'stale_connection', 'maybe')).toThrow(HookError);
  });
});
