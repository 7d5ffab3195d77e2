import type { Clock, GatewayOptions } from 'causeway-proxy';
import type { FaultyBackend } from 'causeway-proxy/testing';
import { systemClock } from '../../src/engine/clock.ts';

/** Every limit is ten times as far away. */
const patientClock: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms * 10, run) };

/** Options with which a fault shows. Where no limit is its point, none fires because the machine is busy. */
export function optionsOf({ options }: FaultyBackend): GatewayOptions {
  return options.timeouts ? options : { clock: patientClock, ...options };
}
