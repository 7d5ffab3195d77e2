// A client that stopped reading an event stream was never dropped: silence is normal there, but not this one.
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { rawSocket } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

const EVENT = `data: ${'x'.repeat(100_000)}\n\n`;

test('it is dropped after idleMs, and the backend with it', async () => {
  const streams: ServerResponse[] = [];
  const backend = await startBackend((_request, response) => {
    streams.push(response);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const fill = (): void => {
      while (!response.destroyed && response.write(EVENT));
    };
    response.on('drain', fill).on('error', () => undefined);
    fill();
  });
  const gateway = await startGateway('node', { backends: [backend.url], timeouts: { idleMs: 150 } });
  const causes: unknown[] = [];
  gateway.gateway.on('attempt', ({ cause }) => causes.push(cause));
  const client = rawSocket(gateway.port);
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('the stream is given up', () => streams.length === 1 && streams[0]?.closed === true, 3_000);
  await until('the client is dropped', () => gateway.sockets.size === 0, 1_000);
  expect(causes).toEqual(['client_aborted']);
});
