import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createGateway } from 'causeway-proxy';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend, startNamed } from '../support/live-backend.ts';
import { begin, readResponse, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

describe.each(ADAPTERS)('close(), %s', (adapter) => {
  test('waits for what is under way, refuses what comes later, closes every connection', async () => {
    let last: ServerResponse | undefined;
    const backend = await startBackend((request, response) => {
      if (request.url === '/quick') return void response.end('quick');
      response.write('first ');
      last = response;
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    await send(`${gateway.url}/quick`);
    const { response } = await begin(`${gateway.url}/slow`);
    const whole = readResponse(response);
    let closed = false;
    const closing = gateway.gateway.close().then(() => void (closed = true));
    expect(gateway.gateway.close()).toBe(gateway.gateway.close());

    const refused = expectFailure(await send(`${gateway.url}/late`), 'no_healthy_backend');
    expect(refused['attemptCount']).toBe(0);
    expect(closed).toBe(false);
    last?.end('last');
    const { body, complete } = await whole;
    expect([body.toString(), complete]).toEqual(['first last', true]);
    await closing;
    await until('no connection', () => backend.sockets.size === 0);
    expectFailure(await send(gateway.url), 'no_healthy_backend');
    expect(backend.requests.map(({ url }) => url)).toEqual(['/quick', '/slow']);
  });

  test('gives up what takes too long', async () => {
    const backend = await startBackend((request, response) => {
      if (request.url === '/body') response.write('part');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const waiting = send(`${gateway.url}/head`);
    const { response } = await begin(`${gateway.url}/body`);
    const part = readResponse(response);
    await until('both', () => backend.requests.length === 2);
    await gateway.gateway.close({ timeoutMs: 50 });
    expectFailure(await waiting, 'no_healthy_backend');
    expect((await part).complete).toBe(false);
    await until('no connection', () => backend.sockets.size === 0);
  });
});

test('await using closes it', async () => {
  const backend = await startNamed('x');
  let held;
  {
    await using gateway = createGateway({ backends: [backend.url] });
    held = gateway;
  }
  await expect(held.close()).resolves.toBeUndefined();
});

test('a process with an idle, unclosed gateway ends by itself', async () => {
  const backend = await startNamed('x');
  const dead = await closedPort();
  const script = fileURLToPath(new URL('../support/live-exit-process.ts', import.meta.url));
  const child = fork(script, [backend.url, `http://127.0.0.1:${dead}`], {
    execArgv: ['--conditions=causeway-source'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [report] = (await once(child, 'message')) as [{ readonly statuses: number[] }];
  expect(report.statuses[0]).toBe(200);
  expect(report.statuses).toContain(502);
  const saidAt = performance.now();
  child.disconnect();
  expect((await exited)[0]).toBe(0);
  // Far less than any keep-alive, breaker or timeout of the defaults.
  expect(performance.now() - saidAt).toBeLessThan(1_500);
});

test('a gateway whose connections idle serves again', async () => {
  const backend = await startNamed('x');
  const gateway = await startGateway('node', { backends: [backend.url] });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  for (let i = 0; i < 3; i += 1) expect((await send(gateway.url, { agent })).status).toBe(200);
  expect(backend.accepted()).toBe(1);
});
