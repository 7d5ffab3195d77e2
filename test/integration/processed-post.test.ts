import { describe, expect, test } from 'vitest';
import { startRaw, startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

describe.each(ADAPTERS)('a POST that a backend may have processed, %s', (adapter) => {
  test.each(['resets', 'closes'] as const)(
    'is not sent again when the backend reads it and %s',
    async (how) => {
      const backend = await startRaw((socket) => {
        if (how === 'resets') socket.resetAndDestroy();
        else socket.destroy();
      });
      const gateway = await startGateway(adapter, { backends: [backend.url] });
      const sent = await send(gateway.url, { method: 'POST', body: 'order=1' });
      const problem = expectFailure(sent, 'closed_before_response');
      expect(problem).toMatchObject({
        stopped: 'method_not_idempotent',
        retryable: false,
        reached: 'maybe',
        attemptCount: 1,
      });
      // Beside the look whether the port expects TLS.
      expect(backend.received.filter((bytes) => bytes.startsWith('POST'))).toHaveLength(1);
    },
  );

  test('is not sent to another backend either', async () => {
    const resetting = await startRaw((socket) => socket.resetAndDestroy());
    const other = await startNamed('other');
    const gateway = await startGateway(adapter, {
      backends: [resetting.url, other.url],
      random: () => 0,
    });
    const sent = await send(gateway.url, { method: 'POST', body: 'order=1' });
    expectFailure(sent, 'closed_before_response');
    expect(other.requests).toHaveLength(0);
  });

  test.each(['GET', 'PUT', 'DELETE'])('but a %s is', async (method) => {
    const resetting = await startRaw((socket) => socket.resetAndDestroy());
    const other = await startNamed('other');
    const gateway = await startGateway(adapter, {
      backends: [resetting.url, other.url],
      random: () => 0,
    });
    const sent = await send(gateway.url, { method, ...(method === 'PUT' && { body: 'x' }) });
    expect(sent.body.toString()).toBe('other');
    expect(sent.headers['proxy-attempts']).toBe('2');
  });

  test('and a POST of a route that opted in is', async () => {
    const resetting = await startRaw((socket) => socket.resetAndDestroy());
    const other = await startNamed('other');
    const gateway = await startGateway(
      adapter,
      { backends: [resetting.url, other.url], random: () => 0 },
      { policy: { retry: { when: ({ headers }) => headers['idempotency-key'] !== undefined } } },
    );
    const headers = { 'idempotency-key': '1' };
    const sent = await send(gateway.url, { method: 'POST', body: 'order=1', headers });
    expect(sent.body.toString()).toBe('other');
    const without = await send(gateway.url, { method: 'POST', body: 'order=1' });
    expect([502, 200]).toContain(without.status);
  });
});
