import { expect, test } from 'vitest';
import { climbs } from '../../../src/engine/dot-segments.ts';

test.each([
  '/..',
  '/a/..',
  '/a/../b',
  '/%2e%2E/',
  '/.%2e',
  '/a\\..\\b',
  '/a%2f..%5Cb',
  '/..?x',
  '/..;/',
  '/a/..;x=y/b',
  '/%2e.;',
])('%s climbs', (path) => {
  expect(climbs(path)).toBe(true);
});

test.each(['/', '/a..b', '/...', '/..a', '/a..', '/.', '/a?/../', '/%2e', '/%252e%252e/', '/a;..', '/;/..b'])(
  '%s does not',
  (path) => {
    expect(climbs(path)).toBe(false);
  },
);
