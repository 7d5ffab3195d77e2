import { expect, test } from 'vitest';
import { compose } from '../../../src/engine/compose.ts';
import type { Layer } from '../../../src/engine/types.ts';
import { fakeExchange } from '../../support/fake-exchange.ts';
import { FakeResponded } from '../../support/fake-outcome.ts';

const logging =
  (name: string, log: string[]): Layer =>
  (next) =>
  async (exchange) => {
    log.push(`${name} in`);
    const outcome = await next(exchange);
    log.push(`${name} out`);
    return outcome;
  };

test('the first layer listed is the outermost', async () => {
  const log: string[] = [];
  const forward = compose([logging('one', log), logging('two', log)], () => {
    log.push('hop');
    return Promise.resolve(new FakeResponded());
  });
  await forward(fakeExchange());
  expect(log).toEqual(['one in', 'two in', 'hop', 'two out', 'one out']);
});

test('without layers it is the innermost itself', () => {
  const innermost = (): Promise<FakeResponded> => Promise.resolve(new FakeResponded());
  expect(compose([], innermost)).toBe(innermost);
});
