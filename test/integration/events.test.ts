import type { AttemptEvent, BreakerEvent, ExchangeEvent } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { closedPort, startBackend, startNamed, startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

describe.each(ADAPTERS)('events, %s', (adapter) => {
  test('one per exchange and one per attempt, with what happened', async () => {
    const good = await startNamed('good');
    const dead = { url: `http://127.0.0.1:${await closedPort()}`, name: 'dead' };
    const gateway = await startGateway(adapter, {
      backends: [dead, { url: good.url, name: 'good' }],
      random: () => 0,
    });
    const exchanges: ExchangeEvent[] = [];
    const attempts: AttemptEvent[] = [];
    const off = gateway.gateway.on('exchange', (event) => void exchanges.push(event));
    gateway.gateway.on('attempt', (event) => void attempts.push(event));
    await send(`${gateway.url}/x?y=1`, { headers: { 'x-request-id': 'e-1' } });
    await until('the event', () => exchanges.length === 1);
    expect(exchanges[0]).toMatchObject({
      requestId: 'e-1',
      method: 'GET',
      path: '/x?y=1',
      outcome: 'responded',
      status: 200,
      cause: undefined,
      group: undefined,
      attemptCount: 2,
      bytes: 4,
    });
    expect(exchanges[0]?.ms).toBeGreaterThan(0);
    expect(attempts).toMatchObject([
      {
        requestId: 'e-1',
        number: 1,
        backend: 'dead',
        cause: 'connection_refused',
        reached: 'no',
        phase: 'connect',
      },
      { requestId: 'e-1', number: 2, backend: 'good', cause: undefined, status: 200 },
    ]);
    off();
    await send(gateway.url);
    expect(exchanges).toHaveLength(1);
  });

  test('failures and refusals are counted once as well', async () => {
    const gateway = await startGateway(adapter, { backends: [`http://127.0.0.1:${await closedPort()}`] });
    const exchanges: ExchangeEvent[] = [];
    gateway.gateway.on('exchange', (event) => void exchanges.push(event));
    await send(gateway.url);
    await send(gateway.url, { headers: { via: '1.1 causeway' } });
    await until('both events', () => exchanges.length === 2);
    expect(exchanges).toMatchObject([
      {
        outcome: 'failed',
        status: undefined,
        cause: 'connection_refused',
        group: 'overload',
        stopped: 'max_attempts',
      },
      { outcome: 'failed', cause: 'loop_detected', group: 'misconfiguration', attemptCount: 0 },
    ]);
  });

  test('a response that broke off says that it had started', async () => {
    const backend = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab', () => void socket.destroy());
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const exchanges: ExchangeEvent[] = [];
    gateway.gateway.on('exchange', (event) => void exchanges.push(event));
    expect((await send(gateway.url)).complete).toBe(false);
    await until('the event', () => exchanges.length === 1);
    expect(exchanges[0]).toMatchObject({ cause: 'response_truncated', stopped: 'response_started' });
  });

  test('the breaker says when it opens, looks and closes', async () => {
    let down = true;
    const backend = await startBackend((request, response) => {
      if (down) request.socket.destroy();
      else response.end('up');
    });
    const gateway = await startGateway(adapter, {
      backends: [{ url: backend.url, name: 'b' }],
      breaker: { consecutiveFailures: 2, openMs: 50 },
      retry: false,
    });
    const changes: BreakerEvent[] = [];
    gateway.gateway.on('breaker', (event) => void changes.push(event));
    for (let i = 0; i < 2; i += 1) await send(gateway.url);
    expect(changes).toMatchObject([
      { backend: 'b', state: 'open', cause: 'closed_before_response', openMs: 50 },
    ]);
    down = false;
    let status = 0;
    while (status !== 200) status = (await send(gateway.url)).status;
    expect(changes.map(({ state }) => state)).toEqual(['open', 'half_open', 'closed']);
  });
});
