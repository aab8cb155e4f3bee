import type { Run } from '#contract/runs.ts'
import { expect, test } from 'vitest'
import { probeMarks, rulerStep, tryClock } from './try-clock.ts'

const start = Date.parse('2026-11-23T10:03:12.000Z')

function tryRun(trial: Partial<NonNullable<Run['trial']>> = {}, rest: Partial<Run> = {}): Run {
  return {
    id: 'r1' as Run['id'],
    kind: 'apply',
    context: 'casa' as Run['context'],
    node: '10.0.20.13',
    hostname: 'bronce-3',
    title: { key: 'run.apply', parameters: {} },
    who: 'ana',
    startedAt: '2026-11-23T10:03:10.000Z',
    steps: [{ id: 's1', name: 'try', state: 'running', startedAt: '2026-11-23T10:03:12.000Z' }],
    output: [],
    verdict: [],
    talosctl: 'talosctl apply-config',
    trial: { revertsAt: '2026-11-23T10:05:12.000Z', probes: [], ...trial },
    stoppable: false,
    ...rest,
  }
}

test('the clock counts whole seconds down from when the node took the try', () => {
  expect(tryClock(tryRun(), start + 33_100)).toMatchObject({ totalSeconds: 120, leftSeconds: 87 })
  expect(tryClock(tryRun(), start + 33_100)?.gone).toBeCloseTo(33.1 / 120)
})

test('the last second shows as one until it is over', () => {
  expect(tryClock(tryRun(), start + 119_900)?.leftSeconds).toBe(1)
  expect(tryClock(tryRun(), start + 120_000)?.leftSeconds).toBe(0)
  expect(tryClock(tryRun(), start + 180_000)?.leftSeconds).toBe(0)
})

test('a computer whose clock runs behind the node never shows more than the whole try', () => {
  expect(tryClock(tryRun(), start - 60_000)).toMatchObject({ leftSeconds: 120, gone: 0 })
})

test('a try that was kept, or that has ended, has no clock', () => {
  expect(tryClock(tryRun({ decided: 'kept' }), start)).toBeUndefined()
  expect(tryClock(tryRun({}, { endedAt: '2026-11-23T10:04:00.000Z' }), start)).toBeUndefined()
})

test('a probe without an answer is a miss without height', () => {
  const run = tryRun({
    probes: [
      { at: '2026-11-23T10:03:12.000Z', ok: true, latencyMs: 9 },
      { at: '2026-11-23T10:04:12.000Z', ok: false },
      { at: '2026-11-23T10:05:12.000Z', ok: true, latencyMs: 1 },
    ],
  })
  const marks = probeMarks(run, { startedMs: start, revertsMs: start + 120_000 })
  expect(marks.map((mark) => [mark.at, mark.ok, mark.height])).toEqual([
    [0, true, 1],
    [0.5, false, 0],
    [1, true, 0.18],
  ])
})

test('the ruler never has more than seven marks', () => {
  for (const total of [60, 120, 180, 300, 600]) expect(total / rulerStep(total)).toBeLessThanOrEqual(6)
  expect(rulerStep(120)).toBe(20)
})
