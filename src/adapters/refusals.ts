import type { Mount } from '../engine/core.ts';
import type { Failed } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';

/** Servers that have been complained about: once is enough. */
const reported = new WeakSet<GatewayLog>();
type GatewayLog = Mount['core']['log'];

export function lenientParser({ core }: Mount): Failed {
  const detail = 'The server in front of the gateway uses an insecure HTTP parser.';
  if (!reported.has(core.log)) core.log.error({ option: 'insecureHTTPParser' }, detail);
  reported.add(core.log);
  return failed('configuration_error', { detail });
}
