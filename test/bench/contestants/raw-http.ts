import { Agent, createServer, request as sendRequest } from 'node:http';
import { serve } from '../contestant-runtime.ts';
import { withoutConnectionHeaders } from '../raw-headers.ts';

await serve((backendUrl) => {
  const { hostname, port } = new URL(backendUrl);
  const agent = new Agent({ keepAlive: true });
  return createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    const headers = withoutConnectionHeaders(request.rawHeaders);
    const upstream = sendRequest({ agent, hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, withoutConnectionHeaders(answer.rawHeaders));
      answer.pipe(response);
    });
    upstream.on('error', (error) => response.destroy(error));
    request.pipe(upstream);
  });
});
