import type { BackendChange } from './backends/change.ts';
import type { Clock } from './engine/clock.ts';
import type { LimitObserver, RepeatObserver } from './engine/types.ts';
import { describeAttempt, describeExchange, describeLimit, describeRepeat } from './insight/describe.ts';
import type { Events } from './insight/events.ts';
import type { Observer } from './layers/observe.ts';

/** What the layers tell, as events. Nothing is described that nobody listens for. */
export function gatewayObserver(events: Events, clock: Clock): Observer & RepeatObserver & LimitObserver {
  return {
    watchesExchanges: () => events.hasListeners('exchange'),
    watchesAttempts: () => events.hasListeners('attempt'),
    exchangeEnded: (exchange, outcome, bytes) =>
      events.emit('exchange', describeExchange(exchange, outcome, bytes, clock.now())),
    attemptEnded: (exchange, number) => {
      const event = describeAttempt(exchange, number, clock.now());
      if (event) events.emit('attempt', event);
    },
    watchesRepeats: () => events.hasListeners('retry'),
    repeatDecided: (exchange, decision) => events.emit('retry', describeRepeat(exchange, decision)),
    watchesLimits: () => events.hasListeners('limit'),
    limitDecided: (exchange, attempt, decision) =>
      events.emit('limit', describeLimit(exchange, attempt, decision)),
  };
}

/** What has become of a backend; of its breaker, as an event of its own, too. */
export function emitChange(
  events: Events,
  { backend, kind, reason, cause, openMs = 0 }: BackendChange,
): void {
  const { name } = backend.target;
  if (events.hasListeners('backend')) {
    events.emit('backend', { backend: name, change: kind, reason, state: backend.standing, cause });
  }
  if (kind !== 'open' && kind !== 'half_open' && kind !== 'closed') return;
  if (events.hasListeners('breaker')) {
    events.emit('breaker', { backend: name, state: kind, cause, openMs });
  }
}
