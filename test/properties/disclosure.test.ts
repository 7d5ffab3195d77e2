import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BackendReport, CauseCode } from '../../src/engine/types.ts';
import { causes } from '../../src/failure/causes.ts';
import { failed } from '../../src/failure/failed.ts';
import { answerFailure } from '../../src/failure/report/answer.ts';
import { addAttempt, fakeExchange, fakeTarget } from '../support/fake-exchange.ts';

/** Letters that no text of ours contains. */
const secret = fc.stringMatching(/^[a-z]{4}$/).map((letters) => `zq${letters}qz`);
const prefixes = fc.stringMatching(/^[a-z]{4}$/).map((letters) => `xq${letters}qx`);
const codes = fc.constantFrom(...(Object.keys(causes) as CauseCode[]));
const octet = fc.integer({ min: 1, max: 254 });
const addresses = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
const tiers = fc.constantFrom('public' as const, 'hidden' as const);
const states = fc.constantFrom(
  'available' as const,
  'open' as const,
  'half_open' as const,
  'saturated' as const,
);

test('no reader but a trusted one learns anything of a backend', () => {
  fc.assert(
    fc.property(codes, codes, secret, prefixes, addresses, tiers, states, (...given) => {
      const [cause, other, name, prefix, address, disclose, state] = given;
      const target = fakeTarget(name, {
        origin: `http://${address}:3000`,
        hostname: address,
        host: `${name}.internal:3000`,
        prefix: `/${prefix}`,
      });
      const error = new Error(`connect ECONNREFUSED ${address}:3000`, { cause: new Error(name) });
      const exchange = fakeExchange({ settings: { errors: { disclose } } });
      addAttempt(exchange, { target, status: 503, answeredAt: 1_001, endedAt: 1_002 });
      addAttempt(exchange, { target, cause: other, reached: 'maybe', endedAt: 1_010 });
      const backends: BackendReport[] = [
        { backend: name, state, since: '2026-01-01T00:00:00.000Z', cause: other },
      ];
      const detail = `${name} at ${address} said no`;
      const answer = answerFailure(
        exchange,
        failed(cause, { error, detail, backends }),
        'causeway',
        exchange.settings.errors,
      );
      const shown = `${answer.body}\n${[...answer.headers].flat().join('\n')}`;
      for (const hidden of [
        name,
        prefix,
        address,
        '3000',
        '.internal',
        'ECONNREFUSED',
        '    at ',
        '2026-01-01',
      ]) {
        expect(shown).not.toContain(hidden);
      }
      const trusted = answerFailure(exchange, failed(cause), 'causeway', {
        ...exchange.settings.errors,
        disclose: 'trusted',
      });
      expect(trusted.body).toContain(name);
      for (const hidden of [address, prefix, '    at ']) expect(trusted.body).not.toContain(hidden);
    }),
    { numRuns: 1_000 },
  );
});
