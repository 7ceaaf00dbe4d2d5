import { defineConfig } from 'vitest/config';

/**
 * Tests on a real Docker engine: two files at a time, which mostly wait for containers. One that fails is run once more,
 * as a busy machine is late at times; vitest names what passed at its second run only.
 */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/e2e/support/global-setup.ts'],
    maxWorkers: 2,
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
