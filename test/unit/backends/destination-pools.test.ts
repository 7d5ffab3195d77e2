import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { DestinationPools } from '../../../src/backends/destination-pools.ts';
import type { Destination } from '../../../src/engine/settings.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeBackend } from '../../support/fake-backend.ts';
import { fakeTarget } from '../../support/fake-exchange.ts';
import { fakePool } from '../../support/fake-pool.ts';

function fixture() {
  const clock = new FakeClock();
  const log: string[] = [];
  const backends: Backend[] = [];
  const pools = new DestinationPools({
    clock,
    createPool: () => fakePool([]),
    createBackend: ({ target }) => {
      const backend = fakeBackend(target.name);
      backends.push(backend);
      return backend;
    },
    onChange: ({ backend, kind }) => log.push(`${backend.target.name} ${kind}`),
    forget: ({ name }) => log.push(`${name} forgotten`),
  });
  return { clock, log, backends, pools };
}

function to(key: string): Destination {
  return { key, backend: { target: fakeTarget(key), weight: 1, tier: 0 } };
}

describe('pools of named destinations', () => {
  test('are made once for each', () => {
    const { pools, backends, log } = fixture();
    expect(pools.poolOf(to('a'))).toBe(pools.poolOf(to('a')));
    expect(pools.poolOf(to('a'))).not.toBe(pools.poolOf(to('b')));
    expect([backends.length, log]).toEqual([2, ['a joined', 'b joined']]);
  });

  test('make room for new ones, those first that were used longest ago', () => {
    const { pools, log } = fixture();
    for (let i = 0; i < 1_000; i += 1) pools.poolOf(to(String(i)));
    pools.poolOf(to('0'));
    log.length = 0;
    pools.poolOf(to('new'));
    expect(log).toEqual(['1 left', '1 forgotten', 'new joined']);
  });

  test('that are in use stay, and when all are, there is no room', () => {
    const { pools, backends, clock, log } = fixture();
    for (let i = 0; i < 1_000; i += 1) pools.poolOf(to(String(i)));
    const passes = backends.map((backend) => backend.enter(clock.now()));
    expect(pools.poolOf(to('new'))).toBeUndefined();
    passes[3]?.settle({ kind: 'ignored' }, clock.now());
    log.length = 0;
    expect(pools.poolOf(to('new'))).toBeDefined();
    expect(log).toEqual(['3 left', '3 forgotten', 'new joined']);
  });
});
