import { describe, expect, test } from 'vitest'
import type { Run } from '#contract/runs.ts'
import { createText } from './i18n/text.tsx'
import { runTitle, runVerdict } from './run-words.ts'

const en = createText('en')
const AT = '2026-11-22T09:41:00.000Z'

function run(more: Partial<Run>): Run {
  return {
    kind: 'reboot',
    title: { key: 'run.reboot', parameters: { mode: 'powercycle' } },
    startedAt: AT,
    steps: [],
    verdict: [],
    ...more,
  } as Run
}

describe('a run', () => {
  test('is called by what it does, versions without their v', () => {
    const parameters = { from: 'v1.13.9', to: 'v1.14.2' }
    expect(runTitle(run({ title: { key: 'run.upgrade', parameters } }), en)).toBe(
      'Upgrade Talos 1.13.9 → 1.14.2',
    )
  })

  test('of nodes from several versions names each without its v', () => {
    const parameters = { from: 'v1.12.11, v1.13.9', to: 'v1.13.9' }
    expect(runTitle(run({ title: { key: 'run.upgrade', parameters } }), en)).toBe(
      'Upgrade Talos 1.12.11, 1.13.9 → 1.13.9',
    )
  })

  test('over several nodes counts those that were proven, of all there were', () => {
    const nodes = [
      { node: '10.0.20.21', hostname: 'estante-1', state: 'ended' as const, outcome: 'proven' as const },
      { node: '10.0.20.22', hostname: 'estante-2', state: 'not-touched' as const },
    ]
    const verdict = [{ fact: 'talos', node: '10.0.20.21', expected: 'v1.14.2', outcome: 'proven' as const }]
    expect(runVerdict(run({ outcome: 'stopped', nodes, verdict }), en, 0).words).toBe('Stopped, 1 of 2 nodes')
  })

  test('is called by its mode where that changes the sentence', () => {
    expect(runTitle(run({}), en)).toBe('Reboot, power cycle')
  })

  test('of a title that this window does not know is called by its kind', () => {
    expect(runTitle(run({ title: { key: 'run.reset', parameters: { what: 'all' } } }), en)).toBe(
      'Reboot, all',
    )
  })

  test('is proven only by what was read back', () => {
    const verdict = [
      { fact: 'talos', expected: 'v1.14.2', found: 'v1.14.2', outcome: 'proven' as const },
      { fact: 'stage', expected: 'running, ready', outcome: 'unknown' as const },
    ]
    expect(runVerdict(run({ outcome: 'unknown', verdict }), en, 0)).toEqual({
      kind: 'unknown',
      words: 'Unknown: too little could be read back, 1 of 2',
    })
  })

  test('on its way says its step and for how long', () => {
    const steps = [{ id: 'ready', name: 'ready', state: 'running' as const, startedAt: AT }]
    expect(runVerdict(run({ steps }), en, Date.parse(AT) + 28_000).words).toBe('Ready, 0:28')
  })

  test('on trial asks for a decision', () => {
    expect(runVerdict(run({ trial: { revertsAt: AT, probes: [] } }), en, 0).kind).toBe('decide')
  })
})
