// `npm test`: every test there is, with what they need. `npm run test:e2e -- name` runs only the end-to-end ones.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { requireChromium } from './find-chromium.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const reports = join(root, 'test-results')
const [only, ...rest] = process.argv.slice(2)
const counts = { passed: 0, failed: 0, skipped: 0 }
let failed = false

function run(name, script, args, env = {}) {
  console.log(`\n── ${name}`)
  const done = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (done.status !== 0) failed = true
  return done.status === 0
}

function report(file) {
  try {
    return JSON.parse(readFileSync(join(reports, file), 'utf8'))
  } catch {
    failed = true // a runner that wrote no report did not run
    return undefined
  }
}

const chromium = requireChromium()
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

if (only !== 'e2e') {
  run('unit, contract and integration', 'node_modules/vitest/vitest.mjs', [
    'run',
    '--project=unit',
    '--project=integration',
    '--coverage',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(reports, 'vitest.json')}`,
  ])
  const vitest = report('vitest.json')
  counts.passed += vitest?.numPassedTests ?? 0
  counts.failed += vitest?.numFailedTests ?? 0
  counts.skipped += (vitest?.numPendingTests ?? 0) + (vitest?.numTodoTests ?? 0)
}

if (run('build', 'main/scripts/build.mjs', [])) {
  run('end to end', 'node_modules/@playwright/test/cli.js', ['test', ...rest], {
    ICHOR_CHROMIUM: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'playwright.json'),
  })
  const playwright = report('playwright.json')?.stats
  counts.passed += (playwright?.expected ?? 0) + (playwright?.flaky ?? 0)
  counts.failed += playwright?.unexpected ?? 0
  counts.skipped += playwright?.skipped ?? 0
}

console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(failed || counts.failed > 0 || counts.passed === 0 ? 1 : 0)
