import { STATUS_CODES } from 'node:http';
import type { CauseCode } from 'causeway-proxy';
import type { ClientExchange } from '../../src/engine/exchange.ts';
import type { Disclosure } from '../../src/engine/settings.ts';
import type { Outcome } from '../../src/engine/types.ts';
import { answerFailure } from '../../src/failure/report/answer.ts';
import { proxyStatusOfResponse } from '../../src/failure/report/proxy-status.ts';
import { describeExchange } from '../../src/insight/describe.ts';
import { PLAIN_ERRORS } from '../support/fake-exchange.ts';
import { FakeResponded } from '../support/fake-outcome.ts';
import { exchangeOf, failureOf, faultOf } from './example-exchange.ts';

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
