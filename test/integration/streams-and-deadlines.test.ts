import { expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';

/** Long enough to connect on a busy machine. */
const DEADLINE_MS = 400;
const LONG_MS = 1_000;

/** Sends its head at once, and the end of its body long after the deadline. */
const startStreaming = (type: string) =>
  startBackend((_request, response) => {
    response.writeHead(200, { 'content-type': type }).write('data: 1\n\n');
    setTimeout(() => response.end('data: 2\n\n'), LONG_MS);
  });

/** Answers long after the deadline. */
const startPolling = () =>
  startBackend((_request, response) => void setTimeout(() => response.end('news'), LONG_MS));

test.each(['text/event-stream', 'application/octet-stream'])(
  '%s: once the head is there, no total limit holds',
  async (type) => {
    const backends = [(await startStreaming(type)).url, (await startStreaming(type)).url];
    const gateway = await startGateway('node', { backends, timeouts: { deadlineMs: DEADLINE_MS } });
    const sent = await send(gateway.url);
    expect([sent.status, sent.complete, sent.body.toString()]).toEqual([200, true, 'data: 1\n\ndata: 2\n\n']);
    expect(sent.ms).toBeGreaterThan(2 * DEADLINE_MS);
  },
);

test.each(ADAPTERS)(
  'a long poll on a route that raises firstByteMs is not cut short by the deadline, %s',
  async (adapter) => {
    const backend = await startPolling();
    const timeouts = { firstByteMs: DEADLINE_MS / 2, deadlineMs: DEADLINE_MS };
    const options = { backends: [backend.url], timeouts, retry: false } as const;
    const plain = await startGateway(adapter, options);
    expect((await send(plain.url)).headers['proxy-cause']).toBe('first_byte_timeout');
    const raised = await startGateway(adapter, options, {
      policy: { timeouts: { firstByteMs: 10 * LONG_MS } },
    });
    expect((await send(raised.url)).body.toString()).toBe('news');
  },
);
