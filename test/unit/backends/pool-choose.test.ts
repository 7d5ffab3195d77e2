import { describe, expect, test } from 'vitest';
import { type Backend } from '../../../src/backends/backend.ts';
import { pickPeakEwma } from '../../../src/backends/balance/peak-ewma.ts';
import type { Pick } from '../../../src/backends/balance/pick.ts';
import { Pool } from '../../../src/backends/pool.ts';
import { fakeBackend, tripBreaker } from '../../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';
import { seededRandom } from '../../support/fake-random.ts';

const NOW = 1_000;

function poolOf(first: Backend, ...others: Backend[]): Pool {
  return new Pool([first, ...others], pickPeakEwma, seededRandom(3));
}

function trip(backend: Backend): void {
  if (backend.breaker) tripBreaker(backend.breaker, NOW);
}

/** The names that come up when asked often. */
function chosen(pool: Pool, exchange = fakeExchange()): Set<string | undefined> {
  return new Set(Array.from({ length: 200 }, () => pool.choose(exchange, NOW)?.target.name));
}

function tried(...backends: Backend[]) {
  const exchange = fakeExchange();
  for (const { target } of backends) addAttempt(exchange, { target });
  return exchange;
}

test('healthy, each comes up', () => {
  expect(chosen(poolOf(fakeBackend('a'), fakeBackend('b'), fakeBackend('c')))).toEqual(
    new Set(['a', 'b', 'c']),
  );
});

test('a backend that was tried never comes up while another one admits', () => {
  const [a, b, c] = [fakeBackend('a'), fakeBackend('b'), fakeBackend('c')];
  expect(chosen(poolOf(a, b, c), tried(a, b))).toEqual(new Set(['c']));
  const exchange = tried(a, b);
  exchange.sameBackendAllowed = true;
  expect(chosen(poolOf(a, b, c), exchange)).toEqual(new Set(['c']));
});

test('a backend whose breaker is open never comes up', () => {
  const [a, b] = [fakeBackend('a'), fakeBackend('b')];
  trip(a);
  expect(chosen(poolOf(a, b))).toEqual(new Set(['b']));
});

test('when all were tried, none comes up unless the same may: that of the last attempt', () => {
  const [a, b] = [fakeBackend('a'), fakeBackend('b')];
  const exchange = tried(a, b);
  expect(chosen(poolOf(a, b), exchange)).toEqual(new Set([undefined]));
  exchange.sameBackendAllowed = true;
  expect(chosen(poolOf(a, b), exchange)).toEqual(new Set(['b']));
});

test('the same again does not mean one that is open', () => {
  const [a, b] = [fakeBackend('a'), fakeBackend('b')];
  trip(a);
  const exchange = tried(a, b);
  exchange.sameBackendAllowed = true;
  expect(chosen(poolOf(a, b), exchange)).toEqual(new Set(['b']));
});

test('two names for one origin are two backends', () => {
  const [a, b] = [fakeBackend('a'), fakeBackend('b')];
  expect(chosen(poolOf(a, b), tried(a))).toEqual(new Set(['b']));
});

describe('while all is well', () => {
  test('one pick is all it takes, among 10 or 10,000', () => {
    for (const count of [10, 10_000]) {
      const backends = Array.from({ length: count }, (_, index) =>
        fakeBackend(`b${index}`, { breaker: false }),
      );
      const [first, ...others] = backends;
      if (!first) throw new Error('no backend');
      let picks = 0;
      let looks = 0;
      for (const backend of backends) {
        const admits = backend.admits.bind(backend);
        backend.admits = (now) => {
          looks += 1;
          return admits(now);
        };
      }
      const pick: Pick = (candidates, random, now) => {
        picks += 1;
        return pickPeakEwma(candidates, random, now);
      };
      new Pool([first, ...others], pick, seededRandom(1)).choose(fakeExchange(), NOW);
      expect([picks, looks]).toEqual([1, 1]);
    }
  });
});
