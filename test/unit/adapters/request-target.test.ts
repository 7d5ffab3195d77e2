import { expect, test } from 'vitest';
import { parseTarget } from '../../../src/adapters/request.ts';

test.each<[string, string, string | undefined]>([
  ['/', '/', undefined],
  ['/a?b', '/a?b', undefined],
  ['//other.example/x', '//other.example/x', undefined],
  ['http://a.example/x?y', '/x?y', 'a.example'],
  ['HTTPS://a.example:8443/x', '/x', 'a.example:8443'],
  ['http://a.example', '/', 'a.example'],
  ['http://a.example?y', '/?y', 'a.example'],
  ['*', '*', undefined],
  ['ftp://a/x', 'ftp://a/x', undefined],
  ['a.example:443', 'a.example:443', undefined],
  ['', '', undefined],
])('%j is path %j at %s', (target, path, authority) => {
  expect(parseTarget(target)).toEqual({ path, authority });
});
