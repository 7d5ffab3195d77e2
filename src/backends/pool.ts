import type { Random } from '../engine/clock.ts';
import type { Exchange } from '../engine/types.ts';
import type { Backend } from './backend.ts';
import type { Pick } from './balance/pick.ts';

export type NonEmpty = readonly [Backend, ...Backend[]];

/** The backends of one gateway. Choosing is O(1) while all is well; it looks at each only when not. */
export class Pool {
  readonly backends: NonEmpty;
  readonly #pick: Pick;
  readonly #random: Random;

  constructor(backends: NonEmpty, pick: Pick, random: Random) {
    this.backends = backends;
    this.#pick = pick;
    this.#random = random;
  }

  /** A backend that would take this exchange now, preferably one that it has not tried. */
  choose(exchange: Exchange, now: number): Backend | undefined {
    const favourite = this.#pick(this.backends, this.#random, now);
    if (favourite.admits(now) && !wasTried(exchange, favourite)) return favourite;
    const others = this.backends.filter((backend) => !wasTried(exchange, backend) && backend.admits(now));
    if (isNonEmpty(others)) return this.#pick(others, this.#random, now);
    if (!exchange.sameBackendAllowed) return undefined;
    return this.backends.find((backend) => isLast(exchange, backend) && backend.admits(now));
  }

  /** Where another attempt of this exchange could go. */
  elsewhere(exchange: Exchange, now: number): 'other' | 'only' | 'same' | 'none' {
    if (this.backends.some((backend) => !wasTried(exchange, backend) && backend.admits(now))) return 'other';
    if (!this.backends.some((backend) => isLast(exchange, backend) && backend.admits(now))) return 'none';
    return this.backends.length === 1 ? 'only' : 'same';
  }

  /** Some backend would take this exchange but for its limit on concurrent requests. */
  isMerelyBusy(exchange: Exchange, now: number): boolean {
    return this.backends.some(
      (backend) =>
        backend.isMerelyBusy(now) &&
        (!wasTried(exchange, backend) || (exchange.sameBackendAllowed && isLast(exchange, backend))),
    );
  }
}

function wasTried(exchange: Exchange, backend: Backend): boolean {
  const { attempts } = exchange;
  return attempts.length > 0 && attempts.some((attempt) => attempt.target === backend.target);
}

/** The same backend once more is the one of the last attempt: those before it have failed, and there were others. */
function isLast(exchange: Exchange, backend: Backend): boolean {
  return exchange.attempt?.target === backend.target;
}

export function isNonEmpty(backends: readonly Backend[]): backends is NonEmpty {
  return backends.length > 0;
}
