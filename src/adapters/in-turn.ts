import type { IncomingMessage, ServerResponse } from 'node:http';

/** Node would take in any number of them, as fast as they come. */
const MOST_WAITING = 100;

/** How many wait on a connection. */
const waiting = new WeakMap<object, number>();

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
  const others = waiting.get(socket) ?? 0;
  if (others >= MOST_WAITING) {
    socket.destroy();
    return leave();
  }
  waiting.set(socket, others + 1);
  const stopWaiting = (next: () => void): void => {
    message.off('close', onClose);
    response.off('socket', onTurn);
    waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
    next();
  };
  const onTurn = (): void => stopWaiting(begin);
  const onClose = (): void => stopWaiting(leave);
  response.once('socket', onTurn);
  message.once('close', onClose);
}

/** A response without a connection of its own, while another one has it. */
function isBehindAnother(message: IncomingMessage, response: ServerResponse): boolean {
  if (response.socket !== null) return false;
  const { _httpMessage: ahead } = message.socket as { _httpMessage?: unknown };
  return ahead !== undefined && ahead !== null && ahead !== response;
}
