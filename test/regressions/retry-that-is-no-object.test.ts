// `retry: true`, a number or null was taken for an object of options: ignored, or a crash that named nothing.
import { expect, test } from 'vitest';
import { settleOptions } from '../../src/options/settle.ts';
import type { GatewayOptions } from '../../src/options.ts';

test.each([true, 3, null, 'no', []])('retry: %j is refused by name', (retry) => {
  const options = { backends: ['http://a'], retry } as unknown as GatewayOptions;
  expect(() => settleOptions(options)).toThrow(/^retry must be an object/);
});
