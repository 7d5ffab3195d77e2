import { isUnsent } from '../engine/attempt.ts';
import type { CauseCode, Failed } from '../engine/types.ts';
import { type ErrorFacts, errorFacts } from './error-chain.ts';
import type { FailureFacts } from './facts.ts';
import { failed } from './failed.ts';
import { http2Cause, isHttp2 } from './http2-cause.ts';
import { ownCause } from './own-codes.ts';
import { isFramingClear, parserCause } from './parser-cause.ts';
import { tlsCause } from './tls-cause.ts';

/** A cause, and what this one case knows better than the table. */
export type Named = Pick<Failed, 'cause'> & Partial<Pick<Failed, 'reached' | 'parameters' | 'detail'>>;

/** Names a failure from facts alone. Pure. What it does not know is `gateway_error`, never a guess. */
export function classify(facts: FailureFacts): Failed {
  const { cause, ...known } = nameFailure(facts, errorFacts(facts.error));
  return failed(cause, { ...known, error: facts.error });
}

function nameFailure(facts: FailureFacts, error: ErrorFacts): Named {
  const own = ownCause(facts.error, error);
  if (own) return own;
  const local = LOCAL.get(error.code);
  if (local && error.syscall !== 'read')
    return { cause: local, reached: isUnsent(facts.phase) ? 'no' : 'maybe' };
  switch (facts.phase) {
    case 'select':
      // A kept-alive connection that closed while the request waited its turn on it.
      return CLOSED.has(error.code)
        ? { cause: 'stale_connection', reached: 'no' }
        : { cause: 'gateway_error' };
    case 'dns':
      return facts.timedOut ? { cause: 'dns_timeout' } : dnsCause(error);
    case 'connect':
      return facts.timedOut ? { cause: 'connection_timeout' } : connectCause(error);
    case 'tls':
      return facts.timedOut ? { cause: 'tls_handshake_timeout' } : tlsCause(error);
    case 'send':
    case 'wait':
      return beforeHead(facts, error);
    case 'body':
      return inBody(error);
  }
}

/** This machine, not the backend, ran out of something. */
const LOCAL = new Map<string, CauseCode>(
  Object.entries({
    EMFILE: 'local_resources',
    ENFILE: 'local_resources',
    ENOBUFS: 'local_resources',
    ENOMEM: 'local_resources',
    EADDRNOTAVAIL: 'local_resources',
  }),
);

const DNS = new Map<string, Named>(
  Object.entries({
    ENOTFOUND: { cause: 'dns_not_found' },
    NXDOMAIN: { cause: 'dns_not_found' },
    ENODATA: { cause: 'dns_not_found', parameters: { rcode: 'NOERROR' } },
    ETIMEOUT: { cause: 'dns_timeout' },
    ETIMEDOUT: { cause: 'dns_timeout' },
    EREFUSED: { cause: 'dns_failed', parameters: { rcode: 'REFUSED' } },
  }),
);

/** Codes of getaddrinfo and of c-ares that say that the resolver, not the name, is at fault. */
const RESOLVER = /^(EAI_\w+|ESERVFAIL|EFORMERR|ENOTIMP|EBADRESP|ECONNREFUSED|ECANCELLED)$/;

function dnsCause(error: ErrorFacts): Named {
  const known = DNS.get(error.code);
  if (known) return known;
  const isLookup = error.syscall === 'getaddrinfo' || error.syscall.startsWith('query');
  if (isLookup || RESOLVER.test(error.code)) return { cause: 'dns_failed' };
  return { cause: 'gateway_error', reached: 'no' };
}

const CONNECT = new Map<string, CauseCode>(
  Object.entries({
    ECONNREFUSED: 'connection_refused',
    // A Unix socket that is not there.
    ENOENT: 'connection_refused',
    ETIMEDOUT: 'connection_timeout',
    EHOSTUNREACH: 'host_unreachable',
    ENETUNREACH: 'host_unreachable',
    EHOSTDOWN: 'host_unreachable',
    ENETDOWN: 'host_unreachable',
    ECONNRESET: 'connection_reset',
    EPIPE: 'connection_reset',
    EACCES: 'destination_prohibited',
    EPERM: 'destination_prohibited',
  }),
);

function connectCause(error: ErrorFacts): Named {
  // A lookup inside connect(), or one that our own lookup did not make.
  if (error.syscall === 'getaddrinfo' || error.syscall.startsWith('query')) return dnsCause(error);
  // What Linux says of a Unix socket whose server does not accept.
  if (error.code === 'EAGAIN') return { cause: 'connection_refused', detail: 'Its listen queue is full.' };
  const cause = CONNECT.get(error.code);
  if (cause) return { cause };
  return { cause: 'gateway_error', reached: 'no' };
}

const CLOSED: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ETIMEDOUT',
]);

function beforeHead(facts: FailureFacts, error: ErrorFacts): Named {
  if (error.name === 'HTTPParserError') return parserCause(error, facts.reused);
  switch (error.code) {
    case 'UND_ERR_HEADERS_OVERFLOW':
      return { cause: 'response_headers_too_large' };
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return { cause: isFramingClear(facts.head) ? 'response_header_invalid' : 'response_framing_ambiguous' };
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      return { cause: 'configuration_error', reached: 'maybe' };
  }
  // Unasked, and without an Upgrade header, a 101 trips an assertion of undici's.
  if (error.message === 'bad upgrade' || /assert\(upgrade\)/.test(error.message))
    return { cause: 'upgrade_failed' };
  // undici's word for a 100 that nobody asked for.
  if (error.message === 'bad response') return { cause: 'response_header_invalid' };
  if (error.code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
    return { cause: 'tls_client_certificate_required' };
  if (isHttp2(error)) return http2Cause(error);
  if (CLOSED.has(error.code) || error.code.startsWith('ERR_SSL_')) return closedEarly(facts, error);
  return { cause: 'gateway_error' };
}

/** A connection that was already closed says so within a round trip; later, the backend was at work. */
const STALE_WITHIN_MS = 1_000;

function closedEarly(facts: FailureFacts, error: ErrorFacts): Named {
  // Half a head came: the backend was at work on it.
  if (facts.bytesRead > 0) return { cause: 'closed_before_response', reached: 'yes' };
  if (facts.reused && (facts.elapsedMs ?? 0) < STALE_WITHIN_MS) return staleConnection(facts);
  return { cause: isCutShort(facts, error) ? 'request_write_failed' : 'closed_before_response' };
}

/** The backend closed with a part of the request still on its way to it. */
function isCutShort({ phase, bytesUnsent = 0 }: FailureFacts, error: ErrorFacts): boolean {
  return phase === 'send' ? error.code === 'EPIPE' || error.syscall === 'write' : bytesUnsent > 0;
}

function staleConnection({ idleMs, closesIdleAfterMs }: FailureFacts): Named {
  if (idleMs === undefined) return { cause: 'stale_connection' };
  const known =
    closesIdleAfterMs === undefined
      ? ''
      : ` This backend closes idle connections after about ${(closesIdleAfterMs / 1_000).toFixed(1)} s.`;
  const detail = `The connection had been idle for ${Math.round(idleMs)} ms.${known}`;
  return { cause: 'stale_connection', detail };
}

function inBody(error: ErrorFacts): Named {
  // Of trailers.
  if (error.code === 'UND_ERR_HEADERS_OVERFLOW') return { cause: 'response_headers_too_large' };
  const isCoding = error.name === 'HTTPParserError' && !/EOF/.test(error.message);
  return { cause: isCoding ? 'response_coding_error' : 'response_truncated' };
}
