import { defineConfig } from 'vitest/config';

const config = defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', '.data/**'],
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['./test/support/services.ts'],
    reporters: ['default', './test/support/reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 40_000,
    passWithNoTests: false,
  },
});

// The tool reads the configuration from the default export.
export { config as default };
