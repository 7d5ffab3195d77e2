import { HOSTILE_BYTES } from './hostile-bytes.ts';
import type { Phase } from './phase.ts';

/** In the order in which they run, over and over until the time is up. */
export const PHASES: readonly Phase[] = [...HOSTILE_BYTES];
