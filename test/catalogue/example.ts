import { STATUS_CODES } from 'node:http';
import { type CauseCode, causes, type Phase, type StopReason } from 'causeway-proxy';
import { type FaultRow, faults } from 'causeway-proxy/testing';
import type { ClientExchange } from '../../src/engine/exchange.ts';
import type { Disclosure } from '../../src/engine/settings.ts';
import type { Failed, Outcome } from '../../src/engine/types.ts';
import { failed } from '../../src/failure/failed.ts';
import { answerFailure } from '../../src/failure/report/answer.ts';
import { proxyStatusOfResponse } from '../../src/failure/report/proxy-status.ts';
import { describeExchange } from '../../src/insight/describe.ts';
import { addAttempt, fakeExchange, fakeTarget, PLAIN_ERRORS } from '../support/fake-exchange.ts';
import { FakeResponded } from '../support/fake-outcome.ts';

const ID = '0198c0de-7a3b-7c1e-9f00-5a1e00c0ffee';

/** What a failure with this cause looks like. */
export function exampleOf(code: CauseCode): string {
  if (code === 'backend_status') return passedThrough();
  const exchange = exchangeOf(code);
  if (code === 'client_aborted') {
    return `Nobody is left to answer. The \`exchange\` event:\n\n${eventBlock(exchange, failureOf(code))}`;
  }
  if (faultOf(code)?.afterHead) {
    const broken = 'The client has got the head by then: its connection is broken. The `exchange` event:';
    return `${broken}\n\n${eventBlock(exchange, new FakeResponded(200))}`;
  }
  return answers(exchange, code);
}

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

function faultOf(code: CauseCode): FaultRow | undefined {
  return (faults as Partial<Record<CauseCode, FaultRow>>)[code];
}

function exchangeOf(code: CauseCode): ClientExchange {
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

function failureOf(code: CauseCode): Failed {
  if (code !== 'circuit_open')
    return failed(code, causes[code].status === 503 ? { retryAfterMs: 1_000 } : {});
  const since = '2026-01-01T12:00:00.000Z';
  const backends = [{ backend: 'orders-1', state: 'open', since, cause: 'connection_refused' }] as const;
  return failed(code, { retryAfterMs: 1_000, backends });
}

interface Told {
  readonly status: number;
  readonly lines: readonly string[];
  readonly members: Readonly<Record<string, unknown>>;
}

function told(exchange: ClientExchange, code: CauseCode, disclose: Disclosure): Told {
  const errors = { ...PLAIN_ERRORS, disclose };
  const { status, headers, content } = answerFailure(exchange, failureOf(code), 'causeway', errors);
  return {
    status,
    lines: [...headers, ...content.headers].map(([name, value]) => `${name}: ${value}`),
    members: JSON.parse(content.body) as Told['members'],
  };
}

/** To trusted readers, what the others get is not repeated. */
function answers(exchange: ClientExchange, code: CauseCode): string {
  const everybody = told(exchange, code, 'public');
  const trusted = told(exchange, code, 'trusted');
  const more = {
    lines: trusted.lines.filter((line) => !everybody.lines.includes(line)),
    members: Object.entries(trusted.members).filter(([name]) => !(name in everybody.members)),
  };
  return [
    'Anybody is told:',
    httpBlock(everybody.status, everybody.lines, jsonOf(everybody.members)),
    'Trusted readers are told besides:',
    block('http', [...more.lines, '', jsonOf(Object.fromEntries(more.members))].join('\n').trim()),
  ].join('\n\n');
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

function passedThrough(): string {
  const lines = [
    'Content-Type: text/plain',
    'Proxy-Attempts: 1',
    'Proxy-Cause: backend_status',
    `Proxy-Status: ${proxyStatusOfResponse('causeway', 503)}`,
  ];
  return `The backend's own answer is passed through, with this beside it:\n\n${httpBlock(503, lines, 'sorry')}`;
}

function httpBlock(status: number, lines: readonly string[], body: string): string {
  return block('http', [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\n'));
}

function eventBlock(exchange: ClientExchange, outcome: Outcome): string {
  return block(
    'json',
    jsonOf(describeExchange(exchange, outcome, outcome.kind === 'responded' ? 4 : 0, 1_001)),
  );
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
