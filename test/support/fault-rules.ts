import { causes, type CauseRow, type Reached, type StopReason } from 'causeway-proxy';
import { type Fault, faults } from 'causeway-proxy/testing';

/** Where a single case is known better than the table says. */
const REACHED: Partial<Record<Fault, Reached>> = {
  // A TLS server answered: it has not read the request as HTTP.
  'plaintext_on_tls_port/alert': 'no',
  // So did an HTTP/2 server.
  http_version_mismatch: 'no',
  // It came to an end in the handshake.
  'http_version_mismatch/alpn': 'no',
  'http_version_mismatch/http1_only_alpn': 'no',
  // Bytes came: the backend was at work.
  'closed_before_response/half_head': 'yes',
  'closed_before_response/half_head_reset': 'yes',
  'closed_before_response/early_hints': 'yes',
  'closed_before_response/http2': 'yes',
  // The time was over before anything could be sent.
  'deadline_exceeded/connecting': 'no',
  'deadline_exceeded/handshake': 'no',
};

export function reachedBy(fault: Fault): Reached {
  return REACHED[fault] ?? causes[faults[fault].cause].reached;
}

/** Why a request that met this fault is not sent once more; undefined when it is, to another backend. */
export function refusalToRepeat(fault: Fault, isIdempotent: boolean): StopReason | undefined {
  const { cause, afterHead, request } = faults[fault];
  const row: CauseRow = causes[cause];
  if (cause === 'deadline_exceeded') return 'deadline';
  if (row.retry === 'never' || afterHead) return 'not_retryable';
  if (!isIdempotent && reachedBy(fault) !== 'no') return 'method_not_idempotent';
  // More than is kept for another attempt.
  return request.bodyBytes > 65_536 ? 'body_not_replayable' : undefined;
}
