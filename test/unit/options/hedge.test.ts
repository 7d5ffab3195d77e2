import { describe, expect, test } from 'vitest';
import type { HedgeSettings } from '../../../src/engine/settings.ts';
import { settleOptions, settlePolicy } from '../../../src/options/settle.ts';
import type { HedgeOptions, PolicyOptions } from '../../../src/options.ts';

const ON: HedgeSettings = { quantile: 0.95, delayMs: undefined };

/** What a gateway makes of it, and a mount of that gateway. */
function settle(gateway: unknown, policy?: unknown): HedgeSettings | false | undefined {
  const { request } = settleOptions({
    backends: ['http://a'],
    retry: { hedge: gateway as boolean | HedgeOptions },
  });
  const mount = policy === undefined ? request : settlePolicy({ retry: policy } as PolicyOptions, request);
  return mount.retry === false ? undefined : mount.retry.hedge;
}

test.each<[unknown, HedgeSettings | false]>([
  [undefined, false],
  [false, false],
  [true, ON],
  [{}, ON],
  [{ quantile: 0.99 }, { ...ON, quantile: 0.99 }],
  [{ delayMs: 20 }, { ...ON, delayMs: 20 }],
  [{ delayMs: undefined }, ON],
])('%o is %o', (given, settled) => {
  expect(settle(given)).toEqual(settled);
});

test.each<[unknown, unknown, HedgeSettings | false]>([
  [true, {}, ON],
  [true, { hedge: undefined }, ON],
  [true, { hedge: false }, false],
  [false, { hedge: true }, ON],
  [undefined, { hedge: { delayMs: 20 } }, { ...ON, delayMs: 20 }],
  [{ quantile: 0.9 }, { hedge: true }, { ...ON, quantile: 0.9 }],
  [{ quantile: 0.9 }, { hedge: { delayMs: 20 } }, { quantile: 0.9, delayMs: 20 }],
])('of a gateway %o, of a mount %o: %o', (gateway, policy, settled) => {
  expect(settle(gateway, policy)).toEqual(settled);
});

describe('refused', () => {
  test.each<[unknown, typeof TypeError | typeof RangeError, string]>([
    [5, TypeError, 'retry.hedge must be true, false or an object, got 5'],
    [null, TypeError, 'retry.hedge must be true, false or an object, got null'],
    [[], TypeError, 'retry.hedge must be an object, got an empty array'],
    [{ delay: 5 }, TypeError, 'unknown option retry.hedge.delay; did you mean retry.hedge.delayMs?'],
    [{ quantile: 95 }, RangeError, 'retry.hedge.quantile must be a number from 0.5 to 0.999, got 95'],
    [{ quantile: '0.9' }, TypeError, 'retry.hedge.quantile must be a number from 0.5 to 0.999, got "0.9"'],
    [{ delayMs: 0 }, RangeError, 'retry.hedge.delayMs must be a number of milliseconds from 1'],
  ])('%o', (given, Kind, message) => {
    expect(() => settle(given)).toThrow(Kind);
    expect(() => settle(given)).toThrow(message);
    expect(() => settle(true, { hedge: given })).toThrow(message);
  });
});
