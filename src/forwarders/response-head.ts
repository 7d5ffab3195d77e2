import type { HeaderBytes } from '../engine/response-headers.ts';
import type { CauseCode } from '../engine/types.ts';

/** undici's HTTP/1 parser hands names and values as Buffers, its HTTP/2 side an object. */
export function rawBytes(raw: unknown): readonly HeaderBytes[] {
  if (Array.isArray(raw)) return raw as HeaderBytes[];
  return typeof raw === 'object' && raw !== null ? Object.entries(raw).flatMap(bytesOf) : [];
}

function bytesOf([name, value]: [string, unknown]): HeaderBytes[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => [textBytes(name), textBytes(String(one))]);
}

function textBytes(text: string): HeaderBytes {
  return { latin1Slice: () => text };
}

export function isEventStream(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A reason phrase that Node would refuse to write is dropped: it means nothing (RFC 9112 section 4). */
export function sendableReason(reason: string | undefined): string {
  return reason === 'OK' || (reason !== undefined && SENDABLE.test(reason)) ? reason : '';
}

/** Spaces are all that the parser passes over: behind a tab it leaves the chunks as they are. */
const PLAIN_CHUNKED = /^chunked *$/i;

/** What undici lets through, but nobody may be given. Of transfer codings only chunked was undone. */
export function faultInHead(status: number, coding: string | string[] | undefined): CauseCode | undefined {
  if (status < 100) return 'response_header_invalid';
  // Nobody asked for it, or it does not say what the connection is now.
  if (status === 101) return 'upgrade_failed';
  if (coding === undefined || PLAIN_CHUNKED.test(String(coding))) return undefined;
  return 'response_coding_error';
}
