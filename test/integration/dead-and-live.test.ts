import { Agent } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend } from '../support/live-backend.ts';
import { readAllFrom, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';

const REQUESTS = 1_000;

describe.each(ADAPTERS)('one dead and one live backend, %s', (adapter) => {
  test('1,000 GET and 1,000 POST, one after the other: none fails, none arrives twice', async () => {
    const arrived = new Map<string, number>();
    const live = await startBackend((request, response) => {
      void readAllFrom(request).then((body) => {
        if (request.method === 'POST') {
          const id = body.subarray(0, 8).toString();
          arrived.set(id, (arrived.get(id) ?? 0) + 1);
          response.end(String(body.length));
        } else {
          response.end('got');
        }
      });
    });
    // Preferred as long as it is in rotation, by a balancer that does not learn: the breaker opens, and probes go there.
    const dead = { url: `http://127.0.0.1:${await closedPort()}`, weight: 1_000 };
    const gateway = await startGateway(adapter, { backends: [dead, live.url], balance: 'round-robin' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());

    let rescued = 0;
    for (let i = 0; i < REQUESTS; i += 1) {
      const got = await send(`${gateway.url}/${i}`, { agent });
      expect([got.status, got.body.toString()]).toEqual([200, 'got']);
      const body = String(i).padEnd(8, '-').padEnd(1_024, 'x');
      const posted = await send(`${gateway.url}/${i}`, { method: 'POST', body, agent });
      expect([posted.status, posted.body.toString()]).toEqual([200, '1024']);
      for (const { headers } of [got, posted]) {
        if (headers['proxy-attempts'] === undefined) continue;
        rescued += 1;
        expect(Number(headers['proxy-attempts'])).toBeGreaterThan(1);
        expect(headers).not.toHaveProperty('proxy-cause');
      }
    }
    expect(rescued).toBeGreaterThanOrEqual(5);
    expect(arrived.size).toBe(REQUESTS);
    expect(Math.max(...arrived.values())).toBe(1);
  });

  test('the very first request is rescued, and says so', async () => {
    const live = await startBackend((_request, response) => response.end('alive'));
    const dead = `http://127.0.0.1:${await closedPort()}`;
    // Chance always looks at the dead one first.
    const gateway = await startGateway(adapter, { backends: [dead, live.url], random: () => 0 });
    const sent = await send(gateway.url);
    expect(sent.status).toBe(200);
    expect(sent.body.toString()).toBe('alive');
    expect(sent.headers['proxy-attempts']).toBe('2');
  });
});
