import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CauseCode } from '../../src/engine/types.ts';
import { classify } from '../../src/failure/classify.ts';
import { answerTo, expectSound, NEVER_SHOWN, type Reader, textOf } from '../support/fake-reader.ts';
import { coreOf, hostileText, secretTargets, whereaboutsOf } from '../support/fake-secrets.ts';

/** Every code that the classifier knows, and some that it does not. */
const ERROR_CODES = [
  ...['ENOTFOUND', 'ENODATA', 'EREFUSED', 'ESERVFAIL', 'EAI_AGAIN', 'ETIMEOUT', 'ETIMEDOUT'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'EHOSTUNREACH', 'EACCES', 'EMFILE'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO'],
  ...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'ERR_OSSL_BAD'],
  ...['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'],
  ...['UND_ERR_SOCKET', 'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
  ...['UND_ERR_INVALID_ARG', 'ESOMETHING'],
];
const PARSER_REASONS = ['Expected HTTP/', 'Invalid HTTP version', 'Content-Length', 'chunk size', 'token'];

const errors = fc
  .record({
    code: fc.constantFrom(...ERROR_CODES),
    reason: fc.constantFrom(...PARSER_REASONS),
    text: hostileText('m'),
    kind: fc.constantFrom('plain', 'wrapped', 'aggregate', 'parser'),
    syscall: fc.constantFrom('connect', 'read', 'write', 'getaddrinfo', 'queryA'),
  })
  .map(({ code, reason, text, kind, syscall }) => {
    const certificate = { subject: { CN: text }, raw: Buffer.from(text) };
    const plain = Object.assign(new Error(text), { code, syscall, reason: text, cert: certificate });
    const parser = { name: 'HTTPParserError', data: text };
    if (kind === 'parser') return Object.assign(new Error(`Parse Error (${reason}) ${text}`), parser);
    if (kind === 'wrapped') return new Error(text, { cause: plain });
    return kind === 'aggregate' ? new AggregateError([plain], text) : plain;
  });

const facts = fc.record({
  phase: fc.constantFrom('select', 'dns', 'connect', 'tls', 'send', 'wait', 'body'),
  error: errors,
  timedOut: fc.boolean(),
  reused: fc.boolean(),
  bytesRead: fc.constantFrom(0, 7),
});

const readers: fc.Arbitrary<Reader> = fc.record({
  tier: fc.constantFrom('public', 'hidden', 'trusted'),
  accept: fc.constantFrom('application/json', 'text/html'),
});

test('whatever an error says, the name given to it says no more', () => {
  const seen = new Set<CauseCode>();
  fc.assert(
    fc.property(facts, secretTargets, readers, (known, target, reader) => {
      const failure = classify(known);
      seen.add(failure.cause);
      const answer = answerTo(reader, failure, [{ target, phase: known.phase, cause: failure.cause }]);
      expectSound(answer);
      const secrets = [...whereaboutsOf(target), ...NEVER_SHOWN];
      // Of what a backend sent, trusted readers may see the beginning.
      if (reader.tier !== 'trusted') secrets.push(coreOf(known.error.message), coreOf(target.name));
      const shown = textOf(answer);
      expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
  expect(seen.size).toBeGreaterThan(20);
});
