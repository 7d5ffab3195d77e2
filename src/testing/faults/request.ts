import type { Socket } from 'node:net';
import type { FaultDefinitions, Place } from '../definition.ts';
import type { Scene } from '../scene.ts';
import { startAnswering, startHttp, startTcp } from '../servers.ts';

/** More than the sockets on the way hold between them. */
const UPLOAD = { method: 'POST', bodyBytes: 33_554_432 } as const;
/** Not to be repeated, and on a connection that has served a request before. */
const SECOND_POST = { method: 'POST', bodyBytes: 1, times: 2 } as const;

export const requestFaults = {
  stale_connection: {
    description:
      'The backend answers the first request, and resets the connection when the second one comes on it.',
    request: SECOND_POST,
    start: (scene) => startLeaving(scene, (socket) => void socket.resetAndDestroy()),
  },
  'stale_connection/closed': {
    description:
      'The backend answers the first request, and closes the connection when the second one comes on it.',
    request: SECOND_POST,
    start: (scene) => startLeaving(scene, (socket) => void socket.end()),
  },
  closed_before_response: {
    description: 'The backend reads the request, and closes the connection.',
    start: (scene) => startAnswering(scene, '', (socket) => void socket.end()),
  },
  'closed_before_response/reset': {
    description: 'The backend reads the request, and resets the connection.',
    start: (scene) => startAnswering(scene, '', (socket) => void socket.resetAndDestroy()),
  },
  'closed_before_response/half_head': {
    description: 'The backend sends half a response head, and closes the connection.',
    start: (scene) => startAnswering(scene, 'HTTP/1.1 200 OK\r\nContent-Ty', (socket) => void socket.end()),
  },
  'closed_before_response/half_head_reset': {
    description: 'The backend sends half a response head, and resets the connection.',
    start: (scene) =>
      startAnswering(scene, 'HTTP/1.1 200 OK\r\nContent-Ty', (socket) => void socket.resetAndDestroy()),
  },
  'closed_before_response/early_hints': {
    description: 'The backend sends 103 Early Hints, and closes the connection.',
    start: (scene) =>
      startAnswering(scene, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', (socket) => void socket.end()),
  },
  'closed_before_response/at_once': {
    description: 'The backend closes each connection as soon as it is made.',
    start: (scene) => startTcp(scene, (socket) => void socket.end()),
  },
  request_write_failed: {
    description: 'The backend reads some of a large request body, and resets the connection.',
    request: UPLOAD,
    start: (scene) =>
      startHttp(scene, (socket, request) => {
        request.once('data', () => void socket.resetAndDestroy());
      }),
  },
  'request_write_failed/closed': {
    description: 'The backend reads some of a large request body, and closes the connection.',
    request: UPLOAD,
    start: (scene) =>
      startHttp(scene, (socket, request) => {
        request.once('data', () => void socket.destroy());
      }),
  },
  request_write_timeout: {
    description: 'The backend reads the head of a large request, and none of its body.',
    options: { timeouts: { writeMs: 200 } },
    request: UPLOAD,
    start: (scene) => startHttp(scene, () => undefined),
  },
} as const satisfies FaultDefinitions;

function startLeaving(scene: Scene, leave: (socket: Socket) => void): Promise<Place> {
  const known = new WeakSet<Socket>();
  return startHttp(scene, (socket, request, response) => {
    request.resume();
    if (known.has(socket)) return leave(socket);
    known.add(socket);
    response.end('ok');
  });
}
