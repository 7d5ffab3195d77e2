import { addToList } from './list-header.ts';

const CAUSE_HEADERS = ['Proxy-Status', 'Proxy-Cause', 'Proxy-Attempts', 'X-Request-Id', 'Retry-After'];

/** Access-Control-Expose-Headers, where it is in use, so that scripts in browsers can read the cause. */
export function exposeCauseHeaders(given: string): string {
  return addToList(given, CAUSE_HEADERS);
}
