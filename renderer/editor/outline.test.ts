import { expect, test } from 'vitest'
import { entryAt, entryTitle, outlineOf } from './outline.ts'

const node = `version: v1alpha1
machine:
  type: controlplane
cluster:
  clusterName: casa
---
apiVersion: v1alpha1
kind: LinkConfig
name: enp3s0 # uplink
mtu: 1500
---
apiVersion: v1alpha1
kind: WatchdogTimerConfig
device: /dev/watchdog0
`

test('the v1alpha1 document shows as its two halves, typed documents by kind and name', () => {
  const outline = outlineOf(node, node)
  expect(outline.entries.map((entry) => [entryTitle(entry), entry.line, entry.change])).toEqual([
    ['v1alpha1 machine', 2, 'same'],
    ['v1alpha1 cluster', 4, 'same'],
    ['LinkConfig enp3s0', 7, 'same'],
    ['WatchdogTimerConfig', 12, 'same'],
  ])
  expect([outline.documents, outline.removed, outline.lines]).toEqual([3, 0, 14])
})

test('changed, added and removed documents are told apart by identity, not by place', () => {
  const draft = `apiVersion: v1alpha1
kind: SysctlConfig
params: {}
---
kind: LinkConfig
apiVersion: v1alpha1
name: enp3s0
mtu: 9000
---
version: v1alpha1
machine:
  type: controlplane
cluster:
  clusterName: casa
`
  const outline = outlineOf(node, draft)
  expect(outline.entries.map((entry) => [entryTitle(entry), entry.line, entry.change])).toEqual([
    ['SysctlConfig', 1, 'added'],
    ['LinkConfig enp3s0', 5, 'changed'],
    ['v1alpha1 machine', 11, 'same'],
    ['v1alpha1 cluster', 13, 'same'],
    ['WatchdogTimerConfig', undefined, 'removed'],
  ])
})

test('a comment between two documents changes neither', () => {
  const commented = node.replace(
    '---\napiVersion: v1alpha1\nkind: Watch',
    '# dog\n\n---\n# next\napiVersion: v1alpha1\nkind: Watch',
  )
  expect(outlineOf(node, commented).entries.map((entry) => entry.change)).toEqual([
    'same',
    'same',
    'same',
    'same',
  ])
})

test('two documents of the same name both stand in the outline, so the person sees the duplicate', () => {
  const outline = outlineOf(node, `${node}---\nkind: LinkConfig\nname: enp3s0\n`)
  expect(outline.entries.map((entry) => entry.key)).toContain('LinkConfig/enp3s0#2')
  expect(new Set(outline.entries.map((entry) => entry.key)).size).toBe(outline.entries.length)
})

test('a document that does not say yet what it is has no kind', () => {
  const outline = outlineOf(node, `${node}---\napiVersion: v1alpha1\nkind:\n`)
  expect(outline.entries.at(-1)).toMatchObject({ kind: '', line: 16, change: 'added' })
})

test('the step of indentation is read from the text, since Talos writes four columns and people two', () => {
  expect(outlineOf('', node).indent).toBe(2)
  expect(outlineOf('', 'machine:\n    # note\n    type: worker\n').indent).toBe(4)
  expect(outlineOf('', 'kind: LinkConfig\n').indent).toBe(4)
})

test('a line belongs to the document above it', () => {
  const outline = outlineOf(node, node)
  expect(entryAt(outline, 10)?.name).toBe('enp3s0')
  expect(entryAt(outline, 3)?.section).toBe('machine')
  expect(entryAt(outline, 1)).toBeUndefined()
})
