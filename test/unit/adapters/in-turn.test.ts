import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { inTurn, isBehindAnother } from '../../../src/adapters/in-turn.ts';

function setUp(ahead: unknown, socket: object | null) {
  const calls: string[] = [];
  const connection = Object.assign(new EventEmitter(), {
    _httpMessage: ahead,
    destroy: () => calls.push('destroy'),
  });
  const message = Object.assign(new EventEmitter(), { socket: connection });
  const response = Object.assign(new EventEmitter(), { socket });
  const begin = (): void => void calls.push('begin');
  const [client, answer] = [message as unknown as IncomingMessage, response as unknown as ServerResponse];
  if (!isBehindAnother(client, answer)) begin();
  else inTurn(client.socket, answer, begin, () => calls.push('leave'));
  const listeners = () => message.listenerCount('close') + response.listenerCount('socket');
  return { calls, connection, response, listeners };
}

test('a request alone on its connection begins at once', () => {
  const { calls, listeners } = setUp(undefined, {});
  expect([calls, listeners()]).toEqual([['begin'], 0]);
});

test('so does one whose response has no connection, when nobody else has it either', () => {
  expect(setUp(null, null).calls).toEqual(['begin']);
  expect(setUp(undefined, null).calls).toEqual(['begin']);
});

test('one behind another waits until its response has the connection', () => {
  const { calls, response, connection, listeners } = setUp({}, null);
  expect(calls).toEqual([]);
  response.emit('socket');
  connection.emit('close');
  expect([calls, listeners()]).toEqual([['begin'], 0]);
});

test('and never begins when the connection closes before that', () => {
  const { calls, response, connection, listeners } = setUp({}, null);
  connection.emit('close');
  response.emit('socket');
  expect([calls, listeners()]).toEqual([['leave'], 0]);
});
