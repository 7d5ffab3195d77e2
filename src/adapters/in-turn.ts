import type { IncomingMessage, ServerResponse } from 'node:http';

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
    message.off('close', onClose);
    begin();
  };
  const onClose = (): void => {
    response.off('socket', onTurn);
    leave();
  };
  response.once('socket', onTurn);
  message.once('close', onClose);
}

/** A response without a connection of its own, while another one has it. */
function isBehindAnother(message: IncomingMessage, response: ServerResponse): boolean {
  if (response.socket !== null) return false;
  const { _httpMessage: ahead } = message.socket as { _httpMessage?: unknown };
  return ahead !== undefined && ahead !== null && ahead !== response;
}
