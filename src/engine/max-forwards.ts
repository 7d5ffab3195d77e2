import type { ProxyRequest } from './types.ts';

/** More steps than that nobody needs. */
const MOST = 255;

/** What is left of Max-Forwards, which counts for these methods alone (RFC 9110 section 7.6.2). */
export type Forwards =
  /** No such limit. */
  | undefined
  /** It is no number. */
  | 'invalid'
  | number;

export function forwardsLeft({ method, headers }: ProxyRequest): Forwards {
  if (method !== 'OPTIONS' && method !== 'TRACE') return undefined;
  const value = headers['max-forwards'];
  if (value === undefined) return undefined;
  return /^\d+$/.test(String(value)) ? Math.min(Number(value), MOST + 1) : 'invalid';
}

/** One step less, in the place and spelling in which it came. */
export function countForward(headers: string[], request: ProxyRequest): void {
  const left = forwardsLeft(request);
  if (typeof left !== 'number') return;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === 'max-forwards') headers[i + 1] = String(left - 1);
  }
}
