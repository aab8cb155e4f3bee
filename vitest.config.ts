import { defineConfig } from 'vitest/config'

export default defineConfig({
  oxc: { target: 'node20' },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'main/**/*.test.ts',
            'preload/**/*.test.ts',
            'renderer/**/*.test.ts',
            'tests/contract/**/*.test.ts',
          ],
          environment: 'node',
          testTimeout: 5_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          environment: 'node',
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        // Figures, not verdicts: `npm run bench` prints them, nothing asserts them.
        extends: true,
        test: {
          name: 'bench',
          include: ['tests/bench/**/*.bench.ts'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['main/domain/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*-port.ts'],
      thresholds: { lines: 90 },
    },
  },
})
