import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Phase } from '../../src/engine/types.ts';
import { classify } from '../../src/failure/classify.ts';
import { errorFacts } from '../../src/failure/error-chain.ts';
import type { FailureFacts } from '../../src/failure/facts.ts';
import { isHttp2 } from '../../src/failure/http2-cause.ts';
import { refusalToRepeat } from '../../src/layers/retry/refusal.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';

/** What the classifier reads, and much that it has never seen. */
const codes = fc.oneof(
  fc.constantFrom('ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EMFILE'),
  fc.constantFrom('ENOENT', 'EACCES', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'CERT_HAS_EXPIRED', 'EPROTO'),
  fc.constantFrom(
    'UND_ERR_SOCKET',
    'UND_ERR_INVALID_ARG',
    'UND_ERR_NOT_SUPPORTED',
    'UND_ERR_HEADERS_OVERFLOW',
  ),
  fc.constantFrom('UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
  fc.constantFrom(
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_HTTP2_ERROR',
    'ERR_HTTP2_STREAM_ERROR',
    'ERR_ASSERTION',
  ),
  fc.string({ maxLength: 40 }),
);
const syscalls = fc.constantFrom('', 'connect', 'read', 'write', 'getaddrinfo', 'queryA', 'bind');
const names = fc.constantFrom('HTTPParserError', 'SocketError', 'Error', 'TypeError', '');
const reasons = fc.oneof(
  fc.constantFrom('Expected HTTP/, RTSP/ or ICE/', 'Invalid HTTP version', 'Invalid character in chunk size'),
  fc.constantFrom("Content-Length can't be present", 'Invalid header token', 'wrong version number', 'EOF'),
  fc.constantFrom('other side closed', 'bad upgrade', 'bad response', 'HTTP/2: "stream timeout after 1"'),
  fc.constantFrom(
    'HTTP/2: "GOAWAY" frame received with code 0',
    'Stream closed with error code NGHTTP2_REFUSED_STREAM',
  ),
  fc.string({ maxLength: 60 }),
);
/** As undici wraps them, and bare. */
const messages = fc.oneof(
  reasons,
  reasons.map((reason) => `Response does not match the HTTP/1.1 protocol (${reason})`),
);
const records = fc.constantFrom(
  [0x15, 3, 1],
  [0x16, 3, 3],
  [0, 0, 0, 4, 0],
  [0, 0, 18, 4, 0],
  [0x15, 4],
  [0, 0, 4],
);
const data = fc.option(
  fc.oneof(
    records.map((bytes) => Uint8Array.from(bytes)),
    fc.uint8Array({ maxLength: 8 }),
  ),
);

const errors = fc
  .tuple(codes, syscalls, names, messages, data)
  .map(([code, syscall, name, message, bytes]) => {
    const error = Object.assign(new Error(message), { code, syscall, name });
    return bytes === null ? error : Object.assign(error, { data: Buffer.from(bytes) });
  });
/** Bare, beneath another one, or one of several. */
const chains = fc.oneof(
  errors,
  errors.map((cause) => new Error('outer', { cause })),
  fc.array(errors, { minLength: 1, maxLength: 3 }).map((all) => new AggregateError(all)),
  fc.constantFrom(undefined, null, 'text', 42, {}),
);

function factsIn(...phases: Phase[]): fc.Arbitrary<FailureFacts> {
  return fc.record({
    phase: fc.constantFrom(...phases),
    error: chains,
    timedOut: fc.boolean(),
    reused: fc.boolean(),
    bytesRead: fc.nat(100),
    bytesUnsent: fc.nat(100),
    elapsedMs: fc.nat(5_000),
  });
}

/** What answered never read the request as HTTP/1.1, as its first bytes show; or it refused the stream in so many words. */
function isProvenUnread({ error, reused }: FailureFacts): boolean {
  const found = errorFacts(error);
  if (isHttp2(found) && /"GOAWAY" frame received|NGHTTP2_REFUSED_STREAM/.test(found.message)) return true;
  if (reused || found.name !== 'HTTPParserError' || !found.data) return false;
  const [first, second, , fourth] = found.data;
  const isTls = (first === 0x15 || first === 0x16) && second === 3;
  return isTls || (first === 0 && second === 0 && fourth === 4);
}

test('once a byte of the request may have been read, no name makes it unread, but for proof in the first bytes', () => {
  fc.assert(
    fc.property(factsIn('send', 'wait', 'body'), (facts) => {
      const { cause, reached } = classify(facts);
      if (reached === 'no')
        expect([cause, facts.phase, isProvenUnread(facts)]).toEqual([cause, facts.phase, true]);
    }),
    { numRuns: 20_000 },
  );
});

test('a POST that may have been processed is not sent again, whatever the failure is called', () => {
  fc.assert(
    fc.property(factsIn('send', 'wait', 'body'), (facts) => {
      const failure = classify(facts);
      const exchange = fakeExchange({ method: 'POST' });
      addAttempt(exchange, { phase: facts.phase, cause: failure.cause, reached: failure.reached });
      const refusal = refusalToRepeat(exchange, failure.cause, failure.reached);
      if (!isProvenUnread(facts)) expect([failure.cause, refusal]).not.toContain(undefined);
    }),
    { numRuns: 20_000 },
  );
});
