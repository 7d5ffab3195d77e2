import type { AttemptEvent, BreakerEvent, ExchangeEvent, Gateway, GatewayEvents } from 'causeway-proxy';
import { expect } from 'vitest';
import type { Sent } from './live-client.ts';
import { until } from './live-measure.ts';

/** What a client, a listener and the breaker saw of one exchange. */
export interface Observation {
  readonly sent: Sent;
  readonly exchange: ExchangeEvent;
  /** Those of this exchange. */
  readonly attempts: readonly AttemptEvent[];
  /** Causes for which a breaker has opened. */
  readonly openings: readonly (string | undefined)[];
}

/** Keeps what a gateway reports. */
export class Watch {
  readonly #exchanges: ExchangeEvent[] = [];
  readonly #attempts: AttemptEvent[] = [];
  readonly #openings: (string | undefined)[] = [];

  static of(gateway: Gateway): Watch {
    const watch = new Watch();
    gateway.on('exchange', (event) => watch.take('exchange', event));
    gateway.on('attempt', (event) => watch.take('attempt', event));
    gateway.on('breaker', (event) => watch.take('breaker', event));
    return watch;
  }

  take(name: keyof GatewayEvents, event: ExchangeEvent | AttemptEvent | BreakerEvent): void {
    if (name === 'exchange') this.#exchanges.push(event as ExchangeEvent);
    else if (name === 'attempt') this.#attempts.push(event as AttemptEvent);
    else if ('state' in event && event.state === 'open') this.#openings.push(event.cause);
  }

  /** The exchange that ended last, once so many have ended, and no more. */
  async last(sent: Sent, count = 1): Promise<Observation> {
    await until('the exchange event', () => this.#exchanges.length >= count);
    expect(this.#exchanges).toHaveLength(count);
    const exchange = this.#exchanges[count - 1];
    if (!exchange) throw new Error('no exchange event');
    const attempts = this.#attempts.filter(({ requestId }) => requestId === exchange.requestId);
    return { sent, exchange, attempts, openings: this.#openings };
  }
}
