import { constants } from 'node:http2';
import type { FaultDefinition, FaultDefinitions } from '../definition.ts';
import { type OnStream, startHttp2 } from '../http2.ts';
import { presenting } from '../secure.ts';
import { startHttp } from '../servers.ts';

/** Backends to which the gateway speaks HTTP/2. */
export const http2Faults = {
  stream_refused: speaking('The backend refuses the stream (REFUSED_STREAM).', (stream) =>
    stream.close(constants.NGHTTP2_REFUSED_STREAM),
  ),
  'stream_refused/goaway': {
    description: 'The backend takes no streams on this connection (GOAWAY).',
    start: (scene) => startHttp2(scene, ignore, (session) => session.goaway(constants.NGHTTP2_NO_ERROR)),
  },
  stream_reset: speaking('The backend resets the stream (INTERNAL_ERROR).', (stream) =>
    stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  ),
  'stream_reset/cancel': speaking('The backend resets the stream (CANCEL).', (stream) =>
    stream.close(constants.NGHTTP2_CANCEL),
  ),
  'http_version_mismatch/http1_only': {
    description: 'The gateway is told to speak HTTP/2, and the backend speaks HTTP/1.1 only.',
    start: async (scene) => ({
      ...(await startHttp(scene, (_socket, _request, response) => response.end('ok'))),
      protocol: 'h2',
    }),
  },
  'http_version_mismatch/http1_only_alpn': {
    description: 'The gateway is told to speak HTTP/2, and the backend does not agree in the TLS handshake.',
    start: async (scene) => ({ ...(await presenting({})(scene)), protocol: 'h2' }),
  },
  'closed_before_response/http2': speaking(
    'The backend closes an HTTP/2 connection with a request on it.',
    (stream) => stream.session?.destroy(),
  ),
  'first_byte_timeout/http2': {
    ...speaking('The backend does not answer on its HTTP/2 stream.', () => undefined),
    options: { timeouts: { firstByteMs: 200 } },
  },
  'body_idle_timeout/http2': {
    ...speaking('The backend sends part of a body on its HTTP/2 stream, and no more.', (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('part');
    }),
    options: { timeouts: { idleMs: 200 } },
    afterHead: true,
  },
  'response_truncated/stream_reset': {
    ...speaking('The backend resets the stream in the middle of a body (INTERNAL_ERROR).', (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('part', () => stream.destroy(new Error('broken off on purpose')));
    }),
    afterHead: true,
  },
  'backend_status/http2': speaking('The backend answers with 503 itself, on an HTTP/2 stream.', (stream) => {
    stream.respond({ ':status': 503 });
    stream.end('sorry');
  }),
} as const satisfies FaultDefinitions;

function speaking(description: string, onStream: OnStream): FaultDefinition {
  return { description, start: (scene) => startHttp2(scene, onStream) };
}

function ignore(): void {}
