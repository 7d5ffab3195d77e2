import type { RetryEvent } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { closedPort, startBackend, startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';

describe.each(ADAPTERS)('retry events, %s', (adapter) => {
  test('a request that moved to another backend, free of the budget', async () => {
    const good = await startNamed('good');
    const dead = { url: `http://127.0.0.1:${await closedPort()}`, name: 'dead' };
    const backends = [dead, { url: good.url, name: 'good', tier: 1 }];
    const gateway = await startGateway(adapter, { backends });
    const events: RetryEvent[] = [];
    gateway.gateway.on('retry', (event) => void events.push(event));
    await send(gateway.url, { headers: { 'x-request-id': 'e-1' } });
    expect(events).toEqual([
      {
        requestId: 'e-1',
        kind: 'retry',
        decision: 'sent',
        reason: undefined,
        number: 1,
        backend: 'dead',
        cause: 'connection_refused',
        waitMs: 0,
        paid: false,
      },
    ]);
  });

  test('a budget that is used up is seen in the event, and the answer is that of the backend', async () => {
    const down = (): ReturnType<typeof startBackend> =>
      startBackend((_request, response) => response.writeHead(503).end('busy'));
    const backends = [(await down()).url, (await down()).url, (await down()).url];
    // One in ten seconds.
    const budget = { ratio: 0, minPerSecond: 0.1 };
    const gateway = await startGateway(adapter, { backends, retry: { retries: 1, budget } });
    const events: RetryEvent[] = [];
    const stopped: unknown[] = [];
    gateway.gateway.on('retry', (event) => void events.push(event));
    gateway.gateway.on('exchange', (event) => void stopped.push(event.stopped));
    const first = await send(gateway.url);
    const second = await send(gateway.url);
    expect([first.headers['proxy-attempts'], second.headers['proxy-attempts']]).toEqual(['2', '1']);
    expect([second.status, second.body.toString()]).toEqual([503, 'busy']);
    expect(stopped).toEqual(['max_attempts', 'budget_exhausted']);
    expect(events.map(({ decision, reason, paid }) => [decision, reason, paid])).toEqual([
      ['sent', undefined, true],
      ['refused', 'max_attempts', false],
      ['refused', 'budget_exhausted', false],
    ]);
  });
});
