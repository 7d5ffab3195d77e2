import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { setContentHeaders } from '../../../src/adapters/content-headers.ts';

const PAGE = new Map([
  ['Content-Type', 'text/html'],
  ['Vary', 'Accept'],
  ['Content-Security-Policy', 'ours'],
]);

/** What goes out after the app has set these. */
function headersAfter(app: Record<string, string | string[]>, headers: ReadonlyMap<string, string> = PAGE) {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  for (const [name, value] of Object.entries(app)) response.setHeader(name, value);
  setContentHeaders(response, { headers, body: 'é' });
  return { ...response.getHeaders() };
}

test('all of them where the app has set none', () => {
  expect(headersAfter({})).toEqual({
    'content-type': 'text/html',
    vary: 'Accept',
    'content-security-policy': 'ours',
    'content-length': 2,
  });
});

test('the type is ours, Vary adds up, the rest is up to the app', () => {
  expect(
    headersAfter({
      'content-type': 'text/plain',
      'content-length': '9',
      vary: ['Origin', 'Cookie'],
      'content-security-policy': ['theirs', 'too'],
      'x-frame-options': 'DENY',
    }),
  ).toEqual({
    'content-type': 'text/html',
    vary: 'Origin,Cookie, Accept',
    'content-security-policy': ['theirs', 'too'],
    'content-length': 2,
    'x-frame-options': 'DENY',
  });
});

test('what does not belong to the form is left alone', () => {
  const json = new Map([['Content-Type', 'application/json']]);
  expect(headersAfter({ vary: 'Origin' }, json)).toEqual({
    'content-type': 'application/json',
    vary: 'Origin',
    'content-length': 2,
  });
});
