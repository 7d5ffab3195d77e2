import { describe, expect, test, vi } from 'vitest';
import type { Disclosure, ErrorSettings } from '../../../../src/engine/settings.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { buildReport } from '../../../../src/failure/report/build.ts';
import { type Content, contentOf } from '../../../../src/failure/report/content.ts';
import { problemPage } from '../../../../src/failure/report/page.ts';
import { problemDetails, problemJson } from '../../../../src/failure/report/problem.ts';
import { addAttempt, fakeExchange, PLAIN_ERRORS } from '../../../support/fake-exchange.ts';

const exchange = fakeExchange({ id: 'r-1', rawHeaders: ['Accept', 'text/html'] });
addAttempt(exchange, { endedAt: 1_001, cause: 'connection_refused', reached: 'no' });
const report = buildReport(exchange, failed('connection_refused'), PLAIN_ERRORS);

function content(
  accept: string | undefined,
  errors: Partial<ErrorSettings> = {},
  tier?: Disclosure,
): Content {
  const { request } =
    accept === undefined ? fakeExchange() : fakeExchange({ rawHeaders: ['Accept', accept] });
  return contentOf(report, tier ?? 'public', request, { ...PLAIN_ERRORS, ...errors });
}

describe.each<Disclosure>(['public', 'trusted', 'hidden'])('%s', (tier) => {
  test('a browser gets the page, and nothing that it could load', () => {
    const { headers, body } = content('text/html', {}, tier);
    expect(Object.fromEntries(headers)).toEqual({
      'Content-Type': 'text/html; charset=utf-8',
      Vary: 'Accept',
      'Content-Security-Policy': "default-src 'none'",
      'X-Content-Type-Options': 'nosniff',
    });
    expect(body).toBe(problemPage(problemDetails(report, tier)));
  });

  test.each(['*/*', undefined])('Accept: %s gets JSON', (accept) => {
    const { headers, body } = content(accept, {}, tier);
    expect(Object.fromEntries(headers)).toEqual({
      'Content-Type': 'application/problem+json',
      Vary: 'Accept',
    });
    expect(body).toBe(problemJson(problemDetails(report, tier)));
  });
});

describe('errors.render', () => {
  test.each(['text/html', '*/*'])('goes first, Accept: %s', (accept) => {
    const render = vi.fn(() => ({ contentType: 'text/plain', body: 'sorry' }));
    const { headers, body } = content(accept, { render });
    expect(body).toBe('sorry');
    // Whether it looked at Accept, only the app knows.
    expect(Object.fromEntries(headers)).toEqual({ 'Content-Type': 'text/plain' });
    expect(render).toHaveBeenCalledExactlyOnceWith(report, expect.objectContaining({ id: 'request-1' }));
  });

  test('may leave it to us', () => {
    for (const accept of ['text/html', '*/*']) {
      expect(content(accept, { render: () => undefined })).toEqual(content(accept));
    }
  });

  test.each([
    null,
    'text',
    {},
    { contentType: 'text/plain' },
    { contentType: 'text/plain\r\nX-Evil: 1', body: '' },
    { contentType: '', body: '' },
    { contentType: 'text/plain', body: 5 },
  ])('that gives %j is named', (given) => {
    const render = (() => given) as unknown as () => undefined;
    expect(() => content('*/*', { render })).toThrow(/errors\.render/);
  });

  test('that throws is named', () => {
    const render = (): never => {
      throw new Error('oops');
    };
    expect(() => content('*/*', { render })).toThrow(/errors\.render/);
  });
});
