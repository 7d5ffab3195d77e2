import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../engine/clock.ts';
import { linger } from './linger.ts';

/** What the compatibility API of `node:http2` has in place of a connection. */
export interface Http2Stream {
  additionalHeaders(headers: Record<string, unknown>): void;
  /** Sends RST_STREAM. */
  close(code: number): void;
  readonly endAfterHeaders?: boolean;
}

/** RFC 9113 section 7. */
export const NO_ERROR = 0;
export const INTERNAL_ERROR = 2;

/** Undefined for HTTP/1. */
export function streamOf(message: IncomingMessage | ServerResponse): Http2Stream | undefined {
  return (message as { readonly stream?: Http2Stream }).stream;
}

/** The client has more to send of a request of which nothing more is wanted. */
export function isUnread(message: IncomingMessage): boolean {
  // HTTP/2: each stream ends by itself, and does not stand in the way of others.
  return streamOf(message) === undefined && !message.complete;
}

/**
 * After a response that came before the end of the request: a little more is read, and then no more of that, please
 * (RFC 9113 section 8.1).
 */
export function dismissUpload(message: IncomingMessage, clock: Clock): void {
  const stream = streamOf(message);
  if (!stream || message.readableEnded || stream.endAfterHeaders === true) return;
  linger(message, clock, () => {
    // Not at once in any case: Node would send that before the response.
    if (!message.readableEnded) stream.close(NO_ERROR);
  });
}
