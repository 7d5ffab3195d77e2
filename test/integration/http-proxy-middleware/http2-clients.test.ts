import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { CompatibleProxyOptions } from 'causeway-proxy/http-proxy-middleware';
import { expect, onTestFinished, test } from 'vitest';
import { startBackend } from '../../support/live-backend.ts';
import { ourMiddleware } from '../../support/live-compatible.ts';
import { listen } from '../../support/live-server.ts';

test.each<[string, CompatibleProxyOptions]>([
  ['as it is', {}],
  [
    'with hooks',
    { on: { proxyReq: (proxyReq) => void proxyReq.setHeader('x-hook', '1'), proxyRes: () => undefined } },
  ],
])('a client may speak HTTP/2, %s', async (_what, options) => {
  const backend = await startBackend((request, response) => {
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    void request.pipe(response);
  });
  const middleware = ourMiddleware({ target: backend.url, ...options });
  const server = createServer((request, response) => void middleware(request as never, response as never));
  const { port } = await listen(server as never);
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': '/x?y=1', 'x-client': 'h2' });
  stream.end('hello');
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  let body = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) body += chunk.toString();
  expect([headers[':status'], headers['set-cookie'], body]).toEqual([200, ['a=1', 'b=2'], 'hello']);
  const [seen] = backend.requests;
  expect([seen?.url, seen?.headers.host, seen?.headers['x-client'], seen?.headers.via]).toEqual([
    '/x?y=1',
    `127.0.0.1:${port}`,
    'h2',
    '2.0 causeway',
  ]);
});
