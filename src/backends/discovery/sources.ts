import type { Clock, Random } from '../../engine/clock.ts';
import type { DiscoverySettings, SourceSettings } from '../../engine/settings.ts';
import { askForAddresses } from './dns.ts';
import { ListSource } from './list-source.ts';
import type { Names } from './names.ts';
import { type PolledOptions, PolledSource } from './polled-source.ts';
import type { Source } from './source.ts';
import { Services } from './srv.ts';

export interface SourceContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly names: Names;
  readonly limits: DiscoverySettings;
  readonly hasIPv6?: () => boolean;
}

export function sourceOf(settings: SourceSettings, context: SourceContext): Source {
  if (settings.kind === 'lists') return new ListSource(settings.name, { ...settings, clock: context.clock });
  const { template } = settings;
  const ask: PolledOptions['ask'] =
    settings.kind === 'dns' ? askForAddresses(template, context) : new Services(template, context).ask;
  // With its kind, so that no entry's name can pass for the options themselves.
  return new PolledSource(`${settings.kind}:${template.target.name}`, { ...context, ask });
}
