import { HOSTILE_BYTES } from './hostile-bytes.ts';
import { IDLE_WEBSOCKETS } from './idle-websockets.ts';
import { MIXED_FAULTS } from './mixed-faults.ts';
import type { Phase } from './phase.ts';

/** In the order in which they run, over and over until the time is up. */
export const PHASES: readonly Phase[] = [IDLE_WEBSOCKETS, ...MIXED_FAULTS, ...HOSTILE_BYTES];
