import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { EMPTY_BODY } from '../engine/body.ts';
import type { Mount } from '../engine/core.ts';
import { ClientExchange } from '../engine/exchange.ts';
import { failed } from '../failure/failed.ts';
import { makeAnswer } from './answer.ts';
import { exchangeStart } from './exchange-start.ts';

/** Answers an upgrade with a complete HTTP response that says why there is none, and closes. */
export function refuseUpgrade(message: IncomingMessage, socket: Duplex, mount: Mount): void {
  socket.on('error', () => socket.destroy());
  const exchange = new ClientExchange(exchangeStart(message, mount), EMPTY_BODY);
  exchange.stopped = 'not_retryable';
  const failure = failed('upgrade_failed', { reached: 'no' });
  const { status, headers, content } = makeAnswer(exchange, failure, mount);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...[...headers, ...content.headers].map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(content.body)}`,
    'Connection: close',
  ];
  // The client's half stays open otherwise: nobody would ever close it.
  socket.resume();
  const body = message.method === 'HEAD' ? '' : content.body;
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
