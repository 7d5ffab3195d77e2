import type { HostileCase } from './hostile-case.ts';
import type { Reading } from './reading/types.ts';

/** A bug that is still to be mended. What it does to a case is counted, and is no violation. */
export interface KnownDefect {
  readonly name: string;
  readonly touches: (text: string, truth: Reading) => boolean;
}

/** To be empty: whoever mends one takes it off. */
export const KNOWN_DEFECTS: readonly KnownDefect[] = [];

export function knownDefectIn(one: HostileCase, truth: Reading): string | undefined {
  const text = Buffer.concat(one.segments).toString('latin1');
  return KNOWN_DEFECTS.find(({ touches }) => touches(text, truth))?.name;
}
