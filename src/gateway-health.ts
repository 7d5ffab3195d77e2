import { type Checked, HealthChecks } from './backends/health-checks/health-checks.ts';
import { DnsCache } from './forwarders/dns-cache.ts';
import { HealthProbe } from './forwarders/health-probe.ts';
import type { Settings } from './options.ts';

/** The health checks of a gateway. Nothing of it runs after `close`. */
export interface GatewayHealth {
  add(backend: Checked): void;
  delete(backend: Checked): void;
  close(): void;
}

/** Undefined when they are off. */
export function gatewayHealth({
  clock,
  destinations,
  health,
  name,
  random,
  resolver,
}: Settings): GatewayHealth | undefined {
  if (health === false) return undefined;
  const dns = new DnsCache(clock, resolver);
  const probe = new HealthProbe({ clock, name, settings: health, dns, destinations });
  const checks = new HealthChecks({
    clock,
    random,
    settings: health,
    check: async (target) => (await probe.check(target))?.cause,
  });
  return {
    add: (backend) => checks.add(backend),
    delete: (backend) => checks.delete(backend),
    close: () => {
      checks.close();
      probe.close();
    },
  };
}
