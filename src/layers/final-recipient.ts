import { EmptyResponse } from '../engine/empty-response.ts';
import { forwardsLeft } from '../engine/max-forwards.ts';
import type { Layer } from '../engine/types.ts';

/**
 * Answers what is meant for the gateway itself: `OPTIONS *`, which asks a server for what it can (RFC 9110 section
 * 9.3.7), and requests that say that they must not be forwarded any further (section 7.6.2).
 */
export function finalRecipient(): Layer {
  return (next) => (exchange) => {
    const { request } = exchange;
    if (request.method !== 'OPTIONS' && request.method !== 'TRACE') return next(exchange);
    if (request.path !== '*' && forwardsLeft(request) !== 0) return next(exchange);
    // A TRACE would send credentials back to whatever script has asked for them.
    const isTrace = request.method === 'TRACE';
    return Promise.resolve(isTrace ? new EmptyResponse(405, ['Allow', 'OPTIONS']) : new EmptyResponse(204));
  };
}
