import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { RawHeaders } from '../engine/types.ts';
import { type Http2Stream, streamOf } from './http2.ts';

/** What Node would not let into a head. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * An interim response, while there is no other. Node has functions for some of them, in some versions; each may be left
 * out, and is while the client reads slower than a backend sends them.
 */
export function writeInterim(response: ServerResponse, status: number, headers: RawHeaders): void {
  if (response.headersSent || response.destroyed) return;
  const stream = streamOf(response);
  if (stream) return writeHttp2(stream, status, headers);
  const { socket } = response;
  if (!socket?.writable || socket.writableNeedDrain) return;
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${linesOf(headers)}\r\n`, 'latin1');
}

function linesOf(headers: RawHeaders): string {
  let lines = '';
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] as string;
    if (VALUE.test(value)) lines += `${headers[i]}: ${value}\r\n`;
  }
  return lines;
}

function writeHttp2(stream: Http2Stream, status: number, headers: RawHeaders): void {
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  fields[':status'] = status;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const value = headers[i + 1] as string;
    const given = fields[name];
    fields[name] = given === undefined ? value : [given, value].flat();
  }
  try {
    stream.additionalHeaders(fields);
  } catch {
    // The stream is gone, or Node takes a header for illegal: nothing depends on it.
  }
}
