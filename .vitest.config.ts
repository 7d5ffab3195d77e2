import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Examples and tests import the package by its own name, and get the sources.
  ssr: { resolve: { conditions: ['causeway-source', 'node', 'module-sync', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    // Two cores: socket tests measure times, so files do not run beside each other on more workers than that.
    maxWorkers: 2,
  },
});
