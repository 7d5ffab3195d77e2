import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { RawHeaders } from '../engine/types.ts';

/** What Node has put on a response before it throws stays there, and would fail the answer to that as well. */
export function writeOrRestore(
  response: ServerResponse,
  headers: RawHeaders,
  write: (headers: RawHeaders) => void,
): void {
  const before = response.getHeaders();
  try {
    return write(headers);
  } catch (error) {
    restore(response, before);
    if ((error as NodeJS.ErrnoException).code !== 'ERR_HTTP2_HEADER_SINGLE_VALUE') throw error;
  }
  try {
    // Some headers Node sends once only, as nosniff: saying the same twice says no more.
    write(withoutCopies(headers));
  } catch (error) {
    restore(response, before);
    throw error;
  }
}

function restore(response: ServerResponse, before: OutgoingHttpHeaders): void {
  for (const name of response.getHeaderNames()) if (!name.startsWith(':')) response.removeHeader(name);
  for (const [name, value] of Object.entries(before)) {
    if (value !== undefined && !name.startsWith(':')) response.setHeader(name, value);
  }
}

function withoutCopies(headers: RawHeaders): string[] {
  const seen = new Set<string>();
  const lines: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name, value] = [headers[i] as string, headers[i + 1] as string];
    const line = `${name.toLowerCase()}:${value}`;
    if (!seen.has(line)) lines.push(name, value);
    seen.add(line);
  }
  return lines;
}
