import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Node would take in any number of them, as fast as they come. */
const MOST_WAITING = 100;

/** Who waits on a connection, and is told when it closes. */
const waiting = new WeakMap<Socket, Set<() => void>>();

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
  const { socket } = message;
  const others = waiting.get(socket) ?? watch(socket);
  if (others.size >= MOST_WAITING) {
    socket.destroy();
    return leave();
  }
  const onTurn = (): void => {
    others.delete(onClose);
    begin();
  };
  const onClose = (): void => {
    response.off('socket', onTurn);
    leave();
  };
  response.once('socket', onTurn);
  others.add(onClose);
}

/** A response without a connection of its own, while another one has it. */
function isBehindAnother(message: IncomingMessage, response: ServerResponse): boolean {
  if (response.socket !== null) return false;
  const { _httpMessage: ahead } = message.socket as { _httpMessage?: unknown };
  return ahead !== undefined && ahead !== null && ahead !== response;
}

/** Not a listener on each message: that is closed as soon as a body parser has read it. One per connection is enough. */
function watch(socket: Socket): Set<() => void> {
  const closed = new Set<() => void>();
  waiting.set(socket, closed);
  socket.once('close', () => {
    for (const onClose of closed) onClose();
    closed.clear();
  });
  return closed;
}
