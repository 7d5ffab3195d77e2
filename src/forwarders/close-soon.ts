import type { Duplex } from 'node:stream';
import type { Clock } from '../engine/clock.ts';

/** A peer that does not take the rest within this time loses it. */
const CLOSE_MS = 500;

/** Ends a connection that has an error listener: what was written still goes out, what comes in is thrown away. */
export function closeSoon(connection: Duplex, clock: Clock): void {
  if (connection.destroyed) return;
  const timer = clock.after(CLOSE_MS, () => void connection.destroy());
  connection.once('close', () => timer.cancel());
  connection.resume().end(() => void connection.destroy());
}
