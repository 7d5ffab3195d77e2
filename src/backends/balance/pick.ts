import type { Random } from '../../engine/clock.ts';
import type { Backend } from '../backend.ts';

/** The balancer: chooses among candidates, of which there is at least one. Latencies fade, hence the time. */
export type Pick = (candidates: readonly [Backend, ...Backend[]], random: Random, now: number) => Backend;
