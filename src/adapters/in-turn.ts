import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Node would take in any number of them, as fast as they come. */
const MOST_WAITING = 100;

/**
 * Begins with a request that is behind another one when the responses ahead of it are through. Node hands over
 * pipelined requests all at once: those that are not safe must not be taken out of order (RFC 9112 section 9.3.2), and what
 * comes behind a request that is refused must not be taken at all.
 */
export function inTurn(socket: Socket, response: ServerResponse, begin: () => void, leave: () => void): void {
  const others = waitingOn(socket);
  if (others.size >= MOST_WAITING) {
    socket.destroy();
    return leave();
  }
  const stopWaiting = (next: () => void): void => {
    others.delete(onClose);
    response.off('socket', onTurn);
    next();
  };
  const onTurn = (): void => stopWaiting(begin);
  const onClose = (): void => stopWaiting(leave);
  response.once('socket', onTurn);
  // Not when the message closes: it does as soon as a body parser has read it.
  others.add(onClose);
}

/** A response without a connection of its own, while another one has it. */
export function isBehindAnother(message: IncomingMessage, response: ServerResponse): boolean {
  if (response.socket !== null) return false;
  const { _httpMessage: ahead } = message.socket as { _httpMessage?: unknown };
  return ahead !== undefined && ahead !== null && ahead !== response;
}

const waiting = new WeakMap<Socket, Set<() => void>>();

/** Those that wait on a connection, to be told when it closes: one listener for all of them. */
function waitingOn(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known) return known;
  const others = new Set<() => void>();
  waiting.set(socket, others);
  socket.once('close', () => {
    for (const leave of others) leave();
  });
  return others;
}
