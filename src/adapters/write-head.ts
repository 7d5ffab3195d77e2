import type { ServerResponse } from 'node:http';
import type { RawHeaders, Responded } from '../engine/types.ts';

/** Lines of these from app and backend add up; for any other header the backend's line wins. */
const MERGED: ReadonlySet<string> = new Set(['set-cookie', 'vary']);

/**
 * The backend's head, with what the app had set before (CORS, security headers).
 * @throws what Node throws for a head that it will not write.
 */
export function writeHead(response: ServerResponse, outcome: Responded, ours: readonly string[]): void {
  const theirs = response.getHeaderNames();
  if (theirs.length === 0) {
    response.writeHead(outcome.status, outcome.statusText, [...outcome.headers, ...ours]);
    return;
  }
  for (const name of theirs) {
    if (!MERGED.has(name) && hasHeader(outcome.headers, name)) response.removeHeader(name);
  }
  append(response, outcome.headers);
  append(response, ours);
  response.writeHead(outcome.status, outcome.statusText);
}

function append(response: ServerResponse, headers: RawHeaders): void {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    response.appendHeader(headers[i] as string, headers[i + 1] as string);
  }
}

function hasHeader(headers: RawHeaders, lowerName: string): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return true;
  }
  return false;
}
