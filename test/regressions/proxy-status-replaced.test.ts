// When the app had set a header, our Proxy-Status replaced the one of a proxy behind us instead of adding to it.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { writeHead } from '../../src/adapters/write-head.ts';
import { FakeResponded } from '../support/fake-outcome.ts';

test('ours comes after theirs', () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.setHeader('X-Powered-By', 'Express');
  const theirs = 'inner; error=dns_timeout';
  const ours = 'causeway; received-status=503';
  const outcome = Object.assign(new FakeResponded(503), { headers: ['Proxy-Status', theirs] });
  writeHead(response, outcome, ['Proxy-Status', ours]);
  expect(response.getHeader('proxy-status')).toEqual([theirs, ours]);
});
