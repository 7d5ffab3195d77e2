import { runHook } from '../../engine/hooks.ts';
import type { TimeoutSettings } from '../../engine/settings.ts';
import type { ProxyRequest, RouteLimit } from '../../engine/types.ts';
import { Generations } from '../../stats/generations.ts';
import { LearnedLimit } from './learned-limit.ts';
import { namedKey, routeKey, routeShape } from './route-key.ts';

/** Routes whose latencies are remembered. */
const ROUTES = 1_000;
/** Longer names are shown in part. */
const MOST_NAME = 200;

/** What was learned, per method and shape of the path, or per text that `timeouts.key` gives. */
export class LearnedLimits {
  readonly #routes = new Generations<number, LearnedLimit>(ROUTES);

  of(request: ProxyRequest, key?: TimeoutSettings['key']): LearnedLimit {
    const text = key && runHook('timeouts.key', () => textFrom(key(request)));
    const { method, path } = request;
    const number = text === undefined ? routeKey(method, path) : namedKey(text);
    const learned = this.#routes.get(number, create);
    if (learned.route === '') learned.route = text?.slice(0, MOST_NAME) ?? routeShape(method, path);
    return learned;
  }

  /** Every route that is remembered, and what limits it where the configured limit is `ceilingMs`. */
  list(ceilingMs: number): RouteLimit[] {
    return [...this.#routes.values()].map((learned) => ({
      route: learned.route,
      ...(learned.get(ceilingMs) ?? learned.configured(ceilingMs)),
    }));
  }
}

function create(): LearnedLimit {
  return new LearnedLimit();
}

function textFrom(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new TypeError('it must return text, or undefined');
}
