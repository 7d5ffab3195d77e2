// When the app had set a header, as Express does, our Via replaced the one of a proxy behind us.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { writeHead } from '../../src/adapters/write-head.ts';
import { responseHeaders } from '../../src/engine/response-headers.ts';
import { headerBytes } from '../support/fake-headers.ts';
import { FakeResponded } from '../support/fake-outcome.ts';

test('both of them go out', () => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.setHeader('X-Powered-By', 'Express');
  const relayed = responseHeaders(headerBytes(['Via', '1.1 inner']), undefined, 'causeway');
  const { headers, repeated: hasRepeatedHeaders } = relayed;
  writeHead(response, Object.assign(new FakeResponded(), { headers, hasRepeatedHeaders }), []);
  expect(response.getHeader('via')).toEqual(['1.1 inner', '1.1 causeway']);
});
