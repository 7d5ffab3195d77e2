import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import type { Pool } from '../../../src/backends/pool.ts';
import {
  breakerOf,
  failedWith,
  fakeBackend,
  SAYS_NOTHING,
  SUCCEEDED,
  trip,
} from '../../support/fake-backend.ts';
import { used } from '../../support/fake-balance.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';
import { fakePool } from '../../support/fake-pool.ts';
import { seededRandom } from '../../support/fake-random.ts';

const NOW = 1_000;
/** The breaker's wait is over. */
const DUE = 2_000;

/** One that was answering badly, and others that are well. */
function setUp(others = 1) {
  const bad = fakeBackend('bad');
  trip(bad, NOW, 'closed_before_response');
  const well = Array.from({ length: others }, (_, index) => used(fakeBackend(`ok${index}`)));
  const pool = fakePool([bad, ...well], { random: seededRandom(4) });
  return { bad, pool };
}

function chooses(pool: Pool, now: number, method = 'GET', times = 1): (string | undefined)[] {
  return Array.from({ length: times }, () => pool.choose(fakeExchange({ method }), now)?.target.name);
}

describe('while others are in rotation', () => {
  test('nobody looks before its time, and then the next request does', () => {
    const { pool } = setUp();
    expect(chooses(pool, DUE - 1)).toEqual(['ok0']);
    expect(chooses(pool, DUE)).toEqual(['bad']);
  });

  test('a request that must not be repeated does not, until for two seconds no other came', () => {
    const { pool } = setUp();
    expect(new Set(chooses(pool, DUE, 'POST', 50))).toEqual(new Set(['ok0']));
    expect(chooses(pool, DUE + 1_999, 'POST')).toEqual(['ok0']);
    expect(chooses(pool, DUE + 2_000, 'POST')).toEqual(['bad']);
  });

  test('nor does one that has failed already', () => {
    const { pool } = setUp();
    const exchange = fakeExchange();
    addAttempt(exchange, { target: fakeBackend('gone').target });
    expect(pool.choose(exchange, DUE)?.target.name).toBe('ok0');
  });

  test('at most one request in ten does, however many wait for one', () => {
    const pool = fakePool([
      fakeBackend('ok0'),
      ...Array.from({ length: 50 }, (_, i) => fakeBackend(`bad${i}`)),
    ]);
    for (const backend of pool.backends.slice(1)) trip(backend, NOW, 'closed_before_response');
    const probes = Array.from({ length: 100 }, () => {
      const backend = pool.choose(fakeExchange(), DUE);
      if (backend?.target.name === 'ok0') return 0;
      pool.enter(backend ?? fakeBackend('none'), DUE);
      return 1;
    });
    expect(probes.reduce((sum: number, one) => sum + one, 0)).toBe(10);
    expect(probes.slice(0, 11).filter(Boolean)).toHaveLength(1);
  });

  test('one at a time', () => {
    const { bad, pool } = setUp();
    const probe = pool.enter(bad, DUE);
    expect(new Set(chooses(pool, DUE, 'GET', 30))).toEqual(new Set(['ok0']));
    probe?.answered(SUCCEEDED, DUE, 1);
    probe?.settle(SUCCEEDED, DUE);
    for (const backend of pool.backends) backend.latency.observe(1, DUE);
    expect(new Set(chooses(pool, DUE, 'GET', 50))).toEqual(new Set(['ok0', 'bad']));
  });

  test('an outcome that says nothing leaves the probe to the next one', () => {
    const { bad, pool } = setUp();
    pool.enter(bad, DUE)?.settle(SAYS_NOTHING, DUE + 5);
    expect(chooses(pool, DUE + 5)).toEqual(['bad']);
  });

  test('a full one is not looked at before it has room', () => {
    const bad = fakeBackend('bad', { limit: 1 });
    const pool = fakePool([bad, fakeBackend('ok0')]);
    const slow = pool.enter(bad, NOW);
    trip(bad, NOW, 'closed_before_response');
    expect(chooses(pool, DUE)).toEqual(['ok0']);
    slow?.settle(SUCCEEDED, DUE);
    expect(chooses(pool, DUE)).toEqual(['bad']);
  });

  test('one that could not be reached is left to the background, until a connection succeeds', () => {
    const dead = fakeBackend('dead');
    trip(dead, NOW, 'connection_refused');
    const pool = fakePool([dead, fakeBackend('ok0')]);
    expect(new Set(chooses(pool, 60_000, 'GET', 30))).toEqual(new Set(['ok0']));
    breakerOf(dead).allowProbe('reachable', 60_000);
    expect(chooses(pool, 60_000)).toEqual(['dead']);
  });

  test('those of a lower tier are not looked at while the upper one can serve', () => {
    const lower = fakeBackend('lower', { tier: 1 });
    trip(lower, NOW, 'closed_before_response');
    const pool = fakePool([fakeBackend('ok0'), lower]);
    expect(new Set(chooses(pool, DUE, 'GET', 30))).toEqual(new Set(['ok0']));
  });
});

describe('while none is', () => {
  function allOut(cause: 'connection_refused' | 'closed_before_response') {
    const backends = [fakeBackend('a'), fakeBackend('b')];
    for (const backend of backends) trip(backend, NOW, cause);
    return { backends, pool: fakePool(backends) };
  }

  test.each(['connection_refused', 'closed_before_response'] as const)(
    'any request may look when it is time, after %s',
    (cause) => {
      const { pool } = allOut(cause);
      expect(chooses(pool, DUE - 1, 'POST')).toEqual([undefined]);
      const first = pool.choose(fakeExchange({ method: 'POST' }), DUE);
      pool.enter(first as Backend, DUE);
      const second = pool.choose(fakeExchange({ method: 'POST' }), DUE);
      expect([first?.target.name, second?.target.name].sort()).toEqual(['a', 'b']);
      pool.enter(second as Backend, DUE);
      expect(chooses(pool, DUE, 'POST')).toEqual([undefined]);
    },
  );

  test('the next time is known', () => {
    const { backends, pool } = allOut('connection_refused');
    expect([pool.rotation.nextProbeAt, pool.rotation.broken]).toEqual([DUE, 2]);
    pool.enter(backends[0] as Backend, DUE)?.settle(failedWith('connection_refused'), DUE);
    pool.enter(backends[1] as Backend, DUE)?.settle(failedWith('connection_refused'), DUE + 1);
    expect(pool.rotation.nextProbeAt).toBe(DUE + 2_000);
  });

  test('a lower tier serves what must not be risked', () => {
    const upper = fakeBackend('upper');
    trip(upper, NOW, 'closed_before_response');
    const pool = fakePool([upper, fakeBackend('lower', { tier: 1 })]);
    expect(chooses(pool, DUE, 'POST')).toEqual(['lower']);
    expect(chooses(pool, DUE, 'GET')).toEqual(['upper']);
  });
});
