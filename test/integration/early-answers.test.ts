import { Agent } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend, startRaw } from '../support/live-backend.ts';
import { open, readResponse, responseOf, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

const UPLOAD = Buffer.alloc(4 * 1_048_576, 'u');

describe.each(ADAPTERS)('an upload that is answered early, %s', (adapter) => {
  async function upload(url: string, agent: Agent) {
    const request = open(url, { method: 'POST', headers: { 'content-length': UPLOAD.length }, agent });
    const response = responseOf(request);
    request.end(UPLOAD);
    const arrived = await response;
    const { body, complete } = await readResponse(arrived);
    return { status: arrived.statusCode, headers: arrived.headers, body: body.toString(), complete };
  }

  test('by the backend with 413: the answer arrives, the connection is closed, the next request works', async () => {
    const backend = await startBackend((request, response) => {
      if (request.method === 'GET') return void response.end('next');
      response.writeHead(413).end('too large');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let i = 0; i < 10; i += 1) {
      const answer = await upload(gateway.url, agent);
      expect([answer.status, answer.body, answer.complete]).toEqual([413, 'too large', true]);
      expect((await send(gateway.url, { agent })).body.toString()).toBe('next');
    }
    agent.destroy();
    await until('no client connection left', () => gateway.sockets.size === 0);
  });

  test('by the gateway: the structured answer arrives as well', async () => {
    const gateway = await startGateway(adapter, { backends: [`http://127.0.0.1:${await closedPort()}`] });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let i = 0; i < 10; i += 1) {
      const answer = await upload(gateway.url, agent);
      expect(answer.status).toBe(502);
      expect(['connection_refused', 'circuit_open']).toContain(answer.headers['proxy-cause']);
      expect(answer.complete).toBe(true);
    }
    agent.destroy();
    await until('no client connection left', () => gateway.sockets.size === 0);
  });

  test.each(['closes', 'resets'] as const)(
    'by a backend that then %s with the upload unread: a whole answer, whichever can be had',
    async (how) => {
      const backend = await startRaw((socket) => {
        socket.write(
          'HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig',
          () => {
            if (how === 'closes') socket.destroy();
            else socket.resetAndDestroy();
          },
        );
      });
      const gateway = await startGateway(adapter, { backends: [backend.url] });
      const agent = new Agent({ keepAlive: true });
      onTestFinished(() => agent.destroy());
      const answer = await upload(gateway.url, agent);
      expect(answer.complete).toBe(true);
      expect([413, 502]).toContain(answer.status);
      if (answer.status === 413) expect(answer.body).toBe('big');
      else
        expect(['request_write_failed', 'closed_before_response']).toContain(answer.headers['proxy-cause']);
    },
  );
});
