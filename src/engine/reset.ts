import type { Duplex } from 'node:stream';

/**
 * Closes a connection in such a way that the other side cannot take it for a regular end. Only TCP can be reset.
 * Under TLS, a close without close_notify says as much; a Unix socket has no such thing.
 */
export function reset(connection: Duplex & { resetAndDestroy?: () => unknown }): void {
  try {
    connection.resetAndDestroy?.();
  } catch {
    // It is no TCP connection.
  }
  connection.destroy();
}
