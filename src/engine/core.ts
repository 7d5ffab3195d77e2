import type { Clock } from './clock.ts';
import type { Places } from './places.ts';
import type { ReplayStore } from './replay-store.ts';
import type { RequestSettings } from './settings.ts';
import type { Exchange, Forward } from './types.ts';

/** What the adapters need of a gateway. */
export interface GatewayCore {
  readonly forward: Forward;
  /** Our name in Via and Proxy-Status. */
  readonly name: string;
  readonly clock: Clock;
  readonly replayStore: ReplayStore;
  readonly requestBytes: number;
  /** For upgraded connections, and those that are being made. */
  readonly upgrades: Places;
  readonly log: {
    warn(details: object, message: string): void;
    error(details: object, message: string): void;
  };
  /** Announces an exchange: a closing gateway waits for all of them. */
  begin(exchange: Exchange): void;
  /** It is over. */
  end(exchange: Exchange): void;
}

/** One place where a gateway is mounted, with the settings of that place. */
export interface Mount {
  readonly core: GatewayCore;
  readonly settings: RequestSettings;
}
