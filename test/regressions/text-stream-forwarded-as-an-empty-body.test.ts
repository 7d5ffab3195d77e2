// After the app's `request.setEncoding`, which makes the chunks strings, the backend got an empty body.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openBody } from '../../src/adapters/open-body.ts';
import { createGateway } from '../../src/gateway.ts';
import { fakeExchange } from '../support/fake-exchange.ts';

test('a body decoded to text is refused by name', () => {
  const message = new IncomingMessage(new Socket());
  message.headers['content-length'] = '7';
  message.setEncoding('utf8');
  message.push(Buffer.from('{"a":1}'));
  message.complete = true;
  message.push(null);
  const exchange = fakeExchange({ method: 'POST' });
  openBody(message, {}, exchange, createGateway({ backends: ['http://a'] }).mount());
  expect(exchange.cancelled?.cause).toBe('request_body_consumed');
});
