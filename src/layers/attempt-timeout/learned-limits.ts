import type { ProxyRequest } from '../../engine/types.ts';
import { Generations } from '../../stats/generations.ts';
import { LearnedLimit } from './learned-limit.ts';
import { pathShape } from './path-shape.ts';

/** Routes per method whose latencies are remembered. */
const ROUTES = 1_000;
/** Clients may invent methods. */
const METHODS = 16;

/** What was learned, per method and path shape. */
export class LearnedLimits {
  readonly #methods = new Map<string, Generations<LearnedLimit>>();

  of({ method, path }: ProxyRequest): LearnedLimit {
    let routes = this.#methods.get(method);
    if (!routes) {
      if (this.#methods.size >= METHODS) this.#methods.clear();
      routes = new Generations(ROUTES);
      this.#methods.set(method, routes);
    }
    return routes.get(pathShape(path), create);
  }
}

function create(): LearnedLimit {
  return new LearnedLimit();
}
