import { expect, test } from 'vitest';
import type { CauseCode, Reached } from '../../../src/engine/types.ts';
import { classify } from '../../../src/failure/classify.ts';

test.each<[string, string, CauseCode, Reached, string?]>([
  ['ERR_HTTP2_STREAM_ERROR', 'Stream closed with error code NGHTTP2_REFUSED_STREAM', 'stream_refused', 'no'],
  ['UND_ERR_INFO', 'HTTP/2: "GOAWAY" frame received with code 0', 'stream_refused', 'no'],
  ['UND_ERR_SOCKET', 'HTTP/2: "GOAWAY" frame received with code 2', 'stream_refused', 'no'],
  [
    'ERR_HTTP2_STREAM_ERROR',
    'Stream closed with error code NGHTTP2_INTERNAL_ERROR',
    'stream_reset',
    'maybe',
    'The code was NGHTTP2_INTERNAL_ERROR.',
  ],
  ['ERR_HTTP2_SESSION_ERROR', 'Session closed with error code 2', 'stream_reset', 'maybe', 'The code was 2.'],
  ['UND_ERR_INFO', 'HTTP/2: stream closed before the response was complete', 'stream_reset', 'maybe'],
  ['UND_ERR_INFO', 'HTTP/2: stream half-closed (remote)', 'stream_reset', 'maybe'],
  ['ERR_HTTP2_ERROR', 'Protocol error', 'http_version_mismatch', 'yes'],
])('%s, %s: %s, reached %s', (code, message, cause, reached, detail) => {
  const error = Object.assign(new Error(message), { code });
  const failure = classify({ phase: 'wait', error, timedOut: false, reused: false, bytesRead: 0 });
  expect(failure).toMatchObject({ cause, reached });
  expect(failure.detail).toBe(detail);
});
