import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { currentHeaders } from '../../../../src/adapters/compatible/current-headers.ts';

function message(headers: IncomingMessage['headers'], rawHeaders: string[] = []): IncomingMessage {
  return { headers, rawHeaders } as IncomingMessage;
}

test('headers are as they were edited, not as they came', () => {
  const edited = message({ 'x-user': 'bob', cookie: 'a=1; b=2', 'set-cookie': ['c', 'd'] }, [
    'X-User',
    'eve',
  ]);
  expect(currentHeaders(edited)).toEqual([
    'x-user',
    'bob',
    'cookie',
    'a=1; b=2',
    'set-cookie',
    'c',
    'set-cookie',
    'd',
  ]);
});

test('a second Host is not hidden by the first', () => {
  const two = message({ host: 'a' }, ['Host', 'a', 'hOsT', 'b']);
  expect(currentHeaders(two)).toEqual(['host', 'a', 'host', 'b']);
});
