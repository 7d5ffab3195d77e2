import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { Tally } from '../support/live-crowd.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

const METHODS = ['GET', 'PUT', 'HEAD', 'DELETE'];
const CLIENTS = 12;

test('8 backends restarted one after the other under load, with health checks: nothing idempotent fails', async () => {
  const backends = await Promise.all(Array.from({ length: 8 }, (_, index) => startNamed(`b${index}`)));
  const gateway = await startGateway('express', {
    backends: backends.map(({ url }, index) => ({ url, name: `b${index}` })),
    // All of it is one process: on a busy machine it needs some room.
    health: { path: '/', intervalMs: 750, fall: 2, rise: 1 },
  });
  const stateOf = (name: string): string | undefined =>
    gateway.gateway.backends.list().find((backend) => backend.name === name)?.state;

  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  onTestFinished(() => agent.destroy());
  const answers = new Tally();
  let running = true;
  let rescued = 0;
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let index = client; running; index += 1) {
      const method = METHODS[index % METHODS.length] ?? 'GET';
      const sent = await send(gateway.url, { method, agent, ...(method === 'PUT' && { body: 'x' }) });
      const cause = sent.headers['proxy-cause'];
      const failure = cause ? ` ${String(cause)} after ${String(sent.headers['proxy-attempts'] ?? 0)}` : '';
      answers.add(`${method} ${sent.status}${failure}${sent.complete ? '' : ' broken'}`);
      if (sent.headers['proxy-attempts'] !== undefined) rescued += 1;
    }
  });

  const downSeen: string[] = [];
  for (const [index, backend] of backends.entries()) {
    const name = `b${index}`;
    await backend.close();
    await until(`${name} is down`, () => stateOf(name) === 'down', 10_000);
    downSeen.push(name);
    await startNamed(name, { port: backend.port });
    await until(`${name} is back`, () => stateOf(name) === 'available', 10_000);
    await sleep(50);
  }
  running = false;
  await Promise.all(clients);

  console.log(`answers: ${answers}; rescued by another attempt: ${rescued}`);
  expect(downSeen).toHaveLength(8);
  expect([...answers.keys].sort()).toEqual(['DELETE 200', 'GET 200', 'HEAD 200', 'PUT 200']);
}, 60_000);
