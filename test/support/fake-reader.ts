import { parseList } from 'structured-headers';
import { expect } from 'vitest';
import type { Disclosure } from '../../src/engine/settings.ts';
import type { Attempt, Failed } from '../../src/engine/types.ts';
import { type Answer, answerFailure } from '../../src/failure/report/answer.ts';
import { addAttempt, fakeExchange } from './fake-exchange.ts';
import { textOfPage } from './page-text.ts';

/** Whoever reads an answer: how much may be told to them, and whether they read JSON or a page. */
export interface Reader {
  readonly tier: Disclosure;
  readonly accept: 'application/json' | 'text/html';
}

export function answerTo(
  { tier, accept }: Reader,
  failure: Failed,
  attempts: readonly Partial<Attempt>[],
): Answer {
  const errors = { disclose: tier };
  const exchange = fakeExchange({ rawHeaders: ['Accept', accept], settings: { errors } });
  for (const attempt of attempts) addAttempt(exchange, { reached: 'maybe', endedAt: 1_010, ...attempt });
  return answerFailure(exchange, failure, 'causeway', exchange.settings.errors);
}

/** All of it, body and headers. */
export function textOf({ headers, content }: Answer): string {
  return [content.body, ...headers, ...content.headers].flat().join('\n');
}

/** What only stacks and Node's own codes have. */
export const NEVER_SHOWN = ['    at ', '.test.ts', 'ECONN', 'UND_ERR', 'ERR_'];

/** Nothing in it could be taken for something else by whoever reads it. */
export function expectSound({ headers, content }: Answer): void {
  for (const [name, value] of [...headers, ...content.headers]) {
    expect(name).toMatch(/^[A-Za-z-]+$/);
    expect(value).toMatch(/^[\x20-\x7e]+$/);
  }
  expect(parseList(headers.get('Proxy-Status') ?? '')).toHaveLength(1);
  expect(headers.get('Server-Timing') ?? 'attempt-1;').toMatch(/^(attempt-\d;[\w=.;"]*(, )?)+$/);
  if (content.headers.get('Content-Type')?.startsWith('text/html')) textOfPage(content.body);
  else expect(content.body).toMatch(/^\{[\x20-\x7e]*\}\n$/);
}
