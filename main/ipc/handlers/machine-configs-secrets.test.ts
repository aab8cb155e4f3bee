import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { createConfigScene } from '../../../tests/fakes/config-scene.ts'
import { machineSecrets, simulatedConfigs } from '../../../tests/fakes/generated-configs.ts'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import type { SecretPath } from '../../domain/machine-config/config-facts.ts'
import { exportRun } from '../../domain/runs/export-run.ts'
import { toWireError } from '../../domain/talos-failure.ts'

vi.setConfig({ testTimeout: 120_000 })

/** What a broken promise crosses as. */
async function crossing(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => toWireError(error))
}

/**
 * Everything that leaves the main process, or rests unsealed, in a day with a configuration: each handler's answers
 * and errors, the log, the journal, what is exported.
 */
async function dayWith(
  text: string,
  version: string,
  edits: readonly ((shown: string) => string)[],
): Promise<string> {
  const scene = createConfigScene({ text, version })
  const { handlers, ref, signal } = scene
  const out: unknown[] = []
  const call = async (promise: Promise<unknown>): Promise<void> => void out.push(await crossing(promise))
  const { active } = await handlers['machine-configs.read'](ref, signal)
  out.push(active)
  for (const edit of edits) {
    const typed = edit(active.text)
    await call(handlers['machine-configs.problems']({ ...ref, text: typed }, signal))
    const review = await crossing(handlers['machine-configs.review']({ ...ref, text: typed }, signal))
    out.push(review)
    if (typeof review !== 'object' || review === null || !('reviewId' in review)) continue
    const reviewId = String(review.reviewId)
    for (const format of ['markdown', 'patch', 'json'] as const)
      await call(handlers['machine-configs.export-changes']({ ...ref, reviewId, format }, signal))
    await call(handlers['machine-configs.dry-run']({ ...ref, reviewId, mode: 'staged' }, signal))
    const of = review as Awaited<ReturnType<typeof scene.review>>
    // The node quotes all of what it was sent, and all of what it runs, in its refusal.
    scene.refuseWith(
      `error decoding document: unknown keys found during decoding:\n${text}\n${scene.sent.at(-1)?.text ?? ''}`,
    )
    await call(handlers['machine-configs.dry-run']({ ...ref, reviewId, mode: 'auto' }, signal))
    const refused = await crossing(scene.apply(of, 'staged'))
    out.push(typeof refused === 'string' ? await scene.finish(refused) : refused)
    scene.troubles.delete('refuses')
    const runId = await crossing(scene.apply(of, 'staged'))
    if (typeof runId === 'string') {
      const run = await scene.finish(runId)
      out.push(run, exportRun(run))
    } else out.push(runId)
  }
  const { entries } = await handlers['machine-configs.history'](ref, signal)
  out.push(entries)
  for (const { hash } of entries)
    await call(handlers['machine-configs.history-text']({ ...ref, hash }, signal))
  await call(handlers['machine-configs.reveal']({ ...ref, placeholder: '«secret:no.such»' }, signal))
  out.push((await handlers['machine-configs.read'](ref, signal)).persistent)
  out.push(
    scene.log.entries.map(({ error, ...entry }) => ({
      ...entry,
      error: error instanceof Error ? error.message : error,
    })),
  )
  out.push([...scene.journal.kept.values()])
  return JSON.stringify(out)
}

function expectNone(crossed: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const written = JSON.stringify(secret).slice(1, -1)
    if (crossed.includes(written)) throw new Error(`this secret crossed: ${secret.slice(0, 60)}`)
  }
}

/** Another value for every secret that is shown as a placeholder, as if someone pasted new ones. */
function pasteAll(paste: (index: number) => string) {
  return (shown: string): string => {
    let count = 0
    return shown.replace(/«secret:[^»]*»/g, () => paste(count++))
  }
}
const anotherLabel = (shown: string): string =>
  shown.replace(/^machine:\n( *)/m, 'machine:\n$1env: {A: b}\n$1')

describe.each(simulatedConfigs())(
  'a configuration as it is generated for $version $role',
  ({ text, version, secrets }) => {
    test('none of its secrets leaves the main process, whatever is done with it', async () => {
      expect(secrets.length).toBeGreaterThan(2)
      for (const secret of secrets) expect(text).toContain(secret)
      const pasted: string[] = []
      const crossed = await dayWith(text, version, [
        anotherLabel,
        pasteAll((index) => (pasted[index] = `pasted-secret-number-${index}-xyzzy`)),
        // A copy of one, in a place of its own, in another document, and in a comment.
        (shown) => {
          const placeholder = /«secret:[^»]*»/.exec(shown)?.[0] ?? ''
          return `${shown}---\napiVersion: v1alpha1\nkind: KmsgLogConfig\nname: ${placeholder}\nurl: tcp://a/?x=${placeholder} # ${placeholder}\n`
        },
        (shown) => `${shown}---\nbroken: [${secrets[0] ?? ''}\n`,
      ])
      // It was a full day: reviewed, refused by the node, sent, kept.
      for (const word of [
        'reviewId',
        'config-refused',
        'config-other-cluster',
        '"outcome":"proven"',
        'before-apply',
      ])
        expect(crossed).toContain(word)
      expectNone(crossed, [...secrets, ...machineSecrets(secrets), ...pasted])
    })
  },
)

describe('a document with a secret in it', () => {
  const rows = configFacts.secrets
  const value = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9+/]{12,50}={0,2}$/),
    fc.stringMatching(/^[a-z0-9]{6}\.[a-z0-9]{16}$/),
    fc.stringMatching(/^[A-Za-z][ -~]{14,30}[A-Za-z]$/),
  )

  test.each(rows.map((row) => [`${row.document} ${row.path}`, row] as const))('%s', async (_, row) => {
    await fc.assert(
      fc.asyncProperty(value, value, async (secret, next) => {
        fc.pre(secret !== next && !secret.includes(next) && !next.includes(secret))
        const inText = row.query === undefined ? secret : encodeURIComponent(secret)
        const nextInText = row.query === undefined ? next : encodeURIComponent(next)
        const crossed = await dayWith(withSecret(row, inText), 'v1.14.0', [
          anotherLabel,
          pasteAll(() => (row.query === undefined ? JSON.stringify(next) : nextInText)),
        ])
        expectNone(crossed, [inText, nextInText])
      }),
      { numRuns: 3 },
    )
  })
})

/** A configuration whose only secret stands where the row says. */
function withSecret({ document, path, query }: SecretPath, secret: string): string {
  const value = query === undefined ? secret : `https://a.lan/?${query}=${secret}&x=1`
  const tree = path
    .split('.')
    .reverse()
    .reduce<unknown>((below, step) => {
      if (step === '**') return { deeper: [below] }
      if (step === '*') return { anything: below }
      return step.endsWith('[]') ? { [step.slice(0, -2)]: [below] } : { [step]: below }
    }, value) as Record<string, unknown>
  const isLegacy = document === 'v1alpha1'
  const legacy: Record<string, unknown> = { version: 'v1alpha1', ...(isLegacy ? tree : {}) }
  const machine = legacy['machine']
  legacy['machine'] = { type: 'worker', ...(typeof machine === 'object' ? machine : {}) }
  const main = stringify({ version: 'v1alpha1', ...legacy })
  return isLegacy
    ? main
    : `${main}---\n${stringify({ apiVersion: 'v1alpha1', kind: document, name: 'x', ...tree })}`
}
