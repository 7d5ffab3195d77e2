import { droppingPort } from '../closed-doors.ts';
import type { FaultDefinitions } from '../definition.ts';
import { asHttps } from '../secure.ts';
import { startAnswering, startTcp } from '../servers.ts';

const NO_ANSWER = { timeouts: { firstByteMs: 200 } } as const;
const NO_MORE = { timeouts: { idleMs: 200 } } as const;
const NO_TIME = { timeouts: { deadlineMs: 200 } } as const;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

/** Backends that stand still, each in another phase of a request. */
export const stallFaults = {
  first_byte_timeout: {
    description: 'The backend reads the request, and does not answer.',
    options: NO_ANSWER,
    start: (scene) => startAnswering(scene, ''),
  },
  'first_byte_timeout/half_head': {
    description: 'The backend sends half a response head, and no more.',
    options: NO_ANSWER,
    start: (scene) => startAnswering(scene, 'HTTP/1.1 200 OK\r\nContent-Ty'),
  },
  'first_byte_timeout/early_hints': {
    description: 'The backend sends 103 Early Hints, and no response.',
    options: NO_ANSWER,
    start: (scene) => startAnswering(scene, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
  },
  body_idle_timeout: {
    description: 'The backend sends part of the announced body, and no more.',
    options: NO_MORE,
    afterHead: true,
    start: (scene) => startAnswering(scene, `${HEAD}Content-Length: 100\r\n\r\npart`),
  },
  'body_idle_timeout/chunked': {
    description: 'The backend sends the first chunk of a body, and no more.',
    options: NO_MORE,
    afterHead: true,
    start: (scene) => startAnswering(scene, `${HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n`),
  },
  'body_idle_timeout/head_alone': {
    description: 'The backend sends the head, and nothing of the body.',
    options: NO_MORE,
    afterHead: true,
    start: (scene) => startAnswering(scene, `${HEAD}Content-Length: 100\r\n\r\n`),
  },
  deadline_exceeded: {
    description:
      'The backend does not answer, and the deadline of the request is shorter than any other limit.',
    options: NO_TIME,
    start: (scene) => startAnswering(scene, ''),
  },
  'deadline_exceeded/connecting': {
    description: 'The backend drops every SYN, and the deadline of the request passes.',
    options: NO_TIME,
    start: async (scene) => ({ url: `http://127.0.0.1:${await droppingPort(scene)}` }),
  },
  'deadline_exceeded/handshake': {
    description:
      'The backend does not answer the first message of the TLS handshake, and the deadline passes.',
    options: NO_TIME,
    start: async (scene) => asHttps(await startTcp(scene, (socket) => void socket.resume())),
  },
} as const satisfies FaultDefinitions;
