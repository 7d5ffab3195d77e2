import { isIP } from 'node:net';
import type { BackendSettings } from '../../engine/settings.ts';
import type { Target } from '../../engine/types.ts';

/** What discovery knows better than the entry in the options. */
export interface Found {
  readonly address: string;
  /** Of a service record: where it says that the service is. */
  readonly host?: { readonly hostname: string; readonly port: number };
  /** Share of the entry's weight. */
  readonly share?: number;
  /** Added to the entry's tier. */
  readonly priority?: number;
}

/** A backend at one address. Its name is unique as long as the entry's is, and never shown to the public. */
export function discovered(template: BackendSettings, found: Found): BackendSettings {
  const { address, host, share = 1, priority = 0 } = found;
  const target: Target = { ...template.target, ...(host && authority(template.target, host)), address };
  const place = isIP(address) === 6 ? `[${address}]` : address;
  const name = `${template.target.name}@${place}:${target.port}`;
  return Object.freeze({
    target: Object.freeze({ ...target, name }),
    weight: template.weight * share,
    tier: template.tier + priority,
  });
}

function authority(
  { protocol }: Target,
  { hostname, port }: { readonly hostname: string; readonly port: number },
): Pick<Target, 'hostname' | 'port' | 'host' | 'origin'> {
  const isDefault = port === (protocol === 'https:' ? 443 : 80);
  const host = isDefault ? hostname : `${hostname}:${port}`;
  return { hostname, port, host, origin: `${protocol}//${host}` };
}
