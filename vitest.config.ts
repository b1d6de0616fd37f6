import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Files share nothing: each has its process, its databases and its ports.
    pool: 'forks',
    // most of them wait, for servers and for time: by default half of two cores would run one at a time
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
