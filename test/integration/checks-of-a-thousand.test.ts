import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { makeGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import type { CheckedReport } from '../support/live-checked-process.ts';

const COUNT = 1_000;
const MEASURED_MS = 4_000;

async function startBackends() {
  const script = fileURLToPath(new URL('../support/live-checked-process.ts', import.meta.url));
  const child = fork(script);
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  const backends = Array.from({ length: COUNT }, (_, index) => ({
    url: `http://127.0.0.1:${port}/${index}`,
    name: `b${index}`,
  }));
  const report = async (): Promise<CheckedReport> => {
    child.send('report');
    const [said] = (await once(child, 'message')) as [CheckedReport];
    return said;
  };
  return { backends, report };
}

/** CPU time of this process in microseconds per second, without what it has to do anyway. */
async function cpuOver(ms: number): Promise<number> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await sleep(ms);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / (performance.now() - startedAt)) * 1_000;
}

test('checks of 1,000 backends once a second: spread over the second, and cheap', async () => {
  const { backends, report } = await startBackends();
  const idle = await cpuOver(1_000);
  const { gateway } = makeGateway({ backends, health: { path: '/', intervalMs: 1_000 } });
  const checked = new Set<string>();
  gateway.on('backend', ({ backend, change }) => void (change === 'up' && checked.add(backend)));
  await until('a first check of each', () => checked.size === COUNT, 20_000);
  await report();
  const cpu = (await cpuOver(MEASURED_MS)) - idle;
  const { requests, mostTogether, averageTogether } = await report();
  const perSecond = requests / (MEASURED_MS / 1_000);
  console.log(
    `${perSecond.toFixed(0)} HTTP checks/s, ${(cpu / perSecond).toFixed(0)} us CPU each: ` +
      `every 5 s, ${((cpu / perSecond / 1_000_000) * 200 * 100).toFixed(1)} % of a core; ` +
      `within 100 ms ${mostTogether} at most, ${averageTogether.toFixed(0)} on average`,
  );
  // Together, it would be all of them.
  expect(mostTogether).toBeLessThan(COUNT / 3);
  expect(cpu / perSecond).toBeLessThan(2_000);
  expect(gateway.backends.list().every(({ state }) => state === 'available')).toBe(true);
});
