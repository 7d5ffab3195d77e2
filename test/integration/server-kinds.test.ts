import { connect, type ClientHttp2Session, createServer as createHttp2 } from 'node:http2';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequestListener } from 'causeway-proxy/node';
import { expect, onTestFinished, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { readAllFrom } from '../support/live-client.ts';
import { makeGateway } from '../support/live-gateway.ts';
import { listen } from '../support/live-server.ts';

async function ask(session: ClientHttp2Session, method: string, body?: string) {
  const stream = session.request({ ':method': method, ':path': '/x?y=1', 'x-own': 'kept' });
  const response = once(stream, 'response') as Promise<[Record<string, string>]>;
  stream.end(body);
  const [headers] = await response;
  return { headers, body: (await readAllFrom(stream)).toString() };
}

test('an HTTP/2 server in front is served like any other', async () => {
  const backend = await startBackend((request, response) => {
    void readAllFrom(request).then((body) => response.end(`${request.url} ${body.toString()}`));
  });
  const { gateway } = makeGateway({ backends: [backend.url] });
  const listener = createRequestListener(gateway);
  const server = createHttp2((request, response) => {
    void listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  const { port } = await listen(server);
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => void session.destroy());
  const got = await ask(session, 'GET');
  expect([String(got.headers[':status']), got.body]).toEqual(['200', '/x?y=1 ']);
  const posted = await ask(session, 'POST', 'data');
  expect([String(posted.headers[':status']), posted.body]).toEqual(['200', '/x?y=1 data']);
  expect(backend.requests[0]?.headers).toMatchObject({
    host: `127.0.0.1:${port}`,
    via: '2.0 causeway',
    'x-own': 'kept',
  });
});
