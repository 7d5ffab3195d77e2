import type { BackendSettings } from '../../engine/settings.ts';
import { discovered } from './discovered.ts';
import { HostAddresses, type HostOptions } from './host-addresses.ts';
import type { PolledOptions } from './polled-source.ts';

/** Every address of the host in the URL is a backend. */
export function askForAddresses(template: BackendSettings, options: HostOptions): PolledOptions['ask'] {
  const host = new HostAddresses(template.target.hostname, options);
  return async () => {
    const answer = await host.ask();
    if (answer.kind !== 'found') return answer;
    const { addresses, ttlMs } = answer.found;
    const backends = addresses.map((address) => discovered(template, { address }));
    return { kind: 'found', found: { backends, ttlMs } };
  };
}
