import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { faults } from 'causeway-proxy/testing';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

/** Versions of Node that the package supports, each from the npm package that brings it. */
const RUNTIMES = { node22: 'v22.', node: 'v24.', node26: 'v26.' } as const;

const TABLE = Object.fromEntries(Object.entries(faults).map(([fault, { cause }]) => [fault, cause]));

test.each(Object.entries(RUNTIMES))('%s gives every failure the same name', async (packageName, version) => {
  const execPath = fileURLToPath(new URL(`node_modules/${packageName}/bin/node`, ROOT));
  expect(existsSync(execPath)).toBe(true);
  const script = fileURLToPath(new URL('test/support/live-runtime-process.ts', ROOT));
  const child = fork(script, {
    execPath,
    execArgv: ['--conditions=causeway-source'],
    cwd: fileURLToPath(ROOT),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [told] = (await once(child, 'message')) as [{ readonly version: string; readonly causes: object }];
  expect(told.version.startsWith(version)).toBe(true);
  expect(told.causes).toEqual(TABLE);
  // Nothing of it keeps the process alive.
  const [exitCode] = (await once(child, 'exit')) as [number];
  expect([
    exitCode,
    errors.replace(/^\(node:\d+\) ExperimentalWarning: Type Stripping.*\n.*\n/m, ''),
  ]).toEqual([0, '']);
});
