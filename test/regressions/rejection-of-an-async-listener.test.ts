// An event listener that was an async function and rejected was an unhandled rejection, which ends the process.
import { expect, test, vi } from 'vitest';
import { Events } from '../../src/insight/events.ts';
import { flush } from '../support/fake-clock.ts';

test('a listener that rejects is logged like one that throws', async () => {
  const logger = { warn: vi.fn(), error: vi.fn() };
  const events = new Events(logger);
  const oops = new Error('oops');
  const listener = (): unknown => Promise.reject(oops);
  events.on('breaker', listener);
  events.emit('breaker', { backend: 'a', state: 'open', cause: undefined, openMs: 1 });
  await flush();
  expect(logger.error).toHaveBeenCalledExactlyOnceWith({ err: oops, event: 'breaker' }, expect.any(String));
});
