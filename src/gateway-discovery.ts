import { discover, type Discovering } from './backends/discovery/discover.ts';
import type { DiscoveryReport } from './backends/discovery/discovery.ts';
import type { Members } from './backends/members.ts';
import type { Pool } from './backends/pool.ts';
import type { Events } from './insight/events.ts';
import type { Settings } from './options.ts';

export interface GatewayDiscoveryOptions {
  readonly settings: Settings;
  readonly pool: Pool;
  readonly members: Members;
  readonly events: Events;
}

/** Undefined when all backends are in the options. */
export function gatewayDiscovery(options: GatewayDiscoveryOptions): Discovering | undefined {
  const { settings, pool, members, events } = options;
  if (settings.sources.length === 0) return undefined;
  return discover({
    ...settings,
    limits: settings.discovery,
    queue: settings.limits.queue,
    hasBackends: () => !pool.isUnconfigured,
    worthHaving: (backends) => allowedOf(backends, settings.destinations),
    reconcile: (source, backends) => members.reconcile(source, backends),
    onReport: (report) => {
      const { source, state, backends, cause } = report;
      events.emit('discovery', { source, state, backends, cause });
      logKept(report, settings.logger);
    },
  });
}

/**
 * Of the addresses behind a name, those that may be connected to: the others would fail their part of the requests.
 * When none may, all of them, so that requests say why.
 */
function allowedOf(
  backends: Settings['backends'],
  destinations: Settings['destinations'],
): Settings['backends'] {
  const allowed = backends.filter(
    ({ target }) => !target.address || destinations?.refusalOf(target, target.address) === undefined,
  );
  return allowed.length > 0 ? allowed : backends;
}

/** A list that is wrong is a bug in the app; that a name server does not answer, or a list ends, may be none. */
function logKept({ source, why, cause, error }: DiscoveryReport, logger: Settings['logger']): void {
  if (why === undefined) return;
  const level = why === 'invalid' || why === 'threw' ? 'error' : 'warn';
  logger[level]({ source, why, cause, err: error }, 'discovery keeps its last backends');
}
