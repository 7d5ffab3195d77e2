import type { Socket } from 'node:net';
import type { Sent } from './live-client.ts';
import { readRaw } from './live-client.ts';

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
/** What RFC 6455 section 1.3 says that it has to be answered with. */
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** The head of a request for an upgrade, byte for byte. */
export function handshake(target = '/', ...lines: readonly string[]): string {
  return [
    `GET ${target} HTTP/1.1`,
    'Host: a',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    ...lines,
    '\r\n',
  ].join('\r\n');
}

/** A request for an upgrade to a protocol of no standard, which tests can speak byte for byte. */
export function requestFor(protocol: string, target = '/'): string {
  return `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;
}

export function switching(...lines: readonly string[]): string {
  return ['HTTP/1.1 101 Switching Protocols', ...lines, '\r\n'].join('\r\n');
}

export function switchingTo(protocol: string): string {
  return switching('Connection: Upgrade', `Upgrade: ${protocol}`);
}

/** The one response on a connection, up to the end of the connection. */
export async function readResponseOn(socket: Socket): Promise<Sent> {
  const { text, reset } = await readRaw(socket);
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]),
    headers,
    rawHeaders: lines,
    trailers: {},
    body: Buffer.from(rest.join('\r\n\r\n'), 'latin1'),
    complete: !reset,
    ms: 0,
  };
}
