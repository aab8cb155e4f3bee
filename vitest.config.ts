import { defineConfig } from 'vitest/config'

export default defineConfig({
  oxc: { target: 'node20' },
  test: {
    // Vitest leaves a core free by default, which on two cores leaves one. More than there are cores would make the
    // hurried clocks of tests run away from a machine that does not keep up.
    maxWorkers: '100%',
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
          // Modules hold no state of their own (STYLE.md), so the files of a worker can share them, here and below: a
          // third to a half of the time.
          isolate: false,
          testTimeout: 60_000, // property tests on a busy machine
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          environment: 'node',
          isolate: false,
          // A whole upgrade where other work has the cores: what hangs is still found, later.
          testTimeout: 90_000,
          hookTimeout: 60_000,
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
