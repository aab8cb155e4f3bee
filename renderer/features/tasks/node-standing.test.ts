import { expect, test } from 'vitest'
import type { RunStep, VerdictRow } from '#contract/runs.ts'
import { createText } from '../../ui/i18n/text.tsx'
import { standing } from './node-standing.ts'

const en = createText('en')
const step = (name: string, state: RunStep['state'], detail?: string): RunStep => ({
  id: name,
  name,
  state,
  ...(detail === undefined ? {} : { detail }),
})
const row = (outcome: VerdictRow['outcome']): VerdictRow => ({
  fact: 'kubelet',
  expected: 'v1.35.4',
  outcome,
})

test('a node that waits for its next step is not called proven: nothing was read back yet', () => {
  const steps = [step('kube-apiserver', 'done'), step('kubelet', 'waiting')]
  expect(standing({ outcome: undefined }, steps, [row('unknown')], en)).toEqual({
    kind: 'plain',
    words: '1 of 2 steps',
  })
})

test('a node at work says what it was last seen at', () => {
  expect(
    standing({ outcome: undefined }, [step('kubelet', 'running', 'v1.34.1, not ready')], [], en),
  ).toEqual({
    kind: 'busy',
    words: 'kubelet, v1.34.1, not ready',
  })
})

test('a node is proven by what was read when the run had ended', () => {
  const steps = [step('kubelet', 'done')]
  expect(standing({ outcome: 'proven' }, steps, [row('proven')], en).kind).toBe('proven')
  expect(standing({ outcome: 'failed' }, steps, [row('differs')], en).kind).toBe('decide')
})

test('a node that a run was cut off at says in which step, until the run is settled', () => {
  const steps = [step('kube-apiserver', 'done'), step('kubelet', 'unknown')]
  expect(standing({ outcome: 'interrupted' }, steps, [row('unknown')], en)).toEqual({
    kind: 'decide',
    words: 'cut off in kubelet',
  })
  const settled = { outcome: 'interrupted' as const, endedAt: '2026-11-28T15:53:01.000Z' }
  expect(standing(settled, steps, [row('proven')], en)).toEqual({ kind: 'proven', words: 'proven, 1 of 1' })
})
