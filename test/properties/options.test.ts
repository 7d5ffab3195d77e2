import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settleOptions } from '../../src/options/settle.ts';
import type { GatewayOptions } from '../../src/options.ts';

const GROUPS = ['timeouts', 'limits', 'headers', 'errors', 'breaker'] as const;
const KEYS = ['connectMs', 'queue', 'trust', 'status', 'openMs', 'nonsense', 'learned'] as const;

test('whatever stands in a group, it is taken as it is or refused by name', () => {
  fc.assert(
    fc.property(fc.constantFrom(...GROUPS), fc.constantFrom(...KEYS), fc.anything(), (group, key, value) => {
      const options = { backends: ['http://a'], [group]: { [key]: value } } as unknown as GatewayOptions;
      try {
        const settings = settleOptions(options);
        const where = group === 'limits' || group === 'breaker' ? settings : settings.request;
        const settled = (where as unknown as Record<string, Record<string, unknown>>)[group]?.[key];
        if (value !== undefined) expect(settled).toBe(value);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(['TypeError', 'RangeError']).toContain((error as Error).name);
        expect((error as Error).message).toContain(`${group}.${key === 'openMs' ? '' : key}`);
      }
    }),
    { numRuns: 1_000 },
  );
});
