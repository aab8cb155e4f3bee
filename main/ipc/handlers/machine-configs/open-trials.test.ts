import { expect, test } from 'vitest'
import { ContextName, NodeAddress } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { createManualClock, settle } from '../../../../tests/fakes/manual-clock.ts'
import { createConfigScene } from '../../../../tests/fakes/config-scene.ts'
import { generateMachineConfig } from '../../../../tests/fixtures/machine-configs.ts'
import { toInstant } from '../../../domain/clock-port.ts'
import type { RunEvent } from '../../../domain/runs/run-port.ts'
import { createOpenTrials, endOfTrial } from './open-trials.ts'

const ref = { context: ContextName.parse('casa'), node: NodeAddress.parse('10.0.20.13') }

async function* eventsOf(...events: RunEvent[]): AsyncGenerator<RunEvent, void, void> {
  yield* events
}

test('from the moment a try is sent nothing else may be, though its answer is not there yet', async () => {
  const clock = createManualClock()
  const trials = createOpenTrials(clock)
  const events = trials.follow(
    ref,
    eventsOf({ kind: 'step-started', id: 'apply' }, { kind: 'output', text: '' }),
    120,
  )
  await events.next()
  expect(trials.until(ref)).toBeUndefined()
  await events.next()
  expect(() => trials.refuse(ref)).toThrow(expect.objectContaining({ code: 'config-try-pending' }) as Error)
})

test("a run that breaks off in a try leaves the node's timer going, and nothing is sent until it ran out", async () => {
  const clock = createManualClock()
  const trials = createOpenTrials(clock)
  const revertsAt = toInstant(clock.now() + 120_000)
  const events = trials.follow(ref, eventsOf({ kind: 'trial', revertsAt }, { kind: 'probe', ok: true }), 120)
  await events.next()
  // The journal could not be written: the engine lets go of the body.
  await events.return()
  expect(trials.until(ref)).toBe(revertsAt)
  await clock.advance(120_001)
  expect(trials.until(ref)).toBeUndefined()
})

test('a try waits for the dry run that is on its way, and no other begins while it runs', async () => {
  const trials = createOpenTrials(createManualClock())
  let answer: (words: string) => void = () => undefined
  const asked = trials.dryRun(ref, () => new Promise<string>((resolve) => (answer = resolve)))
  let free = false
  const waiting = trials.noDryRun(ref).then(() => (free = true))
  await settle()
  expect(free).toBe(false)
  answer('no reboot')
  await expect(asked).resolves.toBe('no reboot')
  await waiting
  const events = trials.follow(ref, eventsOf({ kind: 'trial', revertsAt: '2999-01-01T00:00:00.000Z' }), 120)
  await events.next()
  await expect(trials.dryRun(ref, () => Promise.reject(new Error('sent')))).rejects.toMatchObject({
    code: 'config-try-pending',
  })
})

test('a verdict ends it', async () => {
  const trials = createOpenTrials(createManualClock())
  const told = trials.follow(
    ref,
    eventsOf({ kind: 'step-started', id: 'apply' }, { kind: 'verdict', rows: [], outcome: 'refused' }),
    120,
  )
  for await (const event of told) expect(event).toBeDefined()
  expect(trials.until(ref)).toBeUndefined()
})

test('an apply that is no try leaves the way free', async () => {
  const trials = createOpenTrials(createManualClock())
  const events = trials.follow(
    ref,
    eventsOf({ kind: 'step-started', id: 'apply' }, { kind: 'output', text: '' }),
  )
  await events.next()
  await events.next()
  expect(trials.until(ref)).toBeUndefined()
})

test('an app killed between sending a try and its answer knows how long the node may still try', async () => {
  const { text } = generateMachineConfig()
  const { review, apply, journal, engine, clock } = createConfigScene({ text })
  const reviewed = await review((shown) =>
    shown.replace('name: enp4s0\nmtu: 1500', 'name: enp4s0\nmtu: 9000'),
  )
  journal.beforeAppend = ({ event }) => {
    if (event.kind === 'step-ended' && event.id === 'apply') void engine.close()
  }
  const sentAt = clock.now()
  const runId = await apply(reviewed, 'try')
  await clock.advance(500)
  const run: Run = { ...engine.get(runId), outcome: 'interrupted' }
  expect(run.trial).toBeUndefined()
  const end = Date.parse(endOfTrial([run], ref.node) ?? '')
  expect(end).toBeGreaterThanOrEqual(sentAt + 120_000)
  expect(end).toBeLessThanOrEqual(sentAt + 181_000)
  expect(
    endOfTrial([{ ...run, title: { key: 'run.apply', parameters: { mode: 'auto' } } }], ref.node),
  ).toBeUndefined()
})
