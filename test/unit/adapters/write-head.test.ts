import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { writeHead } from '../../../src/adapters/write-head.ts';
import { FakeResponded } from '../../support/fake-outcome.ts';

/** The head as it would go out, after the app has set these. */
function written(
  app: Record<string, string | string[]>,
  backend: readonly string[],
  ours: readonly string[] = [],
) {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  for (const [name, value] of Object.entries(app)) response.setHeader(name, value);
  const names = backend.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const hasRepeatedHeaders = new Set(names).size < names.length;
  writeHead(response, Object.assign(new FakeResponded(), { headers: backend, hasRepeatedHeaders }), ours);
  return response.getHeaders();
}

test('what the app had set stays beside what the backend sends', () => {
  expect(written({ 'X-App': '1' }, ['X-Backend', '2'])).toEqual({ 'x-app': '1', 'x-backend': '2' });
});

test('where both speak, the backend does', () => {
  expect(written({ ETag: 'app', 'X-Powered-By': 'Express' }, ['etag', 'backend'])).toMatchObject({
    etag: 'backend',
    'x-powered-by': 'Express',
  });
});

test('Set-Cookie and Vary add up', () => {
  const app = { 'Set-Cookie': ['app=1'], Vary: 'Origin' };
  const headers = written(app, ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'Vary', 'Accept']);
  expect(headers['set-cookie']).toEqual(['app=1', 'a=1', 'b=2']);
  expect([headers['vary']].flat()).toEqual(['Origin', 'Accept']);
});

test('repeated lines of the backend all go out', () => {
  const headers = written({ 'X-App': '1', 'X-Two': 'app' }, [
    'X-Two',
    '1',
    'Via',
    '1.1 inner',
    'X-Two',
    '2',
    'Via',
    '1.1 us',
  ]);
  expect(headers).toMatchObject({ 'x-two': ['1', '2'], via: ['1.1 inner', '1.1 us'] });
});

test('what we add comes last', () => {
  expect(written({ 'X-App': '1' }, ['X-B', '2'], ['Proxy-Attempts', '2'])).toMatchObject({
    'proxy-attempts': '2',
  });
});
