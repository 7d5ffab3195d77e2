import { describe, expect, test } from 'vitest';
import { isSwitchTo, protocolsIn, tunnelledUpgrade } from '../../../src/engine/upgrade.ts';

describe('what a backend is asked to switch to', () => {
  test.each([
    ['websocket', 'websocket'],
    ['WebSocket', 'WebSocket'],
    [' websocket , chat/1.0 ', 'websocket, chat/1.0'],
    ['h2c, websocket', 'websocket'],
    ['chat/2, TLS/1.2, HTTP/2.0', 'chat/2'],
    ['h2cat', 'h2cat'],
    ['tlsish/1, https', 'tlsish/1, https'],
    ['web socket, chat', 'chat'],
  ])('%s: %s', (given, asked) => {
    expect(tunnelledUpgrade(given)).toBe(asked);
  });

  test.each([
    undefined,
    '',
    ',',
    'h2c',
    'H2C',
    'h2',
    'TLS/1.0',
    'HTTP/2.0',
    'http',
    'a b',
    'a/',
    '/1',
    'a/b/c',
    '"x"',
  ])('nothing: %s', (given) => {
    expect(tunnelledUpgrade(given)).toBe(undefined);
  });
});

describe('a switch', () => {
  test.each([
    ['websocket', 'websocket'],
    ['websocket', 'WebSocket'],
    ['websocket, chat/1', 'chat/1'],
    ['a, b', ['B', 'A']],
  ])('from %s to %s is one that was asked for', (asked, given) => {
    expect(isSwitchTo(asked, given)).toBe(true);
  });

  test.each([
    ['websocket', undefined],
    ['websocket', ''],
    ['websocket', 'websocket2'],
    ['websocket', 'websocket, h2c'],
    ['websocket', ['websocket', 'chat']],
    ['chat/1', 'chat'],
    ['chat/1', 'chat/2'],
  ])('from %s to %s is not', (asked, given) => {
    expect(isSwitchTo(asked, given)).toBe(false);
  });
});

test('a list is read without what is no protocol', () => {
  expect(protocolsIn(['a, ,b/1', 'c d'])).toEqual(['a', 'b/1']);
});
