import { type HeaderBytes, responseHeaders } from '../../src/engine/response-headers.ts';

/** Names and values as they come from the wire. */
export function headerBytes(lines: readonly string[]): HeaderBytes[] {
  // Node's types do not know `latin1Slice`, which every Buffer has.
  return lines.map((text) => ({ latin1Slice: () => Buffer.from(text, 'latin1').toString('latin1') }));
}

/** The response head as the client gets it. */
export function relayedHeaders(
  lines: readonly string[],
  connection?: string | string[],
  gatewayName = 'causeway',
): readonly string[] {
  return responseHeaders(headerBytes(lines), connection, gatewayName).headers;
}
