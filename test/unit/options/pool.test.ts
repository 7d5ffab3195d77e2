import { expect, test } from 'vitest';
import { settlePool } from '../../../src/options/pool.ts';
import type { GatewayOptions } from '../../../src/options.ts';

const settle = (options: object): unknown =>
  settlePool({ backends: ['http://a'], ...options } as GatewayOptions);

test('defaults', () => {
  expect(settle({})).toEqual({ balance: 'peak-ewma', panicThreshold: 0, slowStartMs: 0 });
});

test.each(['peak-ewma', 'least-pending', 'round-robin'])('balance: %s', (balance) => {
  expect(settle({ balance })).toMatchObject({ balance });
});

test('balance by a function of the request', () => {
  const hash = (): string => 'x';
  const given = { hash };
  expect(settle({ balance: given })).toMatchObject({ balance: { hash } });
  expect(settle({ balance: given })).not.toMatchObject({ balance: { other: 1 } });
});

test.each([
  [
    'random',
    'balance must be "peak-ewma" or "least-pending" or "round-robin", or an object with a function hash(), got "random"',
  ],
  [
    7,
    'balance must be "peak-ewma" or "least-pending" or "round-robin", or an object with a function hash(), got 7',
  ],
  [null, 'balance must be an object, got null'],
  [[], 'balance must be an object, got an empty array'],
  [{ hash: 'x' }, 'balance.hash must be a function, got "x"'],
  [{}, 'balance.hash must be a function, got undefined'],
  [{ hash: () => 'x', key: 1 }, 'unknown option balance.key (known: hash)'],
])('balance: %j is refused', (balance, complaint) => {
  expect(() => settle({ balance })).toThrow(TypeError);
  expect(() => settle({ balance })).toThrow(complaint);
});
