import type { GatewayOptions } from 'causeway-proxy';

/** The ways to forward. Each names every cause in the same way. */
export const LANES = ['direct'] as const;
export type Lane = (typeof LANES)[number];

/** What chooses a lane. The direct one is the default. */
export function laneOptions(lane: Lane): Partial<GatewayOptions> {
  switch (lane) {
    case 'direct':
      return {};
  }
}
