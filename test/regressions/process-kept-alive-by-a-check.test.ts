import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { until } from '../support/live-measure.ts';

test('a check that waits for a backend keeps no process alive', async () => {
  const silent = await startBackend(() => undefined);
  const script = fileURLToPath(new URL('../support/live-exit-discovering-process.ts', import.meta.url));
  const child = fork(script, [String(silent.port)], { execArgv: ['--conditions=causeway-source'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  expect((await once(child, 'message'))[0]).toBe('found');
  await until('a check', () => silent.requests.length > 0);
  const saidAt = performance.now();
  child.disconnect();
  expect((await exited)[0]).toBe(0);
  expect(performance.now() - saidAt).toBeLessThan(10_000);
});
