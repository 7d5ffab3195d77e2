import { randomUUID } from 'node:crypto';

/** What may be echoed into headers and logs without escaping. */
const SANE = /^[\w.~:+/=@-]{1,128}$/;

/** The client's own request id when it is sane, else a new UUID. */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID();
}
