import { expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import type { Pool } from '../../../src/backends/pool.ts';
import { fakeBackend, tripBreaker } from '../../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';
import { fakePool } from '../../support/fake-pool.ts';

const NOW = 1_000;

interface State {
  readonly tried: boolean;
  readonly open?: boolean;
  readonly full?: boolean;
}

function setUp(...states: readonly State[]) {
  const exchange = fakeExchange();
  const backends = states.map(({ tried, open, full }, index): Backend => {
    const backend = fakeBackend(`b${index}`, { limit: 1 });
    if (tried) addAttempt(exchange, { target: backend.target });
    if (full) backend.enter(NOW);
    if (open && backend.breaker) tripBreaker(backend.breaker, NOW);
    return backend;
  });
  return { pool: fakePool(backends), exchange };
}

test.each<[string, State[], ReturnType<Pool['elsewhere']>]>([
  ['one that was not tried', [{ tried: true }, { tried: false }], 'other'],
  ['only tried ones', [{ tried: true }, { tried: true }], 'same'],
  ['the only one there is', [{ tried: true }], 'only'],
  ['another one, but open', [{ tried: true }, { tried: false, open: true }], 'same'],
  ['another one, but full', [{ tried: true }, { tried: false, full: true }], 'same'],
  [
    'the tried one open, too',
    [
      { tried: true, open: true },
      { tried: false, open: true },
    ],
    'none',
  ],
  ['the only one, open', [{ tried: true, open: true }], 'none'],
  ['the last one open, an earlier one not', [{ tried: true }, { tried: true, open: true }], 'none'],
])('%s', (_what, states, where) => {
  const { pool, exchange } = setUp(...states);
  expect(pool.elsewhere(exchange, NOW)).toBe(where);
});

test.each<[string, State[], boolean]>([
  ['it is full', [{ tried: false, full: true }], true],
  ['it is full and was tried', [{ tried: true, full: true }], false],
  ['it is full and open', [{ tried: false, full: true, open: true }], false],
  ['it is open', [{ tried: false, open: true }], false],
  [
    'one is open, the other one full',
    [
      { tried: false, open: true },
      { tried: false, full: true },
    ],
    true,
  ],
])('waiting would help when %s', (_what, states, helps) => {
  const { pool, exchange } = setUp(...states);
  expect(pool.isMerelyBusy(exchange)).toBe(helps);
});

test('waiting for one tried before the last does not', () => {
  const { pool, exchange } = setUp({ tried: true, full: true }, { tried: true });
  exchange.sameBackendAllowed = true;
  expect(pool.isMerelyBusy(exchange)).toBe(false);
});

test('waiting for a tried backend helps where the same one may be used', () => {
  const { pool, exchange } = setUp({ tried: true, full: true });
  exchange.sameBackendAllowed = true;
  expect(pool.isMerelyBusy(exchange)).toBe(true);
});
