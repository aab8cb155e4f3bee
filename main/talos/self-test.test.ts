import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SelfTestReport } from '#contract/app.ts'
import { runSelfTest } from './self-test.ts'

const protosDir = join(import.meta.dirname, '..', '..', 'protos')

test('the self-test proves Ed25519 mTLS in this runtime, and that it could have failed', async () => {
  const report = SelfTestReport.parse(await runSelfTest({ protosDir }))
  const outcomes = Object.fromEntries(report.checks.map(({ id, outcome }) => [id, outcome]))
  expect(outcomes).toEqual({
    runtime: 'note',
    'ed25519-keys': 'pass',
    'talos-pem-label': 'pass',
    'mtls-default-list': 'note',
    'mtls-with-sigalgs': 'pass',
    'boringssl-list': 'pass',
  })
  expect(report.ok).toBe(true)
  expect(report.checks.find(({ id }) => id === 'talos-pem-label')?.found).toContain('refused')
  expect(report.checks.find(({ id }) => id === 'boringssl-list')?.found).toMatch(/alert|handshake/i)
})

test('a runtime that cannot load the protos fails the self-test instead of the app', async () => {
  const report = await runSelfTest({ protosDir: join(protosDir, 'nowhere') })
  expect(report.ok).toBe(false)
})

test('the report shows no key', async () => {
  expect(JSON.stringify(await runSelfTest({ protosDir }))).not.toContain('MC4CAQ')
})
