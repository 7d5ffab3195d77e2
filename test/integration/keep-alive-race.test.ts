import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startRaw, type RawBackend } from '../support/live-backend.ts';
import { open, readResponse, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const CLOSES_AFTER_MS = 200;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const ROUNDS = 10;

/** Has just closed a connection that was idle for too long, when the next request on it arrives. */
function startRacing(): Promise<RawBackend> {
  const answeredAt = new WeakMap<object, number>();
  return startRaw((socket) => {
    const idleMs = performance.now() - (answeredAt.get(socket) ?? Infinity);
    if (idleMs > CLOSES_AFTER_MS) return socket.destroy();
    answeredAt.set(socket, performance.now());
    return void socket.write(OK);
  });
}

/** One request in two comes after a longer pause than the backend allows. */
async function run(url: string, method: string, agent?: Agent): Promise<number> {
  let failures = 0;
  for (let i = 0; i < ROUNDS; i += 1) {
    await sleep(i % 2 === 0 ? 1 : CLOSES_AFTER_MS + 50);
    if (agent) failures += (await naive(url, method, agent)) ? 0 : 1;
    else failures += (await send(url, { method })).status === 200 ? 0 : 1;
  }
  return failures;
}

async function naive(url: string, method: string, agent: Agent): Promise<boolean> {
  const request = open(url, { method, agent });
  request.end();
  const failed = once(request, 'error').then(() => undefined);
  const response = await Promise.race([once(request, 'response'), failed]).catch(() => undefined);
  if (!response) return false;
  return (await readResponse(response[0])).complete;
}

describe.each(ADAPTERS)('a backend that closes idle connections just as requests arrive, %s', (adapter) => {
  test.each(['GET', 'POST'])('%s: the race stops once its age is known', async (method) => {
    const backend = await startRacing();
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      breaker: { consecutiveFailures: 1, minRequests: 1, failureRate: 0.01 },
    });
    const stale: number[] = [];
    const changes: unknown[] = [];
    gateway.gateway.on('attempt', ({ cause }) => void (cause === 'stale_connection' && stale.push(1)));
    gateway.gateway.on('breaker', (change) => void changes.push(change));
    const failures = await run(gateway.url, method);
    // Two that agree are enough to know (on a busy machine the first may not); before that, a GET is repeated and a
    // POST must not be.
    expect(stale.length).toBeGreaterThanOrEqual(2);
    expect(stale.length).toBeLessThan(ROUNDS / 2);
    expect(failures).toBe(method === 'GET' ? 0 : stale.length);
    expect(changes).toEqual([]);
  });
});

test('a client that keeps connections as Node does by default fails each time', async () => {
  const backend = await startRacing();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  expect(await run(backend.url, 'POST', agent)).toBe(ROUNDS / 2);
});

test('the age is shown where one failed for it', async () => {
  const backend = await startRacing();
  const gateway = await startGateway('node', { backends: [backend.url] });
  await send(gateway.url);
  await sleep(CLOSES_AFTER_MS + 50);
  const problem = expectFailure(await send(gateway.url, { method: 'POST' }), 'stale_connection');
  expect(problem['remedy']).toMatch(/^The connection had been idle for \d+ ms\. Keep idle connections/);
});
