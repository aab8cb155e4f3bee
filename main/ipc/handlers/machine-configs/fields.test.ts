import { describe, expect, test } from 'vitest'
import { createConfigScene } from '../../../../tests/fakes/config-scene.ts'
import { generateMachineConfig } from '../../../../tests/fixtures/machine-configs.ts'

const { text } = generateMachineConfig()

describe('what the editor asks about keys', () => {
  test('a field is told for the version that the node runs', async () => {
    const question = { document: 'v1alpha1', path: ['machine', 'kubelet', 'image'] }
    for (const [version, deprecatedSince] of [
      ['v1.9.6', undefined],
      ['v1.13.9', undefined],
      ['v1.14.0', '1.14'],
    ] as const) {
      const { handlers, ref, signal } = createConfigScene({ text, version })
      const facts = await handlers['machine-configs.field']({ ...ref, ...question }, signal)
      expect(facts.effect).toEqual({ kind: 'restarts', service: 'kubelet' })
      expect(facts.deprecatedSince).toBe(deprecatedSince)
      expect(facts.docs).toContain(`/talos/${/^v1\.\d+/.exec(version)?.[0] ?? ''}/reference/`)
    }
  })

  test('old keys are notes with their move, never errors, and none stand beside a real error', async () => {
    const { handlers, ref, signal } = createConfigScene({ text, version: 'v1.14.0' })
    const { active } = await handlers['machine-configs.read'](ref, signal)
    const ask = async (typed: string) =>
      (await handlers['machine-configs.problems']({ ...ref, text: typed }, signal)).problems
    const notes = await ask(active.text)
    expect(notes.length).toBeGreaterThan(0)
    expect(new Set(notes.map(({ severity }) => severity))).toEqual(new Set(['hint']))
    expect(notes.some(({ move }) => move !== undefined)).toBe(true)
    const broken = await ask(`${active.text}---\nkind: [\n`)
    expect(broken.some(({ code }) => code === 'legacy-field')).toBe(false)
  })

  test('a text of 100,000 lines leaves main its turns while it is read', async () => {
    const { handlers, ref, signal } = createConfigScene({ text })
    const { active } = await handlers['machine-configs.read'](ref, signal)
    const body = Array.from({ length: 93 }, (_, i) => `        option${i} = value ${i}`).join('\n')
    const long = Array.from(
      { length: 1000 },
      (_, i) =>
        `---\napiVersion: v1alpha1\nkind: ExtensionServiceConfig\nname: part-${i}\nconfigFiles:\n    - content: |\n${body}\n      mountPath: /etc/part-${i}\n`,
    ).join('')
    let turns = 0
    let reading = true
    const count = (): void => {
      turns++
      if (reading) setTimeout(count, 0)
    }
    setTimeout(count, 0)
    const { problems } = await handlers['machine-configs.problems'](
      { ...ref, text: active.text + long },
      signal,
    )
    reading = false
    expect(problems).toEqual([])
    expect(turns).toBeGreaterThan(3)
  })
})
