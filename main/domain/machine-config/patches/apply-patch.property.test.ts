import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { generateMachineConfig } from '../../../../tests/fixtures/machine-configs.ts'
import { readMergeRules } from '../../../../tests/fixtures/merge-rules.ts'
import { parseConfig } from '../parse-config.ts'
import { applyPatch, type PatchContext } from './apply-patch.ts'

vi.setConfig({ testTimeout: 30_000 })

const context: PatchContext = { rules: readMergeRules('v1.14.0'), knows: () => true }

/** Two of them, so that a patch made from the one lands on the other. */
const CONFIGS = [generateMachineConfig().text, generateMachineConfig({ documents: true }).text]

const word = fc.stringMatching(/^[a-z][a-z0-9.]{0,8}$/)
const text = fc.oneof(word, fc.constantFrom('true', '1', 'a: b', '# no', '-', '"', "it's", 'ñ «x»'))
const pairs = fc.dictionary(word, text, { minKeys: 1, maxKeys: 4 })

/** Patches that merge maps and scalars only: with lists nothing is the same twice. */
const plainPatch = fc.record(
  {
    machine: fc.record(
      {
        type: fc.constantFrom('worker', 'controlplane'),
        sysctls: pairs,
        nodeLabels: pairs,
        kubelet: fc.record({ image: text, extraArgs: pairs }, { requiredKeys: [] }),
        network: fc.record({ hostname: word }),
      },
      { requiredKeys: [] },
    ),
    cluster: fc.record({ clusterName: text, network: fc.record({ dnsDomain: word }) }, { requiredKeys: [] }),
  },
  { requiredKeys: ['machine'] },
)

const anyPatch = fc
  .tuple(plainPatch, fc.array(text, { maxLength: 3 }), fc.array(word, { maxLength: 3 }))
  .map(([patch, sans, modules]) => ({
    ...patch,
    machine: { ...patch.machine, certSANs: sans, kernel: { modules: modules.map((name) => ({ name })) } },
  }))

const config = fc.constantFrom(...CONFIGS)
const eol = fc.constantFrom('\n', '\r\n')

function values(of: string): unknown[] {
  const parsed = parseAllDocuments(of, { uniqueKeys: true })
  if (!Array.isArray(parsed)) return []
  return parsed.map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as unknown
  })
}

test('what a patch makes of a configuration parses, and holds every value of the patch', () => {
  fc.assert(
    fc.property(config, anyPatch, eol, (base, patch, end) => {
      const { text: result } = applyPatch(base.replaceAll('\n', end), JSON.stringify(patch), context)
      const [legacy] = values(result) as [{ machine: Record<string, unknown> }]
      expect(legacy.machine).toMatchObject({
        ...(patch.machine.sysctls && { sysctls: patch.machine.sysctls }),
      })
      expect(legacy.machine['certSANs']).toEqual(expect.arrayContaining(patch.machine.certSANs))
    }),
    { numRuns: 50 },
  )
})

test('documents and keys that the patch does not name stay the same to the letter', () => {
  fc.assert(
    fc.property(config, anyPatch, (base, patch) => {
      const before = parseConfig(base).documents
      const after = parseConfig(applyPatch(base, JSON.stringify(patch), context).text).documents
      expect(after.slice(1).map(({ text }) => text)).toEqual(before.slice(1).map(({ text }) => text))
      const untouched = /^ {2}install:\n(?: {4}.*\n)+/m
      expect(untouched.exec(after[0]?.text ?? '')?.[0]).toBe(untouched.exec(base)?.[0])
    }),
    { numRuns: 50 },
  )
})

test('a patch without lists changes nothing the second time', () => {
  fc.assert(
    fc.property(config, plainPatch, (base, patch) => {
      const once = applyPatch(base, JSON.stringify(patch), context).text
      expect(applyPatch(once, JSON.stringify(patch), context).text).toBe(once)
    }),
    { numRuns: 50 },
  )
})

test('a configuration patched with an empty document of its own is the same text', () => {
  for (const base of CONFIGS) {
    expect(applyPatch(base, 'machine: {}\ncluster: {}', context).text).toBe(base)
  }
})
