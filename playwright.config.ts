import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'

/** The browser host in a real Chromium. Its path comes from tests/run.mjs, which finds or installs one. */
const chromium = process.env['ICHOR_CHROMIUM']

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  timeout: 180_000, // a whole upgrade of Kubernetes on a busy machine
  expect: { timeout: 30_000 },
  fullyParallel: false,
  // A page, an app and a cluster fill a core: a third of them on two cores made all slower. Four want memory enough.
  workers: Math.min(4, Math.max(2, availableParallelism())),
  retries: 0,
  forbidOnly: true,
  reporter: [['list'], ['json']],
  use: {
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: ['--disable-gpu', '--disable-background-networking', '--font-render-hinting=none'],
    },
    // What is not there is not there: a wrong name need not wait for the whole test to end.
    actionTimeout: 60_000,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'off',
  },
})
