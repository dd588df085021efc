import { defineConfig } from 'vitest/config';

const config = defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // Tests that take minutes or need the outside world run in `.ci/run --full` only.
    exclude: ['**/node_modules/**', 'dist/**', '.data/**', ...(process.env.LONG_RUNS ? [] : ['**/*.long.test.ts'])],
    pool: 'forks',
    // Tests wait more than they reckon: three of them keep two cores busy.
    maxWorkers: 3,
    globalSetup: ['./test/support/services.ts'],
    reporters: ['default', './test/support/reporter.ts'],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    teardownTimeout: 40_000,
    passWithNoTests: false,
  },
});

// The tool reads the configuration from the default export.
export { config as default };
