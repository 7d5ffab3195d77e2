import { Agent, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { crowd, Tally } from '../support/live-crowd.ts';
import { startGateway } from '../support/live-gateway.ts';

const REQUESTS = 5_000;
const METHODS = ['GET', 'PUT', 'DELETE', 'POST', 'GET', 'HEAD', 'GET', 'POST'];

test('a backend that restarts in a loop behind two healthy ones: 5,000 requests', async () => {
  const processed = new Tally();
  // Takes the order before it answers, as an app with a database would.
  const listener: RequestListener = (request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') processed.add(String(request.headers['x-order']));
      setTimeout(() => response.end('done'), 2);
    });
  };
  const [one, two] = [await startBackend(listener), await startBackend(listener)];
  let flapping = await startBackend(listener);
  const gateway = await startGateway('express', { backends: [one.url, two.url, flapping.url] });
  const opened: unknown[] = [];
  gateway.gateway.on('breaker', ({ state, cause }) => void (state === 'open' && opened.push(cause)));

  let restarts = 0;
  let running = true;
  const restarting = (async () => {
    while (running) {
      await sleep(60);
      await flapping.close();
      await sleep(30);
      flapping = await startBackend(listener, { port: flapping.port });
      restarts += 1;
    }
  })();

  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  onTestFinished(() => agent.destroy());
  const answers = new Tally();
  const rescued = new Tally();
  await crowd(REQUESTS, 32, async (index) => {
    const method = METHODS[index % METHODS.length] ?? 'GET';
    const headers = { 'x-order': String(index) };
    const sent = await send(gateway.url, { method, headers, agent, ...(method === 'PUT' && { body: 'x' }) });
    answers.add(`${method} ${sent.status}${sent.complete ? '' : ' broken'}`);
    if (sent.status === 200 && sent.headers['proxy-attempts'] !== undefined) rescued.add(method);
    // What failed says truthfully that it may have been processed.
    if (sent.status !== 200) expect(processed.of(String(index))).toBeLessThanOrEqual(1);
  });
  running = false;
  await restarting;

  console.log(
    `restarts: ${restarts}; answers: ${answers}; rescued: ${rescued}; opened ${opened.length} times`,
  );
  expect(restarts).toBeGreaterThan(5);
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
    expect(answers.keys.filter((key) => key.startsWith(method))).toEqual([`${method} 200`]);
  }
  expect(rescued.of('GET')).toBeGreaterThan(0);
  expect(processed.most).toBe(1);
  expect(answers.of('POST 200')).toBeGreaterThan(REQUESTS / 5);
});
