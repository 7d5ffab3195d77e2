import { expect, test } from 'vitest';
import { isIdempotent } from '../../../src/engine/methods.ts';

test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])('%s may be repeated', (method) => {
  expect(isIdempotent(method)).toBe(true);
});

test.each(['POST', 'PATCH', 'CONNECT', 'LOCK', 'get', 'Put', ''])('%s may not', (method) => {
  expect(isIdempotent(method)).toBe(false);
});
