import { Agent } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe.each(ADAPTERS)('connections that a backend closes after use, %s', (adapter) => {
  test.each(['close', 'reset'] as const)(
    'a GET never fails for it (%s on the second request)',
    async (how) => {
      const backend = await startRaw((socket, received) => {
        const second = received.split('\r\n\r\n').length > 2;
        if (!second) socket.write(OK);
        else if (how === 'close') socket.destroy();
        else socket.resetAndDestroy();
      });
      const gateway = await startGateway(adapter, {
        backends: [backend.url],
        breaker: { consecutiveFailures: 1, minRequests: 1, failureRate: 0.01 },
        retry: { budget: { ratio: 0, minPerSecond: 0 } },
      });
      const changes: string[] = [];
      const causes = new Set<unknown>();
      gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
      gateway.gateway.on('attempt', ({ cause }) => void causes.add(cause));
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => agent.destroy());
      for (let i = 0; i < 100; i += 1) expect((await send(gateway.url, { agent })).status).toBe(200);
      expect(causes).toEqual(new Set([undefined, 'stale_connection']));
      expect(changes).toEqual([]);
    },
  );

  test('a POST on such a connection is not repeated', async () => {
    const backend = await startRaw((socket, received) => {
      if (received.includes('POST')) socket.destroy();
      else socket.write(OK);
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    expect((await send(gateway.url)).status).toBe(200);
    const problem = expectFailure(await send(gateway.url, { method: 'POST', body: 'x' }), 'stale_connection');
    expect(problem).toMatchObject({ retryable: false, stopped: 'method_not_idempotent', attemptCount: 1 });
  });

  test('one that was closed while idle is not used', async () => {
    const backend = await startRaw((socket) => {
      socket.write(OK);
      setImmediate(() => socket.end());
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    for (let i = 0; i < 20; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await send(gateway.url, { method: 'POST', body: 'x' })).status).toBe(200);
    }
  });
});
