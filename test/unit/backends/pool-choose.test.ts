import { expect, test } from 'vitest';
import { type Backend } from '../../../src/backends/backend.ts';
import type { Pool } from '../../../src/backends/pool.ts';
import { fakeBackend, trip } from '../../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';
import { fakePool } from '../../support/fake-pool.ts';
import { seededRandom } from '../../support/fake-random.ts';

const NOW = 1_000;

function poolOf(...backends: Backend[]): Pool {
  return fakePool(backends, { random: seededRandom(3) });
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

test.each([10, 10_000])('one pick is all it takes, among %i of which half are out', (count) => {
  const backends = Array.from({ length: count }, (_, index) => fakeBackend(`b${index}`));
  let picks = 0;
  const pool = fakePool(backends, {
    random: seededRandom(1),
    onBalancer: (balancer) => {
      const pick = balancer.pick.bind(balancer);
      balancer.pick = (exchange, now) => {
        picks += 1;
        return pick(exchange, now);
      };
    },
  });
  for (let i = 0; i < count; i += 2) trip(backends[i] ?? fakeBackend('none'));
  let looks = 0;
  for (const backend of backends) {
    const share = backend.share.bind(backend);
    backend.share = (now) => {
      looks += 1;
      return share(now);
    };
  }
  const chosen = pool.choose(fakeExchange(), NOW);
  expect(chosen?.standing).toBe('available');
  expect([picks, looks]).toEqual([1, 2]);
});
