import { describe, expect, test } from 'vitest';
import { closedPort } from '../support/live-backend.ts';
import { type Sent, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway, withEnvironment } from '../support/live-gateway.ts';
import { median } from '../support/live-measure.ts';
import { expectFailure, proxyStatusOf } from '../support/live-problem.ts';

const PUBLIC_MEMBERS = [
  'attemptCount',
  'cause',
  'detail',
  'group',
  'instance',
  'requestId',
  'retryable',
  'status',
  'title',
  'type',
];

describe.each(ADAPTERS)('one closed port, %s', (adapter) => {
  test('is answered with a structured 502 in less than 50 ms', async () => {
    const port = await closedPort();
    const times: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      const gateway = await startGateway(adapter, { backends: [`http://127.0.0.1:${port}`] });
      const sent = await send(`${gateway.url}/orders/7`);
      times.push(sent.ms);
      expectFailure(sent, 'connection_refused');
    }
    expect(median(times)).toBeLessThan(50);
  });

  test.each([undefined, 'production', 'staging'])(
    'with NODE_ENV %s, nothing tells who the backend is',
    async (environment) => {
      const port = await closedPort();
      const backends = [{ url: `http://127.0.0.1:${port}/secret-prefix`, name: 'db-internal' }];
      const gateway = await withEnvironment(environment, () => startGateway(adapter, { backends }));
      const sent = await send(`${gateway.url}/orders/7`, { headers: { 'x-request-id': 'abc-1' } });
      const problem = expectFailure(sent, 'connection_refused');
      expect(Object.keys(problem).sort()).toEqual(PUBLIC_MEMBERS);
      expect(problem).toMatchObject({
        type: 'urn:causeway:cause:connection_refused',
        title: 'The backend refused the connection',
        instance: 'urn:causeway:request:abc-1',
        group: 'overload',
        requestId: 'abc-1',
        retryable: true,
        attemptCount: sent.headers['proxy-attempts'] ? Number(sent.headers['proxy-attempts']) : NaN,
      });
      expect(proxyStatusOf(sent)).toEqual([
        { who: 'causeway', parameters: { error: 'connection_refused', details: 'connection_refused' } },
      ]);
      const everything = `${sent.rawHeaders.join('\n')}\n${sent.body.toString()}`;
      for (const secret of ['db-internal', '127.0.0.1', String(port), 'secret-prefix', 'orders', 'ECONN']) {
        expect(everything).not.toContain(secret);
      }
      expect(everything).not.toMatch(/\bat .*:\d+:\d+|\.ts\b|\.js\b|node_modules/);
    },
  );

  test.each(['test', 'development'])('with NODE_ENV %s, the attempts are listed', async (environment) => {
    const port = await closedPort();
    const gateway = await withEnvironment(environment, () =>
      startGateway(adapter, { backends: [{ url: `http://127.0.0.1:${port}`, name: 'a' }] }),
    );
    const sent = await send(gateway.url);
    const problem = expectFailure(sent, 'connection_refused');
    expect(problem['reached']).toBe('no');
    expect(problem['stopped']).toBe('max_attempts');
    expect(problem['remedy']).toMatch(/listens/);
    expect(problem['attempts']).toHaveLength(Number(sent.headers['proxy-attempts']));
    expect(problem['attempts']).toContainEqual({
      backend: 'a',
      phase: 'connect',
      cause: 'connection_refused',
      ms: expect.any(Number) as number,
    });
    expect(proxyStatusOf(sent)[0]?.parameters['next-hop']).toBe('a');
    expect(sent.headers['server-timing']).toMatch(/^attempt-1;dur=[\d.]+;desc="connection_refused"/);
    expect(everythingOf(sent)).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
  });

  test('the hidden tier gives status, cause and request id alone', async () => {
    const port = await closedPort();
    const gateway = await startGateway(adapter, {
      backends: [{ url: `http://127.0.0.1:${port}`, name: 'db-internal' }],
      errors: { disclose: 'hidden' },
    });
    const sent = await send(gateway.url);
    const problem = expectFailure(sent, 'connection_refused');
    expect(Object.keys(problem).sort()).toEqual(['cause', 'requestId', 'status']);
    expect(sent.headers).not.toHaveProperty('server-timing');
    expect(sent.headers).not.toHaveProperty('proxy-attempts');
    expect(everythingOf(sent)).not.toContain('db-internal');
  });

  test('a HEAD request gets the same head, and no body', async () => {
    const port = await closedPort();
    const gateway = await startGateway(adapter, { backends: [`http://127.0.0.1:${port}`] });
    const sent = await send(gateway.url, { method: 'HEAD' });
    expect(sent.status).toBe(502);
    expect(sent.headers['proxy-cause']).toBe('connection_refused');
    expect(sent.headers['content-type']).toBe('application/problem+json');
    expect(sent.body).toHaveLength(0);
  });
});

function everythingOf({ rawHeaders, body }: Sent): string {
  return `${rawHeaders.join('\n')}\n${body.toString()}`;
}
