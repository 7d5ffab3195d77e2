import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { makeGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

test('a check whose answer came while the process was busy has passed', async () => {
  const child = fork(fileURLToPath(new URL('../support/live-slow-answer-process.ts', import.meta.url)));
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  const asked = once(child, 'message');
  const { gateway } = makeGateway({
    backends: [`http://127.0.0.1:${port}`],
    health: { path: '/', intervalMs: 60_000, timeoutMs: 1_000, fall: 1 },
  });
  const changes: string[] = [];
  gateway.on('backend', ({ change }) => void changes.push(change));
  await asked;
  // Longer than the check may take; the answer comes early in that time.
  for (const end = performance.now() + 2_000; performance.now() < end;);
  await until('a result', () => changes.length > 0);
  expect(changes).toEqual(['up']);
});
