import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Begins with a request when the responses ahead of it on its connection are through. Node hands over pipelined
 * requests all at once: those that are not safe must not be taken out of order (RFC 9112 section 9.3.2), and what
 * comes behind a request that is refused must not be taken at all.
 */
export function inTurn(
  message: IncomingMessage,
  response: ServerResponse,
  begin: () => void,
  leave: () => void,
): void {
  if (!isBehindAnother(message, response)) return begin();
  const onTurn = (): void => {
    stay();
    begin();
  };
  const onClose = (): void => {
    response.off('socket', onTurn);
    leave();
  };
  response.once('socket', onTurn);
  // Not that of the message, which is closed as soon as a body parser has read it.
  const stay = onceClosed(message.socket, onClose);
}

/** A response without a connection of its own, while another one has it. */
function isBehindAnother(message: IncomingMessage, response: ServerResponse): boolean {
  if (response.socket !== null) return false;
  const { _httpMessage: ahead } = message.socket as { _httpMessage?: unknown };
  return ahead !== undefined && ahead !== null && ahead !== response;
}

const waiting = new WeakMap<Socket, Set<() => void>>();

/** One listener per connection for all that wait there: clients may pipeline any number. Returns what takes it back. */
function onceClosed(socket: Socket, listener: () => void): () => void {
  const listeners = waiting.get(socket) ?? watch(socket);
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function watch(socket: Socket): Set<() => void> {
  const listeners = new Set<() => void>();
  waiting.set(socket, listeners);
  socket.once('close', () => {
    for (const listener of listeners) listener();
  });
  return listeners;
}
