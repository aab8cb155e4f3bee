import { expect, test } from 'vitest'
import type { RunAnswer, RunQuestion } from '#contract/runs.ts'
import { createManualClock } from '../../../tests/fakes/manual-clock.ts'
import { kubePod as pod } from '../../../tests/fakes/kube-pod.ts'
import { noKubernetes } from '../../../tests/fakes/no-kubernetes.ts'
import type { Eviction, KubePod, KubernetesPort } from '../kubernetes/kubernetes-port.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { cordon, drain, hasToLeave, uncordon, type DrainScene } from './drain.ts'

/** A node with these pods; `held` are kept by a budget until they are let go. */
function scene(pods: KubePod[], held = new Set<string>()) {
  const clock = createManualClock()
  const calls: string[] = []
  let unschedulable = false
  let silent = false
  const kubernetes: KubernetesPort = {
    ...noKubernetes(),
    async node(name) {
      return {
        name,
        ready: true,
        unschedulable,
        controlPlane: false,
        osImage: '',
        kubeletVersion: '',
        addresses: [],
        annotations: {},
      }
    },
    async setUnschedulable(_name, on) {
      unschedulable = on
      calls.push(on ? 'cordon' : 'uncordon')
    },
    async pods() {
      if (silent) throw new TalosFailure('kubernetes-unreachable', 'silent')
      return [...pods]
    },
    async budgets() {
      return [
        {
          namespace: 'home',
          name: 'db',
          covers: (labels) => held.has(labels['app'] ?? ''),
          allowed: 0,
          healthy: 1,
          wanted: 1,
        },
      ]
    },
    async evict({ name }): Promise<Eviction> {
      if (held.has(name)) return { kind: 'blocked', message: 'no' }
      calls.push(`evict ${name}`)
      pods.splice(
        pods.findIndex((one) => one.name === name),
        1,
      )
      return { kind: 'evicted' }
    },
    async deletePod({ name }) {
      calls.push(`delete ${name}`)
      pods.splice(
        pods.findIndex((one) => one.name === name),
        1,
      )
    },
  }
  let answer: RunAnswer | undefined
  const control: RunControl = {
    id: 'r1',
    signal: new AbortController().signal,
    stopRequested: () => false,
    stopAfterNode: () => false,
    takeAnswer() {
      const given = answer
      answer = undefined
      return given
    },
    decision: () => new Promise(() => undefined),
  }
  const of: DrainScene = {
    kubernetes,
    clock,
    control,
    node: '10.0.20.21',
    name: 'estante-1',
    drainSeconds: 300,
    installed: false,
  }
  const questions: (RunQuestion | undefined)[] = []
  const events: RunEvent[] = []
  let end: { readonly error: unknown } | undefined

  function start(): void {
    void (async () => {
      try {
        for await (const event of drain(of)) {
          events.push(event)
          if (event.kind === 'question') questions.push(event.question)
        }
        end = { error: undefined }
      } catch (error) {
        end = { error }
      }
    })()
  }

  return {
    of,
    calls,
    questions,
    events,
    start,
    say: (said: RunAnswer) => (answer = said),
    silence: (on: boolean) => (silent = on),
    cordonByHand: () => (unschedulable = true),
    async pass(seconds: number) {
      for (let second = 0; second < seconds && end === undefined; second++) await clock.advance(1_000)
    },
    end: () => end,
  }
}

test('pods go, but for those of the node itself and those nobody would make anew', async () => {
  const stays = [
    pod('proxy', { controller: 'DaemonSet' }),
    pod('api', { mirror: true }),
    pod('job', { phase: 'Succeeded' }),
  ]
  const { controller: none, ...loose } = pod('loose')
  expect(none).toBe('ReplicaSet')
  expect([...stays, loose].map(hasToLeave)).toEqual([false, false, false, false])
  const at = scene([...stays, loose, pod('web')])
  at.start()
  await at.pass(20)
  expect([at.calls, at.end()]).toEqual([['evict web'], { error: undefined }])
})

test('a pod that its budget holds is asked about after ten seconds, with the budget by name', async () => {
  const held = new Set(['db'])
  const at = scene([pod('db'), pod('web')], held)
  at.start()
  await at.pass(5)
  expect(at.questions).toEqual([])
  await at.pass(15)
  expect(at.questions.at(-1)).toMatchObject({
    moved: 1,
    total: 2,
    blockers: [{ name: 'db', why: 'budget', detail: 'db: 1 up, 1 wanted' }],
  })
  // The budget lets go: the question settles itself.
  held.clear()
  await at.pass(10)
  expect([at.questions.at(-1), at.end()]).toEqual([undefined, { error: undefined }])
})

test.each([
  ['skip', [], 'done'],
  ['force', ['delete db'], 'done'],
  ['stop', [], 'cancelled'],
] as const)('the answer %s does just that', async (said, calls, how) => {
  const at = scene([pod('db')], new Set(['db']))
  at.start()
  await at.pass(20)
  at.say(said)
  await at.pass(20)
  expect(at.calls).toEqual(calls)
  const { error } = at.end() ?? { error: 'still going' }
  expect(error === undefined ? 'done' : (error as TalosFailure).code).toBe(how)
})

test('who waits is asked again when the wait is over, and nothing was forced', async () => {
  const at = scene([pod('db')], new Set(['db']))
  at.start()
  await at.pass(20)
  const first = at.questions.at(-1)?.id
  at.say('wait')
  await at.pass(60)
  expect(at.questions.at(-1)).toBeUndefined()
  await at.pass(300)
  expect(at.questions.at(-1)?.id).not.toBe(first)
  expect(at.questions.at(-1)?.blockers).toHaveLength(1)
  expect(at.calls).toEqual([])
})

test('an API server that is away for a while is waited for; for longer, the drain fails', async () => {
  const at = scene([pod('web')])
  at.silence(true)
  at.start()
  await at.pass(60)
  expect(at.end()).toBeUndefined()
  at.silence(false)
  await at.pass(10)
  expect(at.end()).toEqual({ error: undefined })
  const gone = scene([pod('web')])
  gone.silence(true)
  gone.start()
  await gone.pass(150)
  expect(gone.end()).toMatchObject({ error: { code: 'kubernetes-unreachable' } })
})

test('a node that someone had cordoned stays so', async () => {
  const run = async (part: AsyncGenerator<RunEvent, unknown, void>) => {
    let next = await part.next()
    while (next.done !== true) next = await part.next()
    return next.value
  }
  const at = scene([])
  at.cordonByHand()
  expect(await run(cordon(at.of))).toBe(false)
  await run(uncordon(at.of, false))
  expect(at.calls).toEqual([])
  const free = scene([])
  expect(await run(cordon(free.of))).toBe(true)
  await run(uncordon(free.of, true))
  expect(free.calls).toEqual(['cordon', 'uncordon'])
})
