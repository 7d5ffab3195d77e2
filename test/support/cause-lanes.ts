import type { GatewayOptions } from 'causeway-proxy';
import { httpProxyMiddleware } from 'causeway-proxy/http-proxy-middleware';

/** The ways to forward. Each names every cause in the same way. */
export const LANES = ['direct', 'http-proxy-middleware'] as const;
export type Lane = (typeof LANES)[number];

/** What chooses a lane. The direct one is the default. */
export function laneOptions(lane: Lane): Partial<GatewayOptions> {
  switch (lane) {
    case 'direct':
      return {};
    case 'http-proxy-middleware':
      return { forwarder: httpProxyMiddleware({}) };
  }
}
