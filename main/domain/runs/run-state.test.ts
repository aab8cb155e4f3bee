import { describe, expect, test } from 'vitest'
import { ContextName, RunId } from '#contract/names.ts'
import { Run } from '#contract/runs.ts'
import type { RunEvent, RunHead } from './run-port.ts'
import { applyRunEvent, beginRun, interruptRun, isOpen, OUTPUT_LINES } from './run-state.ts'

const head: RunHead = {
  id: RunId.parse('r1'),
  kind: 'upgrade',
  context: ContextName.parse('casa'),
  node: '10.0.20.13',
  hostname: 'bronce-3',
  title: { key: 'runs.title.upgrade', parameters: { from: 'v1.13.9', to: 'v1.14.0' } },
  who: 'ana',
  startedAt: '2026-11-23T20:51:10.000Z',
  talosctl: 'talosctl -n 10.0.20.13 upgrade',
}

function fold(...events: RunEvent[]): Run {
  let second = 0
  return events.reduce(
    (run, event) =>
      applyRunEvent(run, { at: new Date(Date.UTC(2026, 10, 23, 20, 52, second++)).toISOString(), event }),
    beginRun(head, true),
  )
}

const steps = [
  { id: 'pull', name: 'pull' },
  { id: 'install', name: 'install' },
]

describe('the state of a run is a fold of its events', () => {
  test('a step carries when it started, what it found and when it ended', () => {
    const run = fold(
      { kind: 'planned', steps },
      { kind: 'step-started', id: 'pull' },
      { kind: 'step-progress', id: 'pull', progress: 0.5, detail: '80 MiB' },
      { kind: 'step-progress', id: 'pull' },
      { kind: 'step-ended', id: 'pull', state: 'done', detail: '171.0 MiB' },
    )
    expect(run.steps).toEqual([
      {
        id: 'pull',
        name: 'pull',
        state: 'done',
        startedAt: '2026-11-23T20:52:01.000Z',
        endedAt: '2026-11-23T20:52:04.000Z',
        detail: '171.0 MiB',
        progress: 0.5,
      },
      { id: 'install', name: 'install', state: 'waiting' },
    ])
    expect(Run.parse(run)).toEqual(run)
  })

  test('a step ended without a new detail keeps the last one it told', () => {
    const run = fold(
      { kind: 'planned', steps },
      { kind: 'step-progress', id: 'pull', detail: 'layer 3 of 5' },
      { kind: 'step-ended', id: 'pull', state: 'failed' },
    )
    expect(run.steps[0]).toMatchObject({ state: 'failed', detail: 'layer 3 of 5' })
  })

  test('a step of a run over several nodes keeps whose it is', () => {
    const run = fold(
      { kind: 'planned', steps: [{ id: '10.0.20.11/apply', name: 'apply', node: '10.0.20.11' }] },
      { kind: 'step-started', id: '10.0.20.11/apply' },
    )
    expect(run.steps).toMatchObject([{ name: 'apply', node: '10.0.20.11', state: 'running' }])
  })

  test('a step nobody planned appears where it happened', () => {
    expect(fold({ kind: 'step-started', id: 'drain' }).steps).toMatchObject([
      { id: 'drain', state: 'running' },
    ])
  })

  test('only the last 500 lines of output are kept', () => {
    const lines = Array.from({ length: OUTPUT_LINES + 7 }, (_, n) => ({
      kind: 'output' as const,
      text: `line ${n}`,
    }))
    const run = fold(...lines)
    expect(run.output).toHaveLength(OUTPUT_LINES)
    expect(run.output[0]?.text).toBe('line 7')
    expect(run.output.at(-1)?.text).toBe(`line ${OUTPUT_LINES + 6}`)
  })

  test('a verdict ends the run: nothing stays running, nothing stays waiting', () => {
    const run = fold(
      { kind: 'planned', steps },
      { kind: 'step-started', id: 'pull' },
      {
        kind: 'verdict',
        rows: [{ fact: 'talos', expected: 'v1.14.0', outcome: 'unknown' }],
        outcome: 'failed',
        error: { code: 'unreachable', message: 'gone', retryable: true },
      },
    )
    expect(run.steps.map((step) => step.state)).toEqual(['unknown', 'skipped'])
    expect(run).toMatchObject({ outcome: 'failed', stoppable: false, error: { code: 'unreachable' } })
    expect(isOpen(run)).toBe(false)
  })

  test('a try keeps each probe and what was decided', () => {
    const run = fold(
      { kind: 'trial', revertsAt: '2026-11-23T20:54:00.000Z' },
      { kind: 'probe', ok: true, latencyMs: 4 },
      { kind: 'probe', ok: false },
      { kind: 'decided', how: 'kept' },
    )
    expect(run.trial).toEqual({
      revertsAt: '2026-11-23T20:54:00.000Z',
      probes: [
        { at: '2026-11-23T20:52:01.000Z', ok: true, latencyMs: 4 },
        { at: '2026-11-23T20:52:02.000Z', ok: false },
      ],
      decided: 'kept',
    })
  })

  test('a probe outside a try changes nothing', () => {
    expect(fold({ kind: 'probe', ok: true })).toEqual(beginRun(head, true))
  })

  test('an event that a newer Ichor wrote is passed over', () => {
    const newer = { kind: 'uncordoned' } as unknown as RunEvent
    expect(fold(newer)).toEqual(beginRun(head, true))
  })

  test('what is expected stands in the verdict before anything was found', () => {
    const rows = [{ fact: 'talos', before: 'v1.13.9', expected: 'v1.14.0', outcome: 'unknown' as const }]
    expect(fold({ kind: 'expected', rows }).verdict).toEqual(rows)
  })

  test('an interrupted run stays open and its running step is unknown', () => {
    const run = interruptRun(fold({ kind: 'planned', steps }, { kind: 'step-started', id: 'pull' }))
    expect(run.outcome).toBe('interrupted')
    expect(run.steps.map((step) => step.state)).toEqual(['unknown', 'waiting'])
    expect(isOpen(run)).toBe(true)
  })
})

describe('a run over nodes', () => {
  const nodes = ['10.0.20.11', '10.0.20.12', '10.0.20.13'].map((node, at) => ({
    node,
    hostname: `bronce-${at + 1}`,
    state: 'waiting' as const,
  }))
  const of = (...events: RunEvent[]): Run =>
    events.reduce(
      (run, event) => applyRunEvent(run, { at: '2026-11-23T20:53:00.000Z', event }),
      beginRun({ ...head, nodes }, true),
    )
  const row = (node: string, outcome: 'unknown' | 'proven') =>
    ({ fact: 'talos', node, expected: 'v1.14.0', outcome }) as const

  test('each node has its own outcome, and its rows take the place of what was expected of it', () => {
    const run = of(
      { kind: 'expected', rows: nodes.map(({ node }) => row(node, 'unknown')) },
      { kind: 'node-started', node: '10.0.20.12' },
      { kind: 'node-ended', node: '10.0.20.12', rows: [row('10.0.20.12', 'proven')], outcome: 'proven' },
    )
    expect(run.nodes?.map(({ state, outcome }) => outcome ?? state)).toEqual(['waiting', 'proven', 'waiting'])
    expect(run.verdict.map(({ node, outcome }) => `${node ?? ''} ${outcome}`)).toEqual([
      '10.0.20.11 unknown', '10.0.20.12 proven', '10.0.20.13 unknown',
    ]) // prettier-ignore
  })

  test('at its end a node under way ends with it, and those whose turn never came were not touched', () => {
    const run = of(
      { kind: 'node-started', node: '10.0.20.11' },
      { kind: 'node-ended', node: '10.0.20.11', rows: [], outcome: 'proven' },
      { kind: 'node-started', node: '10.0.20.12' },
      { kind: 'verdict', rows: [], outcome: 'failed' },
    )
    expect(run.nodes?.map(({ state, outcome }) => [state, outcome])).toEqual([
      ['ended', 'proven'],
      ['ended', 'failed'],
      ['not-touched', undefined],
    ])
  })

  test('a question stands until it is settled, and never outlives its run', () => {
    const question = {
      id: 'q', kind: 'drain' as const, node: '10.0.20.11', askedAt: '2026-11-23T20:53:00.000Z',
      moved: 0, total: 1, blockers: [], installed: false,
    } // prettier-ignore
    expect(of({ kind: 'question', question }).question?.id).toBe('q')
    expect(of({ kind: 'question', question }, { kind: 'question' }).question).toBeUndefined()
    expect(
      of({ kind: 'question', question }, { kind: 'verdict', rows: [], outcome: 'stopped' }),
    ).not.toHaveProperty('question')
    expect(interruptRun(of({ kind: 'question', question }))).not.toHaveProperty('question')
  })
})
