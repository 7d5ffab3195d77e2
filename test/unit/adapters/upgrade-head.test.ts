import { expect, test } from 'vitest';
import { switchingHead } from '../../../src/adapters/upgrade-head.ts';
import { FakeUpgraded } from '../../support/fake-outcome.ts';

test('it names the protocol, and passes every other header as it is', () => {
  const headers = [
    'Sec-WebSocket-Accept',
    'x=',
    'set-cookie',
    'a=1',
    'Set-Cookie',
    'b=2',
    'Content-length',
    '3',
  ];
  expect(switchingHead(new FakeUpgraded(headers), 1)).toBe(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Accept: x=',
      'set-cookie: a=1',
      'Set-Cookie: b=2',
      '\r\n',
    ].join('\r\n'),
  );
});

test('a client that was rescued can see it', () => {
  expect(switchingHead(new FakeUpgraded(), 3)).toMatch(/\r\nProxy-Attempts: 3\r\n\r\n$/);
});
