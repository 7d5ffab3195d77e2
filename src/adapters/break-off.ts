import type { IncomingMessage, ServerResponse } from 'node:http';
import { reset } from '../engine/reset.ts';
import { INTERNAL_ERROR, streamOf } from './http2.ts';

/** Ends a response in such a way that it cannot be taken for a complete one. */
export function breakOff(message: IncomingMessage, response: ServerResponse): void {
  const stream = streamOf(response);
  // Destroyed without an error, a stream would end as if all was well.
  if (stream) return stream.close(INTERNAL_ERROR);
  // An HTTP/1.0 client takes a plain close for the end of a body; a reset it does not.
  if (message.httpVersion === '1.0' && response.socket) reset(response.socket);
  response.destroy();
}
