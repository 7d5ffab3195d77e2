import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { HeaderValue } from '../engine/headers.ts';
import { type HeaderBytes, responseHeaders } from '../engine/response-headers.ts';
import type { Exchange, Failed } from '../engine/types.ts';
import { isSwitchTo, protocolsIn } from '../engine/upgrade.ts';
import { failed } from '../failure/failed.ts';
import { Tunnel, type TunnelContext } from './upgrade-tunnel.ts';

/** RFC 6455 section 1.3. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A 101 as the backend sent it. */
export interface Switch {
  readonly raw: readonly (HeaderBytes | string)[];
  readonly parsed: Readonly<Record<string, HeaderValue>>;
  readonly socket: Duplex;
}

/** Takes a backend's connection for a tunnel if it switched to what it was asked for; else closes it. */
export function acceptSwitch(
  { raw, parsed, socket }: Switch,
  context: TunnelContext,
  gatewayName: string,
): Tunnel | Failed {
  const detail = complaintAbout(context.exchange, parsed);
  if (detail !== undefined) {
    socket.destroy();
    return failed('upgrade_failed', { detail });
  }
  const { attempt, clock } = context;
  attempt.answeredAt = clock.now();
  attempt.phase = 'body';
  attempt.status = 101;
  const { headers } = responseHeaders(raw, parsed['connection'], gatewayName);
  return new Tunnel({ headers, protocol: protocolsIn(parsed['upgrade']).join(', ') }, socket, context);
}

function complaintAbout({ upgrade, request }: Exchange, given: Switch['parsed']): string | undefined {
  if (upgrade === undefined || !isSwitchTo(upgrade, given['upgrade'])) {
    return 'The backend switched to another protocol than it was asked for.';
  }
  if (!isSwitchTo('websocket', given['upgrade'])) return undefined;
  const accept = given['sec-websocket-accept'];
  if (accept === undefined) return 'The backend switched to WebSocket without Sec-WebSocket-Accept.';
  const key = request.headers['sec-websocket-key'];
  // The client would refuse it too, but could not say so to anybody who can do something about it.
  if (key === undefined || accept === acceptOf(String(key))) return undefined;
  return 'The backend switched to WebSocket with a Sec-WebSocket-Accept for another key.';
}

function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key.trim() + WEBSOCKET_GUID)
    .digest('base64');
}
