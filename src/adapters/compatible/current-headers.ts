import type { IncomingMessage } from 'node:http';
import type { RawHeaders } from '../../engine/types.ts';

/**
 * The headers of a request as they are now: middleware in front of http-proxy-middleware edits `headers`, and what it
 * says there is what a backend gets.
 */
export function currentHeaders({ headers, rawHeaders }: IncomingMessage): RawHeaders {
  const flat: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') flat.push(name, value);
    else for (const one of value ?? []) flat.push(name, one);
  }
  // Of two, `headers` keeps one: it must be seen that there were two.
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    if (hosts === 2) return [...flat, 'host', rawHeaders[i + 1] as string];
  }
  return flat;
}
