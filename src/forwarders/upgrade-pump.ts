import type { Duplex } from 'node:stream';

/**
 * One way through a tunnel, at the pace of whoever reads there. The end of one side's sending is passed on: the
 * other way stays open. Returns what stops it.
 */
export function pump(from: Duplex, to: Duplex, onBytes: (bytes: number) => void): () => void {
  const onData = (chunk: Buffer): void => {
    onBytes(chunk.length);
    if (!to.write(chunk)) from.pause();
  };
  const onDrain = (): void => void from.resume();
  const onEnd = (): void => void to.end();
  from.on('data', onData).on('end', onEnd);
  to.on('drain', onDrain);
  // Whoever read it before may have left it paused.
  if (!to.writableNeedDrain) from.resume();
  return () => {
    from.off('data', onData).off('end', onEnd);
    to.off('drain', onDrain);
  };
}
