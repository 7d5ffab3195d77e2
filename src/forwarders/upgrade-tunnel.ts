import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../engine/clock.ts';
import { closeSoon } from './close-soon.ts';
import { reset } from '../engine/reset.ts';
import type { Attempt, CauseCode, Ending, Exchange, Failed, RawHeaders, Upgraded } from '../engine/types.ts';
import { IGNORED, SUCCESS } from '../failure/verdict.ts';
import { pump } from './upgrade-pump.ts';

/** A peer that has vanished is noticed by TCP after this, and nine probes. */
const KEEP_ALIVE_MS = 60_000;

interface KeptAlive {
  setKeepAlive?(enable: boolean, initialDelayMs: number): unknown;
}

export interface SwitchedHead {
  readonly headers: RawHeaders;
  readonly protocol: string;
}

export interface TunnelContext {
  readonly exchange: Exchange;
  readonly attempt: Attempt;
  readonly clock: Clock;
  /** Both connections are joined. */
  readonly onJoin?: (backend: Duplex) => void;
}

/** A backend's connection after its 101, and once they are joined, the client's. */
export class Tunnel implements Upgraded {
  readonly kind = 'upgraded';
  readonly status = 101;
  readonly headers: RawHeaders;
  readonly protocol: string;
  readonly #backend: Duplex;
  readonly #context: TunnelContext;
  #client: Duplex | undefined;
  #stops: readonly (() => void)[] = [];
  #open = 2;
  #bytes = 0;
  #movedAt = 0;
  #timer: Timer | undefined;
  #ending: Ending | undefined;
  #listener: ((ending: Ending) => void) | undefined;

  constructor(head: SwitchedHead, backend: Duplex, context: TunnelContext) {
    this.headers = head.headers;
    this.protocol = head.protocol;
    this.#backend = backend;
    this.#context = context;
    // Either side may stop sending while the other goes on.
    backend.allowHalfOpen = true;
    backend.on('error', ignore).on('close', () => this.#closed(backend, this.#client, 'response_truncated'));
    context.attempt.running = this;
    context.exchange.waiting = this;
  }

  tunnel(client: Duplex & KeptAlive, early: readonly Buffer[]): Promise<Ending> {
    if (this.#ending || this.#client || client.destroyed) {
      reset(client);
      this.discard();
      return this.#whenEnded();
    }
    this.#client = client;
    client.allowHalfOpen = true;
    client.setKeepAlive?.(true, KEEP_ALIVE_MS);
    client.on('error', ignore).on('close', () => this.#closed(client, this.#backend, 'client_aborted'));
    this.#watchIdle();
    for (const chunk of early) {
      this.#count(chunk.length);
      this.#backend.write(chunk);
    }
    this.#stops = [
      pump(client, this.#backend, (bytes) => this.#count(bytes)),
      pump(this.#backend, client, (bytes) => this.#count(bytes)),
    ];
    this.#context.onJoin?.(this.#backend);
    return this.#whenEnded();
  }

  discard(): void {
    if (this.#client || this.#ending) return;
    this.#over(undefined);
    this.#backend.destroy();
  }

  /** The exchange is given up: by a client that leaves before it was joined, or by a gateway that closes. */
  cancel({ cause, error }: Failed): void {
    this.#cut(cause, error);
  }

  onEnded(listener: (ending: Ending) => void): void {
    if (this.#ending) return listener(this.#ending);
    const earlier = this.#listener;
    this.#listener = earlier ? (ending) => (earlier(ending), listener(ending)) : listener;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#movedAt = this.#context.clock.now();
  }

  /** One side is closed. Unless it came to its end both ways, the other must not take that for a regular end. */
  #closed(side: Duplex, other: Duplex | undefined, cause: CauseCode): void {
    if (this.#ending) return;
    if (!other || !side.readableEnded || !side.writableFinished) {
      this.#over(cause);
      if (other) reset(other);
      return;
    }
    this.#open -= 1;
    if (this.#open === 0) this.#over(undefined);
  }

  /** Ended by the gateway: with an end that both sides notice, so that they connect anew. */
  #cut(cause: CauseCode, error?: unknown): void {
    if (this.#ending) return;
    for (const stop of this.#stops) stop();
    this.#over(cause, error);
    closeSoon(this.#backend, this.#context.clock);
    if (this.#client) closeSoon(this.#client, this.#context.clock);
  }

  #over(cause: CauseCode | undefined, error?: unknown): void {
    this.#timer?.cancel();
    const { attempt, exchange, clock } = this.#context;
    attempt.endedAt = clock.now();
    attempt.reached = 'yes';
    if (cause) attempt.cause = cause;
    if (exchange.waiting === this) exchange.waiting = undefined;
    attempt.running = undefined;
    const verdict = cause ? IGNORED : SUCCESS;
    this.#ending = { verdict, bytes: this.#bytes, ...(cause && { cause, error }) };
    this.#listener?.(this.#ending);
  }

  #whenEnded(): Promise<Ending> {
    return this.#ending ? Promise.resolve(this.#ending) : new Promise((resolve) => this.onEnded(resolve));
  }

  /** One timer for the whole tunnel, looked at when it fires: a message costs no timer. */
  #watchIdle(): void {
    const { clock, exchange } = this.#context;
    const { upgradeIdleMs } = exchange.settings.timeouts;
    this.#movedAt = clock.now();
    if (upgradeIdleMs === Infinity) return;
    const look = (): void => {
      const leftMs = this.#movedAt + upgradeIdleMs - clock.now();
      if (leftMs > 0) this.#timer = clock.after(leftMs, look);
      else this.#cut('body_idle_timeout');
    };
    this.#timer = clock.after(upgradeIdleMs, look);
  }
}

function ignore(): void {
  // It shows in 'close'.
}
