import { type CauseCode, causes, type Phase, type StopReason } from 'causeway-proxy';
import { type FaultRow, faults } from 'causeway-proxy/testing';
import type { ClientExchange } from '../../src/engine/exchange.ts';
import type { Failed } from '../../src/engine/types.ts';
import { failed } from '../../src/failure/failed.ts';
import { addAttempt, fakeExchange, fakeTarget } from '../support/fake-exchange.ts';

const ID = '0198c0de-7a3b-7c1e-9f00-5a1e00c0ffee';

/** How far an attempt got that failed so; undefined: none was made. */
function phaseOf(code: CauseCode): Phase | undefined {
  if (NO_ATTEMPT.has(code)) return undefined;
  if (code.startsWith('dns_')) return 'dns';
  if (CONNECTING.has(code)) return 'connect';
  if (code.startsWith('tls_') && code !== 'tls_client_certificate_required') return 'tls';
  if (code.startsWith('request_')) return 'send';
  return faultOf(code)?.afterHead ? 'body' : 'wait';
}

const NO_ATTEMPT: ReadonlySet<CauseCode> = new Set([
  'circuit_open',
  'no_healthy_backend',
  'pool_saturated',
  'no_backend_configured',
  'loop_detected',
  'configuration_error',
  'request_body_consumed',
  'gateway_error',
  'request_rejected',
]);

const CONNECTING: ReadonlySet<CauseCode> = new Set([
  'connection_refused',
  'connection_timeout',
  'connection_reset',
  'host_unreachable',
  'destination_prohibited',
  'local_resources',
]);

/** The usual way to bring it about, if there is one. */
export function faultOf(code: CauseCode): FaultRow | undefined {
  return (faults as Partial<Record<CauseCode, FaultRow>>)[code];
}

/** A request that fails with this cause, in front of one backend. */
export function exchangeOf(code: CauseCode): ClientExchange {
  const exchange = fakeExchange({ id: ID, path: '/orders/7' });
  const phase = phaseOf(code);
  if (phase) {
    const target = fakeTarget('orders-1');
    addAttempt(exchange, { target, phase, cause: code, reached: causes[code].reached, endedAt: 1_000.8 });
  }
  exchange.stopped = stopOf(code);
  return exchange;
}

/** Refused before there was anything to repeat. */
const REFUSED: ReadonlySet<CauseCode> = new Set([
  'no_healthy_backend',
  'loop_detected',
  'configuration_error',
  'request_body_consumed',
  'gateway_error',
  'request_rejected',
]);

function stopOf(code: CauseCode): StopReason | undefined {
  if (REFUSED.has(code) || faultOf(code)?.afterHead) return undefined;
  if (code === 'deadline_exceeded') return 'deadline';
  if (causes[code].group === 'client') return 'client_gone';
  return causes[code].retry === 'never' ? 'not_retryable' : 'no_other_backend';
}

export function failureOf(code: CauseCode): Failed {
  if (code !== 'circuit_open')
    return failed(code, causes[code].status === 503 ? { retryAfterMs: 1_000 } : {});
  const since = '2026-01-01T12:00:00.000Z';
  const backends = [{ backend: 'orders-1', state: 'open', since, cause: 'connection_refused' }] as const;
  return failed(code, { retryAfterMs: 1_000, backends });
}
