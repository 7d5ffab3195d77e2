import type { ServerResponse } from 'node:http';
import type { RawHeaders, Responded } from '../engine/types.ts';
import { streamOf } from './http2.ts';
import { OF_ANOTHER_BODY } from './other-body.ts';
import { writeOrRestore } from './write-head-http2.ts';

/**
 * The backend's head, with what the app had set before (CORS, security headers).
 * @throws what Node throws for a head that it will not write.
 */
export function writeHead(response: ServerResponse, outcome: Responded, ours: RawHeaders): void {
  const { headers, withdrawn } = outcome;
  if (withdrawn) for (const name of withdrawn) response.removeHeader(name);
  if (!streamOf(response)) return writeWith(response, outcome, headers, ours);
  writeOrRestore(response, headers, (lines) => writeWith(response, outcome, lines, ours));
}

function writeWith(
  response: ServerResponse,
  { status, statusText, hasRepeatedHeaders }: Responded,
  headers: RawHeaders,
  ours: RawHeaders,
): void {
  const theirs = response.getHeaderNames();
  if (theirs.length === 0) {
    const all = ours.length === 0 ? (headers as string[]) : [...headers, ...ours];
    // HTTP/2 has no reason phrases, and Node warns of one.
    if (streamOf(response)) response.writeHead(status, all);
    else response.writeHead(status, statusText, all);
    return;
  }
  dropOthersFraming(response, theirs, headers);
  // Given a list, writeHead would validate every header three times over.
  if (hasRepeatedHeaders) appendAll(response, theirs, headers);
  else setAll(response, headers);
  for (let i = 0; i + 1 < ours.length; i += 2) {
    // A second Proxy-Status adds to the backend's own.
    if (ours[i] === 'Connection') response.setHeader('Connection', ours[i + 1] as string);
    else response.appendHeader(ours[i] as string, ours[i + 1] as string);
  }
  if (streamOf(response)) response.writeHead(status);
  else response.writeHead(status, statusText);
}

function dropOthersFraming(response: ServerResponse, theirs: readonly string[], headers: RawHeaders): void {
  for (const name of theirs) {
    if (!OF_ANOTHER_BODY.has(name)) continue;
    // Once removed, Node would not chunk any more: it stays where chunking is what is needed.
    if (name === 'transfer-encoding' && !hasHeader(headers, 'content-length')) {
      response.setHeader('Transfer-Encoding', 'chunked');
    } else response.removeHeader(name);
  }
}

/** The backend's line wins; those that add up are added. */
function setAll(response: ServerResponse, headers: RawHeaders): void {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    if (isMerged(name) && response.hasHeader(name)) response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
}

function appendAll(response: ServerResponse, theirs: readonly string[], headers: RawHeaders): void {
  for (const name of theirs) {
    if (!isMerged(name) && hasHeader(headers, name)) response.removeHeader(name);
  }
  for (let i = 0; i + 1 < headers.length; i += 2) {
    response.appendHeader(headers[i] as string, headers[i + 1] as string);
  }
}

/** Lines of these from app and backend add up. */
function isMerged(name: string): boolean {
  if (name.length === 4) return name.toLowerCase() === 'vary';
  return name.length === 10 && name.toLowerCase() === 'set-cookie';
}

function hasHeader(headers: RawHeaders, lowerName: string): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return true;
  }
  return false;
}
