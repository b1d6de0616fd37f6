import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Files share nothing: each has its process, its databases and its ports.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
