import type { IncomingMessage } from 'node:http';
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
  ['http:///x', 'http:///x', undefined],
  ['http://:80/x', 'http://:80/x', undefined],
  ['http://user@a.example/x', 'http://user@a.example/x', undefined],
  ['*', '*', undefined],
  ['ftp://a/x', 'ftp://a/x', undefined],
  ['a.example:443', 'a.example:443', undefined],
  ['', '', undefined],
])('%j is path %j at %s', (target, path, authority) => {
  const message = { url: target, method: 'GET' } as IncomingMessage;
  expect(parseTarget(message)).toEqual({ path, authority });
});

test('OPTIONS for a host and nothing else asks about all of it', () => {
  const asking = (url: string) => parseTarget({ url, method: 'OPTIONS' } as IncomingMessage);
  expect(asking('http://a.example')).toEqual({ path: '*', authority: 'a.example' });
  expect(asking('http://a.example/')).toEqual({ path: '/', authority: 'a.example' });
});
