import type { DiscoverySettings } from '../engine/settings.ts';
import { DEFAULTS, type GatewayOptions } from '../options.ts';
import { number } from './check.ts';
import { type Checks, settleGroup } from './group.ts';

const CHECKS: Checks = {
  minTtlMs: number({ min: 100, max: 3_600_000, unit: 'milliseconds' }),
  maxTtlMs: number({ min: 100, max: 86_400_000, unit: 'milliseconds' }),
  waitMs: number({ min: 0, unit: 'milliseconds' }),
};

export function settleDiscovery(given: GatewayOptions['discovery']): DiscoverySettings {
  const discovery = settleGroup('discovery', given, DEFAULTS.discovery as DiscoverySettings, CHECKS);
  const { minTtlMs, maxTtlMs } = discovery;
  if (maxTtlMs >= minTtlMs) return discovery;
  throw new RangeError(
    `discovery.maxTtlMs must be at least discovery.minTtlMs (${minTtlMs}), got ${maxTtlMs}`,
  );
}
