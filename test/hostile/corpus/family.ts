import type { HostileCase } from '../hostile-case.ts';

/** Makes cases of one kind. The same ones for the same seed, in the same order. */
export type Family = (seed: number) => Iterable<HostileCase>;
