import type { Socket } from 'node:net';
import type { FaultDefinition, FaultDefinitions } from '../definition.ts';
import { moment } from '../moment.ts';
import { startAnswering, startHttp } from '../servers.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** Backends that begin a proper response, and do not end it; and some that answer with an error of their own. */
export const bodyFaults = {
  response_truncated: breaksOff(
    'The backend closes the connection before the announced length is there.',
    `${HEAD}Content-Length: 100\r\n\r\npart`,
    close,
  ),
  'response_truncated/reset': breaksOff(
    'The backend resets the connection before the announced length is there.',
    `${HEAD}Content-Length: 100\r\n\r\npart`,
    reset,
  ),
  'response_truncated/chunked': breaksOff(
    'The backend closes the connection between two chunks.',
    `${CHUNKED}4\r\npart\r\n`,
    close,
  ),
  'response_truncated/chunked_reset': breaksOff(
    'The backend resets the connection between two chunks.',
    `${CHUNKED}4\r\npart\r\n`,
    reset,
  ),
  'response_truncated/within_chunk': breaksOff(
    'The backend closes the connection in the middle of a chunk.',
    `${CHUNKED}64\r\npart`,
    close,
  ),
  'response_truncated/until_close_reset': breaksOff(
    'The backend sends a body that ends with the connection, and resets that.',
    `${HEAD}Connection: close\r\n\r\npart`,
    resetLater,
  ),
  response_coding_error: breaksOff(
    'The backend sends a chunk size that is no number.',
    `${CHUNKED}4\r\npart\r\nzz\r\nmore\r\n`,
    ignore,
  ),
  'response_coding_error/no_line_end': breaksOff(
    'The backend sends a chunk that is longer than it says.',
    `${CHUNKED}4\r\npartial\r\n0\r\n\r\n`,
    ignore,
  ),
  'response_coding_error/huge_size': breaksOff(
    'The backend sends a chunk size beyond all numbers.',
    `${CHUNKED}4\r\npart\r\nfffffffffffffffffffff\r\n`,
    ignore,
  ),
  backend_status: answersWith(502),
  'backend_status/503': answersWith(503),
  'backend_status/504': answersWith(504),
} as const satisfies FaultDefinitions;

function breaksOff(
  description: string,
  bytes: string,
  how: (socket: Socket) => void,
): FaultDefinition & { afterHead: true } {
  return { description, afterHead: true, start: (scene) => startAnswering(scene, bytes, how) };
}

function answersWith(status: number): FaultDefinition {
  return {
    description: `The backend answers with ${status} itself.`,
    start: (scene) =>
      startHttp(scene, (_socket, request, response) => {
        request.resume();
        response.writeHead(status, { 'content-type': 'text/plain' }).end('sorry');
      }),
  };
}

function close(socket: Socket): void {
  socket.end();
}

function reset(socket: Socket): void {
  socket.resetAndDestroy();
}

/** Together with the last bytes, Node 22 takes a reset for a close, and would have nothing to go by. */
function resetLater(socket: Socket): void {
  void moment().then(() => socket.resetAndDestroy());
}

function ignore(): void {}
