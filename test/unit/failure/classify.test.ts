import { describe, expect, test } from 'vitest';
import type { CauseCode, Phase, Reached } from '../../../src/engine/types.ts';
import { causes } from '../../../src/failure/causes.ts';
import { classify } from '../../../src/failure/classify.ts';
import type { FailureFacts } from '../../../src/failure/facts.ts';

interface ErrorShape {
  readonly code?: string;
  readonly syscall?: string;
  readonly name?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly data?: Uint8Array;
}

function errorOf({ message = '', ...rest }: ErrorShape): Error {
  return Object.assign(new Error(message), rest);
}

function nameOf(phase: Phase, shape: ErrorShape, facts: Partial<FailureFacts> = {}) {
  const error = errorOf(shape);
  return classify({ phase, error, timedOut: false, reused: false, bytesRead: 0, ...facts });
}

const parserError = (reason: string, data?: number[]): ErrorShape => ({
  name: 'HTTPParserError',
  message: `Response does not match the HTTP/1.1 protocol (${reason})`,
  ...(data && { data: Uint8Array.from(data) }),
});

describe('our own timer', () => {
  test.each<[Phase, CauseCode]>([
    ['dns', 'dns_timeout'],
    ['connect', 'connection_timeout'],
    ['tls', 'tls_handshake_timeout'],
  ])('in phase %s: %s', (phase, cause) => {
    expect(classify({ phase, error: undefined, timedOut: true, reused: false, bytesRead: 0 })).toMatchObject({
      cause,
      reached: 'no',
    });
  });
});

describe('dns', () => {
  test.each<[ErrorShape, CauseCode, object?]>([
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'dns_not_found'],
    [{ code: 'NXDOMAIN' }, 'dns_not_found'],
    [{ code: 'ENODATA' }, 'dns_not_found', { rcode: 'NOERROR' }],
    [{ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, 'dns_failed'],
    [{ code: 'EAI_FAIL' }, 'dns_failed'],
    [{ code: 'ESERVFAIL' }, 'dns_failed'],
    [{ code: 'EREFUSED' }, 'dns_failed', { rcode: 'REFUSED' }],
    [{ code: 'ECONNREFUSED', syscall: 'queryA' }, 'dns_failed'],
    [{ code: 'ETIMEOUT', syscall: 'queryA' }, 'dns_timeout'],
  ])('%o: %s', (shape, cause, parameters) => {
    const failure = nameOf('dns', shape);
    expect(failure.cause).toBe(cause);
    expect(failure.parameters).toEqual(parameters);
  });

  test.each<[ErrorShape, CauseCode]>([
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'dns_not_found'],
    [{ code: 'ECONNREFUSED', syscall: 'queryA' }, 'dns_failed'],
    [{ code: 'ECONNREFUSED', syscall: 'queryAaaa' }, 'dns_failed'],
  ])('inside connect(), %o is told by its system call: %s', (shape, cause) => {
    expect(nameOf('connect', shape).cause).toBe(cause);
  });
});

describe('connect', () => {
  test.each<[string, CauseCode]>([
    ['ECONNREFUSED', 'connection_refused'],
    ['ENOENT', 'connection_refused'],
    ['ETIMEDOUT', 'connection_timeout'],
    ['EHOSTUNREACH', 'host_unreachable'],
    ['ENETUNREACH', 'host_unreachable'],
    ['EHOSTDOWN', 'host_unreachable'],
    ['ENETDOWN', 'host_unreachable'],
    ['ECONNRESET', 'connection_reset'],
    ['EACCES', 'destination_prohibited'],
    ['EPERM', 'destination_prohibited'],
    ['EMFILE', 'local_resources'],
    ['ENFILE', 'local_resources'],
    ['ENOBUFS', 'local_resources'],
    ['ENOMEM', 'local_resources'],
    ['EADDRNOTAVAIL', 'local_resources'],
  ])('%s: %s', (code, cause) => {
    expect(nameOf('connect', { code, syscall: 'connect' })).toMatchObject({ cause, reached: 'no' });
  });

  test('no address bound: local_resources', () => {
    expect(nameOf('connect', { code: 'EADDRNOTAVAIL', syscall: 'bind' }).cause).toBe('local_resources');
  });

  test('every address refused, Happy Eyeballs: connection_refused', () => {
    const refused = (): Error => errorOf({ code: 'ECONNREFUSED', syscall: 'connect' });
    const error = Object.assign(new AggregateError([refused(), refused()]), { code: 'ECONNREFUSED' });
    expect(classify({ phase: 'connect', error, timedOut: false, reused: false, bytesRead: 0 }).cause).toBe(
      'connection_refused',
    );
  });

  test('what it does not know is no guess, and was not sent', () => {
    expect(nameOf('connect', { code: 'EWHATEVER' })).toMatchObject({ cause: 'gateway_error', reached: 'no' });
  });
});

describe('tls', () => {
  test.each<[ErrorShape, CauseCode, object?]>([
    [{ code: 'CERT_HAS_EXPIRED' }, 'tls_certificate_expired'],
    [{ code: 'CERT_NOT_YET_VALID' }, 'tls_certificate_expired'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'tls_certificate_untrusted'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'tls_certificate_untrusted'],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'tls_certificate_untrusted'],
    [{ code: 'UNABLE_TO_GET_ISSUER_CERT' }, 'tls_certificate_untrusted'],
    [{ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, 'tls_certificate_untrusted'],
    [{ code: 'CERT_REVOKED' }, 'tls_certificate_untrusted'],
    [{ code: 'CERT_SIGNATURE_FAILURE' }, 'tls_certificate_untrusted'],
    [{ code: 'INVALID_PURPOSE' }, 'tls_certificate_untrusted'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'tls_name_mismatch'],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER', reason: 'wrong version number' }, 'tls_on_plaintext_port'],
    [{ code: 'EPROTO', message: 'write EPROTO: wrong version number' }, 'tls_on_plaintext_port'],
    [{ code: 'ERR_SSL_PACKET_LENGTH_TOO_LONG', reason: 'packet length too long' }, 'tls_on_plaintext_port'],
    [{ code: 'ERR_SSL_HTTP_REQUEST', reason: 'http request' }, 'tls_on_plaintext_port'],
    [{ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }, 'tls_handshake_failed', { 'alert-id': 70 }],
    [{ code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE' }, 'tls_handshake_failed', { 'alert-id': 40 }],
    [{ code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' }, 'http_version_mismatch'],
    [{ code: 'ECONNRESET', syscall: 'read' }, 'tls_handshake_failed'],
    [{ code: 'ECONNRESET', message: 'Client network socket disconnected' }, 'tls_handshake_failed'],
    [{ code: 'EPROTO', message: 'tlsv1 alert' }, 'tls_handshake_failed'],
  ])('%o: %s', (shape, cause, parameters) => {
    expect(nameOf('tls', shape)).toMatchObject({ cause, reached: 'no' });
    expect(nameOf('tls', shape).parameters).toEqual(parameters);
  });
});

describe.each<Phase>(['send', 'wait'])('%s', (phase) => {
  test.each<[ErrorShape, CauseCode, Reached]>([
    [{ code: 'UND_ERR_SOCKET', message: 'other side closed' }, 'closed_before_response', 'maybe'],
    [{ code: 'ECONNRESET', syscall: 'read' }, 'closed_before_response', 'maybe'],
    [{ code: 'ETIMEDOUT', syscall: 'read' }, 'closed_before_response', 'maybe'],
    [{ code: 'UND_ERR_HEADERS_OVERFLOW' }, 'response_headers_too_large', 'yes'],
    [{ code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' }, 'response_framing_ambiguous', 'yes'],
    [{ code: 'UND_ERR_SOCKET', message: 'bad upgrade' }, 'upgrade_failed', 'yes'],
    [{ code: 'UND_ERR_INVALID_ARG' }, 'configuration_error', 'maybe'],
    [{ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }, 'tls_client_certificate_required', 'maybe'],
    [{ code: 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR' }, 'closed_before_response', 'maybe'],
    [parserError('Invalid header token'), 'response_header_invalid', 'yes'],
    [parserError('Missing expected LF after header value'), 'response_header_invalid', 'yes'],
    [parserError('Invalid status code'), 'response_header_invalid', 'yes'],
    [parserError('Invalid HTTP version'), 'http_version_mismatch', 'yes'],
    [
      parserError("Transfer-Encoding can't be present with Content-Length"),
      'response_framing_ambiguous',
      'yes',
    ],
    [parserError('Invalid character in Content-Length'), 'response_framing_ambiguous', 'yes'],
    [parserError('Invalid character in chunk size'), 'response_coding_error', 'yes'],
    [parserError('Expected HTTP/, RTSP/ or ICE/', [0x53, 0x53, 0x48]), 'response_not_http', 'yes'],
    [parserError('Expected HTTP/, RTSP/ or ICE/'), 'response_not_http', 'yes'],
    [parserError('Expected HTTP/, RTSP/ or ICE/', [0x15, 0x03, 0x01]), 'plaintext_on_tls_port', 'no'],
    [parserError('Expected HTTP/, RTSP/ or ICE/', [0x16, 0x03, 0x03]), 'plaintext_on_tls_port', 'no'],
    [parserError('Expected HTTP/, RTSP/ or ICE/', [0x15, 0x04]), 'response_not_http', 'yes'],
    [parserError('Expected HTTP/, RTSP/ or ICE/', [0, 0, 18, 4, 0]), 'http_version_mismatch', 'no'],
    [{ code: 'EWHATEVER' }, 'gateway_error', 'maybe'],
    [{ message: 'x is not a function', name: 'TypeError' }, 'gateway_error', 'maybe'],
  ])('%o: %s, reached %s', (shape, cause, reached) => {
    expect(nameOf(phase, shape)).toMatchObject({ cause, reached });
  });

  test('a reused connection that closed without a byte was stale, and nobody is to blame', () => {
    for (const code of ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']) {
      expect(nameOf(phase, { code }, { reused: true })).toMatchObject({
        cause: 'stale_connection',
        reached: 'maybe',
        verdict: { kind: 'ignored' },
      });
    }
  });

  test('one that gave a byte had got the request', () => {
    for (const reused of [true, false]) {
      expect(nameOf(phase, { code: 'UND_ERR_SOCKET' }, { reused, bytesRead: 1 })).toMatchObject({
        cause: 'closed_before_response',
        reached: 'yes',
      });
    }
  });
});

test.each<[Phase, ErrorShape, CauseCode]>([
  ['send', { code: 'EPIPE', syscall: 'write' }, 'request_write_failed'],
  ['send', { code: 'ECONNRESET', syscall: 'write' }, 'request_write_failed'],
  ['send', { code: 'ECONNRESET', syscall: 'read' }, 'closed_before_response'],
  ['wait', { code: 'EPIPE', syscall: 'write' }, 'closed_before_response'],
])('in phase %s, %o: %s', (phase, shape, cause) => {
  expect(nameOf(phase, shape).cause).toBe(cause);
});

test('a reused connection on which the backend worked for a second was not stale', () => {
  const closed = { code: 'UND_ERR_SOCKET' };
  expect(nameOf('wait', closed, { reused: true, elapsedMs: 999 }).cause).toBe('stale_connection');
  expect(nameOf('wait', closed, { reused: true, elapsedMs: 1_000 }).cause).toBe('closed_before_response');
});

test('a close with a part of the request unsent: the backend stopped reading', () => {
  const closed = { code: 'ECONNRESET', syscall: 'read' };
  expect(nameOf('wait', closed, { bytesUnsent: 1 }).cause).toBe('request_write_failed');
  expect(nameOf('wait', closed, { bytesUnsent: 0 }).cause).toBe('closed_before_response');
});

test('a stale connection is told with its age, and with the limit where that is known', () => {
  const stale = (more: object) =>
    nameOf('wait', { code: 'UND_ERR_SOCKET' }, { reused: true, ...more }).detail;
  expect(stale({})).toBeUndefined();
  expect(stale({ idleMs: 1_980.4 })).toBe('The connection had been idle for 1980 ms.');
  expect(stale({ idleMs: 2_100, closesIdleAfterMs: 1_980 })).toBe(
    'The connection had been idle for 2100 ms. This backend closes idle connections after about 2.0 s.',
  );
});

test('what is no HTTP is told by its first bytes, escaped', () => {
  const banner = parserError('Expected HTTP/, RTSP/ or ICE/', [...Buffer.from('SSH "2"\r\n\0')]);
  expect(nameOf('wait', banner).detail).toBe('It began with "SSH \\"2\\"\\x0d\\x0a\\x00".');
});

test('a certificate for other names is told by them, escaped', () => {
  const error = { code: 'ERR_TLS_CERT_ALTNAME_INVALID', cert: { subjectaltname: 'DNS:<b>"' } };
  expect(nameOf('tls', error).detail).toBe('It is for "DNS:<b>\\"".');
});

test.each<[ErrorShape, CauseCode]>([
  [{ code: 'UND_ERR_SOCKET' }, 'response_truncated'],
  [{ code: 'ECONNRESET', syscall: 'read' }, 'response_truncated'],
  [parserError('Invalid character in chunk size'), 'response_coding_error'],
])('in the body, %o: %s', (shape, cause) => {
  expect(nameOf('body', shape)).toMatchObject({ cause, reached: 'yes' });
});

test('before a backend was selected only we can be wrong', () => {
  expect(nameOf('select', { code: 'ECONNREFUSED' }).cause).toBe('gateway_error');
});

test('the error is kept for logs, the verdict follows from the table', () => {
  const error = errorOf({ code: 'ECONNREFUSED', syscall: 'connect' });
  const failure = classify({ phase: 'connect', error, timedOut: false, reused: false, bytesRead: 0 });
  expect(failure.error).toBe(error);
  expect(failure.verdict).toEqual({ kind: 'failure', cause: 'connection_refused' });
});

test.each([undefined, null, 'text', 42, {}, Object.create(null)])('%o is no error, and no crash', (error) => {
  for (const phase of ['select', 'dns', 'connect', 'tls', 'send', 'wait', 'body'] as const) {
    expect(causes).toHaveProperty(
      classify({ phase, error, timedOut: false, reused: false, bytesRead: 0 }).cause,
    );
  }
});
