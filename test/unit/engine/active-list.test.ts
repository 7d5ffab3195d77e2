import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ActiveList } from '../../../src/engine/active-list.ts';
import { fakeExchange } from '../../support/fake-exchange.ts';

test('holds what was added and not yet removed, in whatever order they leave', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(20)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (taken) => {
      const list = new ActiveList();
      const exchanges = Array.from({ length: 21 }, (_, index) => fakeExchange({ id: String(index) }));
      const model = new Set<string>();
      for (const [adds, index] of taken) {
        const exchange = exchanges[index] ?? fakeExchange();
        if (adds && !model.has(exchange.request.id)) {
          list.add(exchange);
          model.add(exchange.request.id);
        } else if (!adds) {
          list.delete(exchange);
          model.delete(exchange.request.id);
        }
        expect(list.size).toBe(model.size);
      }
      expect(new Set(list.snapshot().map(({ request }) => request.id))).toEqual(model);
    }),
  );
});

test('a snapshot does not change with what is done to its members', () => {
  const list = new ActiveList();
  const exchanges = ['a', 'b', 'c'].map((id) => fakeExchange({ id }));
  for (const exchange of exchanges) list.add(exchange);
  const seen = list.snapshot();
  for (const exchange of seen) list.delete(exchange);
  expect([seen.length, list.size]).toEqual([3, 0]);
});
