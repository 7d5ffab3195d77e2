import { deadlineAt } from './deadline-at.ts';
import { isTrusted } from './trust.ts';
import type { Exchange } from './types.ts';

/**
 * Whole milliseconds, as Envoy says them in `x-envoy-expected-rq-timeout-ms`; above zero and at most 8 digits, as
 * in gRPC's timeouts.
 */
const MILLISECONDS = /^0{0,7}[1-9]\d{0,7}$/;

/** The time that a trusted peer gives us; undefined where there is none, or none that can be read. */
export function givenDeadlineMs(exchange: Exchange, name: string): number | undefined {
  const value = exchange.request.headers[name.toLowerCase()];
  if (typeof value !== 'string' || value.length > 8 || !MILLISECONDS.test(value)) return undefined;
  return isTrusted(exchange) ? Number(value) : undefined;
}

/** Tells the backend how long this attempt may take. In place of what the client sent: only ours is kept to. */
export function pushDeadline(headers: string[], exchange: Exchange, name: string): void {
  const lower = name.toLowerCase();
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    // With underscores, it is the same name to some.
    if (headers[i]?.toLowerCase().replaceAll('_', '-') === lower.replaceAll('_', '-')) headers.splice(i, 2);
  }
  const beganAt = exchange.attempt?.startedAt ?? exchange.startedAt;
  // While the client is still sending, time stands still.
  const isSending = exchange.body.receivedAt === undefined;
  const leftMs = isSending ? exchange.deadlineMs : deadlineAt(exchange) - beganAt;
  if (leftMs !== Infinity) headers.push(name, String(Math.max(Math.ceil(leftMs), 1)));
}
