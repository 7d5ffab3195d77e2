import { describe, expect, test } from 'vitest';
import { problemPage } from '../../../../src/failure/report/page.ts';
import type { ProblemDetails } from '../../../../src/failure/report/problem.ts';

const HIDDEN: ProblemDetails = { status: 502, cause: 'circuit_open', requestId: 'r-1' };
const PUBLIC: ProblemDetails = {
  ...HIDDEN,
  type: 'urn:causeway:cause:circuit_open',
  instance: 'urn:causeway:request:r-1',
  title: 'Every backend is switched off',
  detail: 'None is left.',
  group: 'overload',
  retryable: true,
  attemptCount: 7,
  underlying: ['connection_refused', 'dns_failed'],
};
const TRUSTED: ProblemDetails = {
  ...PUBLIC,
  stopped: 'no_other_backend',
  reached: 'maybe',
  remedy: 'See the list.',
  attempts: [
    {
      backend: 'a',
      phase: 'wait',
      ms: 250.4,
      cause: 'first_byte_timeout',
      limit: { limitMs: 250.2, source: 'learned', p50: 11.3, p99: 80.6, samples: 1_200 },
    },
    { backend: 'b', phase: 'body', ms: 3, status: 503 },
    { backend: 'c', phase: 'wait', ms: 90, limit: { limitMs: 90, source: 'configured' } },
  ],
  backends: [
    { backend: 'a', state: 'open', since: '2026-01-02T03:04:05.000Z', cause: 'connection_refused' },
    { backend: 'b', state: 'draining' },
  ],
};

/** Visible text, an element a line. */
function linesOf(page: string): string[] {
  const body = page.slice(page.indexOf('<body>'));
  const text = body.replace(/<\/?(?:strong|dl|ol|ul|main|body|html)>/g, '').replace(/<[^>]*>/g, '\n');
  return text.split('\n').filter((line) => line.trim() !== '');
}

test('hidden: status, cause and request id alone', () => {
  expect(linesOf(problemPage(HIDDEN))).toEqual([
    '502 Bad Gateway',
    ...['Status', '502', 'Cause', 'circuit_open', 'Request id', 'r-1'],
  ]);
  expect(problemPage(HIDDEN)).toContain('<title>502 Bad Gateway</title>');
  expect(problemPage({ ...HIDDEN, status: 599 })).toContain('<title>599</title>');
});

const PUBLIC_FACTS = [
  ...['Status', '502', 'Cause', 'circuit_open', 'Underlying cause', 'connection_refused, dns_failed'],
  ...['Group', 'overload', 'Request id', 'r-1', 'Safe to repeat', 'yes', 'Attempts', '7'],
];

test('public: title, detail and the facts', () => {
  expect(linesOf(problemPage(PUBLIC))).toEqual([
    'Every backend is switched off',
    'None is left.',
    ...PUBLIC_FACTS,
  ]);
  expect(problemPage(PUBLIC)).toContain('<title>502: Every backend is switched off</title>');
  expect(linesOf(problemPage({ ...PUBLIC, retryable: false }))).toContain('no');
});

test('trusted: where, why no more, and what to do', () => {
  expect(linesOf(problemPage(TRUSTED))).toEqual([
    'Every backend is switched off',
    'None is left.',
    'Where to look: See the list.',
    ...PUBLIC_FACTS,
    ...['Reached a backend', 'maybe', 'Why not tried again', 'no_other_backend'],
    'Attempts',
    'a: first_byte_timeout, phase wait, 250.4 ms, limit 250 ms (learned, p50 11 ms, p99 81 ms, 1200 samples)',
    'b: status 503, phase body, 3 ms',
    'c: phase wait, 90 ms, limit 90 ms (configured)',
    'Backends',
    'a: open since 2026-01-02T03:04:05.000Z, last cause connection_refused',
    'b: draining',
  ]);
});

test('no list without something in it', () => {
  const page = problemPage({ ...TRUSTED, attempts: [], backends: [] });
  expect(page).not.toMatch(/<h2>|<ol>|<ul>/);
});

describe('as a document', () => {
  const page = problemPage(TRUSTED);

  test('it begins and ends as one, and says language, width and colour schemes', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">\n<head>\n[^]*<\/body>\n<\/html>\n$/);
    for (const meta of ['charset="utf-8"', 'name="viewport"', 'name="color-scheme" content="light dark"']) {
      expect(page).toContain(`<meta ${meta}`);
    }
  });

  test('there is nothing in it to load, to run, or to style', () => {
    expect(page).not.toMatch(/<(?:script|style|link|img|svg|iframe|object|base|form|a)\b/i);
    expect(page).not.toMatch(/\s(?:style|on\w+|src|href)\s*=/i);
  });

  test('each element that is opened is closed', () => {
    const open: string[] = [];
    for (const [, slash, name = '', selfClosing] of page.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (selfClosing) continue;
      if (slash) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});

test('names are text, whatever they are', () => {
  const name = `</strong><script>alert('1')</script>\u202e\n"`;
  const page = problemPage({
    ...TRUSTED,
    detail: name,
    remedy: name,
    attempts: [{ backend: name, phase: 'dns', ms: 1 }],
    backends: [{ backend: name, state: 'open' }],
  });
  const shown = '&lt;/strong&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\\u{202e}\\u{a}&quot;';
  expect(page.split(shown)).toHaveLength(5);
  expect(page).not.toContain('<script');
});
