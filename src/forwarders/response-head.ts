import type { HeaderBytes } from '../engine/response-headers.ts';

/** undici's HTTP/1 parser hands names and values as Buffers, though its type allows more. */
export function rawBytes(raw: unknown): readonly HeaderBytes[] {
  return Array.isArray(raw) ? (raw as HeaderBytes[]) : [];
}

export function isEventStream(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A reason phrase that Node would refuse to write is dropped: it means nothing (RFC 9112 section 4). */
export function sendableReason(reason: string | undefined): string {
  return reason === 'OK' || (reason !== undefined && SENDABLE.test(reason)) ? reason : '';
}
