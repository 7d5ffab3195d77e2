import type { Clock, Random } from '../../engine/clock.ts';
import type { Resolver } from '../../engine/resolver.ts';
import type { DiscoverySettings, SourceSettings } from '../../engine/settings.ts';
import { StoppableClock } from '../../engine/stoppable-clock.ts';
import type { Layer } from '../../engine/types.ts';
import { Discovery, type DiscoveryOptions, type DiscoveryReport } from './discovery.ts';
import { FirstBackend } from './first-backend.ts';
import { Names } from './names.ts';
import { sourceOf } from './sources.ts';

export interface DiscoverOptions extends Omit<DiscoveryOptions, 'sources'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly resolver: Resolver | undefined;
  readonly sources: readonly SourceSettings[];
  readonly limits: DiscoverySettings;
  /** Requests that may wait for the first backend. */
  readonly queue: number;
  readonly hasBackends: () => boolean;
}

export interface Discovering {
  /** Holds requests until there is a backend, and passes them on ever after. */
  readonly layer: Layer;
  /** A backend joined. */
  look(): void;
  /** Nothing of it runs any more. */
  close(): void;
}

/** Begins to look for backends. */
export function discover(options: DiscoverOptions): Discovering {
  const { random, resolver, limits, queue, hasBackends } = options;
  const clock = new StoppableClock(options.clock);
  const names = new Names({ clock, resolver });
  const sources = options.sources.map((settings) => sourceOf(settings, { clock, random, names, limits }));
  const discovery = new Discovery({ ...options, sources });
  const describe = (): string => describeAll(discovery.reports);
  const first = new FirstBackend({ clock, waitMs: limits.waitMs, size: queue, hasBackends, describe });
  discovery.start();
  return {
    layer: first.layer,
    look: () => void first.look(),
    close: () => {
      discovery.close();
      first.close();
      names.close();
      clock.stop();
    },
  };
}

function describeAll(reports: readonly DiscoveryReport[]): string {
  const said = reports.map(({ source, state, why, cause }) => `${source} (${cause ?? why ?? state})`);
  return said.length > 0 ? `So far: ${said.join(', ')}.` : 'No source has answered yet.';
}
