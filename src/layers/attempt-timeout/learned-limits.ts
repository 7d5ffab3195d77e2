import type { ProxyRequest } from '../../engine/types.ts';
import { Generations } from '../../stats/generations.ts';
import { LearnedLimit } from './learned-limit.ts';
import { routeKey } from './route-key.ts';

/** Routes whose latencies are remembered. */
const ROUTES = 1_000;

/** What was learned, per method and shape of the path. */
export class LearnedLimits {
  readonly #routes = new Generations<number, LearnedLimit>(ROUTES);

  of({ method, path }: ProxyRequest): LearnedLimit {
    return this.#routes.get(routeKey(method, path), create);
  }
}

function create(): LearnedLimit {
  return new LearnedLimit();
}
