import type { Readable } from 'node:stream';
import type { Clock } from '../engine/clock.ts';

/** What is still read of an upload after its answer. */
const LINGER_BYTES = 1_048_576;
const LINGER_MS = 500;

/**
 * An answer went out before everything that the client sends was read. Closing now would reset the connection and
 * could destroy the answer on its way; so the rest is read and thrown away, within bounds, and then `done` closes.
 */
export function linger(message: Readable, clock: Clock, done: () => void): void {
  let bytes = 0;
  const finish = (): void => {
    timer.cancel();
    message.off('data', onData).off('end', finish).off('close', finish);
    done();
  };
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) finish();
  };
  const timer = clock.after(LINGER_MS, finish);
  message.on('data', onData).on('end', finish).on('close', finish).resume();
}
