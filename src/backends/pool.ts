import type { Random } from '../engine/clock.ts';
import type { Exchange } from '../engine/types.ts';
import type { Backend } from './backend.ts';
import type { Pick } from './balance/pick.ts';
import type { BackendChange, Keeper } from './change.ts';

export type NonEmpty = readonly [Backend, ...Backend[]];

/** Listens to what happens to the backends of a pool. */
export type PoolListener = (change: BackendChange) => void;

/** The backends of one gateway, which come and go, and the choice among them. */
export class Pool implements Keeper {
  readonly #pick: Pick;
  readonly #random: Random;
  readonly #listeners = new Set<PoolListener>();
  #backends: Backend[] = [];
  #wasEverFilled = false;

  constructor(pick: Pick, random: Random) {
    this.#pick = pick;
    this.#random = random;
  }

  /** All that have joined and not left, in or out of rotation. */
  get backends(): readonly Backend[] {
    return this.#backends;
  }

  /** Since the beginning there was not one backend: discovery has found none yet. */
  get isUnconfigured(): boolean {
    return !this.#wasEverFilled;
  }

  /** Returns what takes the listener off again. A listener must not throw. */
  watch(listener: PoolListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  join(backend: Backend, now: number): void {
    this.#wasEverFilled = true;
    this.#backends = [...this.#backends, backend];
    backend.keptBy(this);
    this.place(backend, now);
    this.changed({ backend, kind: 'joined', cause: undefined, openMs: undefined, now });
  }

  leave(backend: Backend, now: number): void {
    this.#backends = this.#backends.filter((one) => one !== backend);
    backend.keptBy(undefined);
    this.changed({ backend, kind: 'left', cause: undefined, openMs: undefined, now });
  }

  place(_backend: Backend, _now: number): void {}

  changed(change: BackendChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** A backend that would take this exchange now, preferably one that it has not tried. */
  choose(exchange: Exchange, now: number): Backend | undefined {
    if (!isNonEmpty(this.#backends)) return undefined;
    const favourite = this.#pick(this.#backends, this.#random, now);
    if (favourite.admits(now) && !wasTried(exchange, favourite)) return favourite;
    const others = this.#backends.filter((backend) => !wasTried(exchange, backend) && backend.admits(now));
    if (isNonEmpty(others)) return this.#pick(others, this.#random, now);
    if (!exchange.sameBackendAllowed) return undefined;
    const again = this.#backends.filter((backend) => backend.admits(now));
    return isNonEmpty(again) ? this.#pick(again, this.#random, now) : undefined;
  }

  /** Where another attempt of this exchange could go. */
  elsewhere(exchange: Exchange, now: number): 'other' | 'only' | 'same' | 'none' {
    if (this.#backends.some((backend) => !wasTried(exchange, backend) && backend.admits(now))) return 'other';
    if (!this.#backends.some((backend) => backend.admits(now))) return 'none';
    return this.#backends.length === 1 ? 'only' : 'same';
  }

  /** Some backend would take this exchange but for its limit on concurrent requests. */
  isMerelyBusy(exchange: Exchange, now: number): boolean {
    return this.#backends.some(
      (backend) => backend.isMerelyBusy(now) && (exchange.sameBackendAllowed || !wasTried(exchange, backend)),
    );
  }
}

function wasTried(exchange: Exchange, backend: Backend): boolean {
  const { attempts } = exchange;
  return attempts.length > 0 && attempts.some((attempt) => attempt.target === backend.target);
}

export function isNonEmpty(backends: readonly Backend[]): backends is NonEmpty {
  return backends.length > 0;
}
