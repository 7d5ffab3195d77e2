import { expect, test, vi } from 'vitest';
import { consoleLogger, containLogger } from '../../../src/insight/logger.ts';

test('what the logger of the app throws reaches nobody', () => {
  const logger = {
    warn: vi.fn(() => {
      throw new Error('disk full');
    }),
    error: vi.fn(),
  };
  const contained = containLogger(logger);
  expect(() => contained.warn({ a: 1 }, 'one')).not.toThrow();
  contained.error({ b: 2 }, 'two');
  expect(logger.warn).toHaveBeenCalledExactlyOnceWith({ a: 1 }, 'one');
  expect(logger.error).toHaveBeenCalledExactlyOnceWith({ b: 2 }, 'two');
});

test('without one it is the console, message first', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  consoleLogger.warn({ a: 1 }, 'message');
  expect(warn).toHaveBeenCalledExactlyOnceWith('causeway: message', { a: 1 });
  warn.mockRestore();
});
