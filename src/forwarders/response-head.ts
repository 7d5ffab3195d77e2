/** undici hands raw names and values as Buffers, in order and spelling as sent; HTTP headers are latin1. */
export function decodeHeaders(raw: unknown): string[] {
  if (!Array.isArray(raw)) return [];
  const headers: string[] = [];
  for (const part of raw as readonly unknown[]) {
    headers.push(part instanceof Buffer ? part.toString('latin1') : String(part));
  }
  return headers;
}

const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A reason phrase that Node would refuse to write is dropped: it means nothing (RFC 9112 section 4). */
export function sendableReason(reason: string | undefined): string {
  return reason !== undefined && SENDABLE.test(reason) ? reason : '';
}
