import { expect, test } from 'vitest';
import { prefersHtml } from '../../../../src/failure/report/negotiate.ts';

test.each([
  // Chrome, Firefox, Safari.
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/html',
  'TEXT/HTML',
  'text/*',
  'text/html;charset=utf-8',
  'text/html, application/json',
  'text/html;q=0.9, application/json;q=0.8',
  'text/html;q=0.5, */*;q=0.1',
  'application/json;q=0.1, text/html;q=0.2, */*;q=0.1',
  '*/*, application/json;q=0, application/problem+json;q=0',
])('HTML for %s', (accept) => {
  expect(prefersHtml(accept)).toBe(true);
});

test.each([
  undefined,
  '',
  '*/*',
  'application/json',
  'application/problem+json',
  'application/*',
  'application/json, text/plain, */*',
  'application/json, text/html',
  'text/html;q=0.8, application/json;q=0.9',
  'text/html;q=0.8, application/problem+json',
  'text/html;q=0.5, */*',
  'text/html;q=0, */*',
  'text/html;q=0',
  'image/avif,image/webp,*/*',
  'image/png',
  'application/xhtml+xml',
  'text/html;level=1',
  'text/html;q=many',
  ',;,=",',
  'html',
])('JSON for %s', (accept) => {
  expect(prefersHtml(accept)).toBe(false);
});

test('what no browser sends is not looked through', () => {
  expect(prefersHtml(`text/html${', x/y'.repeat(200)}`)).toBe(true);
  expect(prefersHtml(`text/html${', x/y'.repeat(3_000)}`)).toBe(false);
});

test.each([['text/html'], 5, null, {}])('a middleware may have put anything there: %j', (accept) => {
  expect(prefersHtml(accept)).toBe(false);
});
