import type { ServerResponse } from 'node:http';
import type { Content } from '../failure/report/content.ts';
import { addToList } from './list-header.ts';

/** The headers that belong to the body, beside those that the app had set before. */
export function setContentHeaders(response: ServerResponse, { headers, body }: Content): void {
  for (const [name, value] of headers) {
    const given = response.getHeader(name);
    if (given === undefined || name === 'Content-Type') response.setHeader(name, value);
    else if (name === 'Vary') response.setHeader(name, addToList(String(given), [value]));
  }
  response.setHeader('Content-Length', Buffer.byteLength(body));
}
