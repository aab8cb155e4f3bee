import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { RunId } from '#contract/names.ts'
import type { Run, RunAnswer } from '#contract/runs.ts'
import { TalosFailure } from '../../main/domain/talos-failure.ts'
import { witness } from '../fakes/cluster-witness.ts'
import { createRollingScene, five, toAccept, type RollingScene } from '../fakes/rolling-scene.ts'

const LONG = 120_000
/** Longer than pods take to end, however busy the computer is: only a budget is asked about. */
const DRAIN_SECONDS = 1800
const QUICK = { settleSeconds: 0, drainSeconds: DRAIN_SECONDS }

let scene: RollingScene
beforeAll(async () => {
  scene = await createRollingScene({
    nodes: five('v1.13.9').filter(({ hostname }) => !/bronce-[23]/.test(hostname)),
  })
})
afterAll(async () => {
  await scene[Symbol.asyncDispose]()
})

/** Pods that run on a node, as the simulator has them. */
const podsOn = (hostname: string): ReadonlyMap<string, string> =>
  new Map(
    (scene.cluster.state.kubernetes?.podsOn(hostname) ?? []).map(({ uid, namespace, name }) => [
      uid,
      `${namespace}/${name}`,
    ]),
  )

const asked = (hostname: string, way: 'upgrade' | 'rollback'): readonly string[] =>
  [...(way === 'upgrade' ? ['install', 'reboot'] : ['rollback']), 'down', 'up'].map(
    (what) => `${hostname} ${what}`,
  )

/** Begins an upgrade of a node whose budget lets no pod with volumes go, up to where the run asks. */
async function untilAsked(hostname: string): Promise<Run> {
  const node = scene.cluster.node(hostname)
  node.cause('drain-blocked-by-pdb')
  onTestFinished(() => node.settle('drain-blocked-by-pdb'))
  const planned = await scene.plan([hostname], 'v1.14.0', QUICK)
  return scene.until(
    await scene.start(planned.planId, toAccept(planned)),
    ({ question }) => question !== undefined,
  )
}

async function answer({ id, question }: Run, said: RunAnswer): Promise<void> {
  const input = { runId: RunId.parse(id), questionId: question?.id ?? '', answer: said }
  await scene.handlers['runs.answer'](input, scene.signal)
}

/** Uid of the pod that is asked about, where it runs. */
function heldPod(run: Run, hostname: string): string {
  const [blocker, ...others] = run.question?.blockers ?? []
  expect([blocker?.why, others]).toEqual(['budget', []])
  const name = `${blocker?.namespace ?? ''}/${blocker?.name ?? ''}`
  const [uid] = [...podsOn(hostname)].find(([, one]) => one === name) ?? []
  if (uid === undefined) throw new Error(`${name} does not run on ${hostname}`)
  return uid
}

test(
  'a pod that is waited for and then left stops with its node and is there again, and the node is proven',
  async () => {
    using seen = witness(scene.cluster)
    const asking = await untilAsked('estante-1')
    const uid = heldPod(asking, 'estante-1')
    await answer(asking, 'wait')
    const again = await scene.skipUntil(
      asking.id,
      DRAIN_SECONDS * 1000,
      ({ question }) => question !== undefined && question.id !== asking.question?.id,
    )
    // Nothing was forced meanwhile, nor was anything done to the node.
    expect([heldPod(again, 'estante-1'), seen.story()]).toEqual([uid, []])
    await answer(again, 'skip')
    const run = await scene.ended(asking.id)
    expect([run.outcome, scene.nodesOf(run)]).toEqual(['proven', ['estante-1 proven']])
    expect(seen.story()).toEqual(asked('estante-1', 'upgrade'))
    expect([...podsOn('estante-1').keys()]).toContain(uid)
    expect((await scene.kube.node('estante-1', scene.signal)).unschedulable).toBe(false)
  },
  LONG,
)

test(
  'a pod that is forced is deleted past its budget, and only that one, and the node is proven',
  async () => {
    using seen = witness(scene.cluster)
    const asking = await untilAsked('estante-2')
    const uid = heldPod(asking, 'estante-2')
    await answer(asking, 'force')
    const run = await scene.ended(asking.id)
    expect([run.outcome, scene.nodesOf(run)]).toEqual(['proven', ['estante-2 proven']])
    expect(run.output.filter(({ text }) => text.includes(': force ')).length).toBe(1)
    expect(seen.story()).toEqual(asked('estante-2', 'upgrade'))
    const everywhere = [...scene.cluster.machines.keys()].flatMap((name) => [...podsOn(name).keys()])
    expect(everywhere).not.toContain(uid)
  },
  LONG,
)

test(
  'a rollback drains first: when the node is told, no pod that can move is on it',
  async () => {
    const node = scene.cluster.node('estante-1')
    using seen = witness(scene.cluster)
    const here = await scene.kube.pods({ node: 'estante-1' }, scene.signal)
    const movable = here.filter(({ mirror, controller }) => !mirror && controller !== 'DaemonSet')
    expect(movable.length).toBeGreaterThan(0)
    let then: { readonly pods: readonly string[]; readonly node: string } | undefined
    const off = node.onKernelLine((line) => {
      if (!line.includes('rollback via API received')) return
      const key = { namespace: 'k8s', type: 'NodeStatuses.kubernetes.talos.dev', id: 'estante-1' }
      then = { pods: [...podsOn('estante-1').keys()], node: node.resources.get(key)?.yamlSpec ?? '' }
    })
    onTestFinished(() => off())
    const { context, handlers, signal } = scene
    const planned = await handlers['upgrades.plan-rollback'](
      { context, node: scene.addressOf('estante-1') },
      signal,
    )
    const run = await scene.ended(await scene.start(planned.planId, toAccept(planned)))
    expect([run.outcome, scene.nodesOf(run)]).toEqual(['proven', ['estante-1 proven']])
    expect(then?.node).toContain('unschedulable: true')
    expect(then?.pods.filter((uid) => movable.some((pod) => pod.uid === uid))).toEqual([])
    expect(seen.story()).toEqual(asked('estante-1', 'rollback'))
    expect(node.talosVersion).toBe('v1.13.9')
    expect((await scene.kube.node('estante-1', signal)).unschedulable).toBe(false)
  },
  LONG,
)

test(
  'a mark that Kubernetes did not take back is no warning of another run, and goes with the next one',
  async () => {
    const markOf = async (hostname: string): Promise<string | undefined> =>
      (await scene.kube.node(hostname, scene.signal)).annotations['ichor/run']
    const annotate = scene.kube.annotateNode
    const away = vi
      .spyOn(scene.kube, 'annotateNode')
      .mockImplementation((name, annotations, signal) =>
        annotations['ichor/run'] === undefined
          ? Promise.reject(new TalosFailure('kubernetes-unreachable', 'The API server does not answer.'))
          : annotate(name, annotations, signal),
      )
    const stop = async (hostname: string): Promise<Run> => {
      const asking = await untilAsked(hostname)
      await answer(asking, 'stop')
      return scene.ended(asking.id)
    }
    const first = await stop('estante-1')
    away.mockRestore()
    expect(await markOf('estante-1')).toMatch(new RegExp(`^${first.id} `))

    // Somebody else's is told and left alone.
    await scene.kube.annotateNode('bronce-1', { 'ichor/run': 'of-another-computer now' }, scene.signal)
    const planned = await scene.plan(['estante-1'], 'v1.14.0', QUICK)
    const told = planned.preflight.filter(({ id, outcome }) => id === 'no-other-run' && outcome === 'warn')
    expect(told.map(({ evidence }) => evidence)).toEqual(['bronce-1 ichor/run: of-another-computer now'])
    await stop('estante-2')
    expect(await Promise.all(['estante-1', 'estante-2', 'bronce-1'].map(markOf))).toEqual([
      undefined,
      undefined,
      'of-another-computer now',
    ])
  },
  LONG,
)
