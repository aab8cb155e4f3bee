import { expect, test } from 'vitest'
import type { Run } from '#contract/runs.ts'
import { createText } from '../ui/i18n/text.tsx'
import { progressOf } from './use-told-outside.ts'

const text = createText('en')

function run(kind: Run['kind'], ...states: Run['steps'][number]['state'][]): Run {
  const steps = states.map((state, at) => ({ id: String(at), name: 'pull', state }))
  return { kind, steps } as unknown as Run
}

test('the tab says how many of the steps have ended', () => {
  expect(progressOf([run('upgrade', 'done', 'skipped', 'running', 'waiting')], text)).toBe('50 %')
})

test('and nothing while only a service restarts, or the run is over', () => {
  expect(progressOf([run('service', 'done', 'running')], text)).toBeUndefined()
  const over = { ...run('upgrade', 'done'), outcome: 'proven' as const, endedAt: '2026-11-28T09:00:00.000Z' }
  expect(progressOf([over], text)).toBeUndefined()
})
