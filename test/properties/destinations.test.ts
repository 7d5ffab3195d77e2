import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settleDestinations } from '../../src/options/destinations.ts';

const target = { hostname: 'api.test' };
const refusalOf = (address: string, options = {}) => settleDestinations(options)?.refusalOf(target, address);

const word = fc.nat({ max: 0xffff_ffff });
const dotted = (bits: number): string => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
/** Half of them near the edges of what is special. */
const ipv4 = fc.oneof(
  word,
  fc
    .tuple(
      fc.constantFrom(
        '0.0.0.0',
        '10.0.0.0',
        '100.64.0.0',
        '127.0.0.0',
        '169.254.0.0',
        '172.16.0.0',
        '192.168.0.0',
      ),
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom(0, 8, 10, 12, 16),
    )
    .map(([base, step, prefix]) => {
      const size = prefix === 0 ? 1 : 2 ** (32 - prefix);
      return (numberOf(base) + (step > 0 ? size + step - 2 : step + 1) + 2 ** 32) % 2 ** 32;
    }),
);
const ipv6 = fc.array(fc.nat({ max: 0xffff }), { minLength: 8, maxLength: 8 });

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The ranges that the issue names, by arithmetic. */
function mustBeRefused(bits: number): boolean {
  const within = (base: string, prefix: number): boolean =>
    Math.floor(bits / 2 ** (32 - prefix)) === Math.floor(numberOf(base) / 2 ** (32 - prefix));
  return (
    within('0.0.0.0', 8) ||
    within('10.0.0.0', 8) ||
    within('100.64.0.0', 10) ||
    within('127.0.0.0', 8) ||
    within('169.254.0.0', 16) ||
    within('172.16.0.0', 12) ||
    within('192.168.0.0', 16) ||
    within('224.0.0.0', 3)
  );
}

test('every private, local or metadata address is refused, and its mapped spelling with it', () => {
  fc.assert(
    fc.property(ipv4, (bits) => {
      const address = dotted(bits);
      const what = refusalOf(address);
      if (mustBeRefused(bits)) expect(what).toBeDefined();
      expect(refusalOf(`::ffff:${address}`)).toBe(what);
      expect(refusalOf(`::ffff:${(bits >>> 16).toString(16)}:${(bits & 0xffff).toString(16)}`)).toBe(what);
      // Behind a translator it is no better, whatever is allowed here.
      if (what !== undefined) expect(refusalOf(`64:ff9b::${address}`, { private: true })).toBeDefined();
    }),
    { numRuns: 2_000 },
  );
});

test('outside of 2000::/3 only translated and mapped addresses are public', () => {
  fc.assert(
    fc.property(ipv6, (groups) => {
      const address = groups.map((group) => group.toString(16)).join(':');
      expect(isIP(address)).toBe(6);
      if ((groups[0] ?? 0) >> 13 !== 1) expect(refusalOf(address)).toBeDefined();
    }),
    { numRuns: 1_000 },
  );
});

test('a range holds what begins with its bits, and nothing else', () => {
  fc.assert(
    fc.property(word, word, fc.integer({ min: 1, max: 32 }), (network, other, prefix) => {
      const size = 2 ** (32 - prefix);
      const allow = [`${dotted(network)}/${prefix}`];
      const inside = Math.floor(network / size) * size + (other % size);
      expect(refusalOf(dotted(inside), { allow })).toBeUndefined();
      const isInside = Math.floor(other / size) === Math.floor(network / size);
      expect(refusalOf(dotted(other), { allow, private: true }) === undefined).toBe(isInside);
    }),
    { numRuns: 1_000 },
  );
});
