// A client that went through methods of its choice made the gateway forget what it had learned for GET.
import { METHODS } from 'node:http';
import { expect, test } from 'vitest';
import { LearnedLimits } from '../../src/layers/attempt-timeout/learned-limits.ts';
import { fakeRequest } from '../support/fake-exchange.ts';

test('every method there is leaves a route in use alone', () => {
  const limits = new LearnedLimits();
  const learned = limits.of(fakeRequest());
  for (const method of METHODS) {
    limits.of(fakeRequest({ method }));
    expect(limits.of(fakeRequest())).toBe(learned);
  }
});
