import type { Random } from '../../engine/clock.ts';
import type { Exchange } from '../../engine/types.ts';
import { WeightedList } from '../../stats/weighted-list.ts';
import type { Backend } from '../backend.ts';
import { wasTried } from './balancer.ts';

/** Draws before looking at each: so many misses in a row are likely only where there are few to look at. */
const MOST_DRAWS = 8;

/** The backends in rotation, to draw from by chance. */
export class Candidates {
  readonly #list = new WeightedList<Backend>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#list.size;
  }

  get areAlike(): boolean {
    return this.#list.isUniform;
  }

  get items(): readonly Backend[] {
    return this.#list.items;
  }

  add(backend: Backend): void {
    this.#list.add(backend, backend.weight);
  }

  delete(backend: Backend): void {
    this.#list.delete(backend);
  }

  /** By weight. One that is warming up is passed over in part. */
  draw(exchange: Exchange, now: number): Backend | undefined {
    const avoids = exchange.attempts.length > 0;
    for (let draws = 0; draws < MOST_DRAWS; draws += 1) {
      const backend = this.#list.draw(this.#random());
      if (!backend) return undefined;
      if (avoids && wasTried(exchange, backend)) continue;
      const share = backend.share(now);
      if (share === 1 || draws === MOST_DRAWS - 1 || this.#random() < share) return backend;
    }
    return this.#list.items.find((backend) => !avoids || !wasTried(exchange, backend));
  }

  /** Another one, each equally likely; undefined when there is none, or chance finds none that is warm. */
  drawOther(than: Backend, exchange: Exchange, now: number): Backend | undefined {
    const { items } = this.#list;
    const place = this.#list.placeOf(than);
    if (items.length < 2 || place === undefined) return undefined;
    const other = items[(place + 1 + Math.floor(this.#random() * (items.length - 1))) % items.length];
    if (!other || wasTried(exchange, other)) return undefined;
    const share = other.share(now);
    // Idle, one that is warming up would win each comparison: it is passed over here more often than above.
    return share === 1 || this.#random() < share * share ? other : undefined;
  }
}
