import { rm } from 'node:fs/promises'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest'
import type { ContextName, NodeRef, RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { type AppUnderTest, copyOfDisk, resourcesDir, startApp } from '../fakes/app-host.ts'
import { PASSPHRASE, planOf, refOf, rowsOf, startAppWith, untilEnded, untilRun } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { connectKube, type KubeClient } from '../fakes/kube-client.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { protosDir } from '../fakes/talos-node.ts'

const PATIENCE = 20

let cluster: SimulatedCluster
let kube: KubeClient
let machine: SimulatedMachine
let app: AppUnderTest
let window: AppWindow
let context: ContextName
let worker: NodeRef
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    nodes: { controlPlanes: 1, workers: 2, talos: ['v1.13.9'] },
    speed: 200,
    protosDir,
    resourcesDir,
  })
  machine = cluster.node('estante-1')
  kube = connectKube(await cluster.kubeconfig())
})
beforeEach(async () => {
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), {
    clock: createHurriedClock(PATIENCE),
    passphrase: PASSPHRASE,
  }))
  worker = refOf(cluster, context, 'estante-1')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await app[Symbol.asyncDispose]()
})
afterAll(async () => {
  kube.close()
  await cluster[Symbol.asyncDispose]()
})

let edits = 0

/** Sends one more sysctl and gives the run with the text that was sent. */
async function apply(): Promise<{ readonly runId: RunId; readonly text: string; readonly before: string }> {
  const before = (await window.call('machine-configs.read', worker)).active.text
  const anchor = '    sysctls:\n'
  const text = before.replace(anchor, `${anchor}        vm.test_${++edits}: "1"\n`)
  const { reviewId } = await window.call('machine-configs.review', { ...worker, text })
  const { runId } = await window.call('machine-configs.apply', {
    ...worker,
    reviewId,
    mode: 'no-reboot',
    accepted: [],
  })
  return { runId, text, before }
}

async function upgrade(version: string): Promise<RunId> {
  const { planId } = await window.call('upgrades.plan', planOf(worker, version))
  return (await window.call('upgrades.start', { planId })).runId
}

const isIn =
  (step: string) =>
  ({ steps }: Run): boolean =>
    steps.some(({ name, state }) => name === step && state === 'running')

/** Holds the node's handler of an apply, before or after it does it, until the test lets it go. */
function holdApply(when: 'before' | 'after') {
  const original = machine.apply.bind(machine)
  let arrived: () => void = () => undefined
  let release: () => void = () => undefined
  const hasArrived = new Promise<void>((resolve) => (arrived = resolve))
  const isReleased = new Promise<void>((resolve) => (release = resolve))
  const spy = vi.spyOn(machine, 'apply').mockImplementation(async (request) => {
    if (when === 'after') await original(request)
    arrived()
    await isReleased
    return original(request)
  })
  return { hasArrived, release, spy }
}

/** Every connection to the node is cut at once; it comes back as it was. */
function cutConnections(): void {
  machine.power.emit('down')
  machine.power.emit('up')
}

describe('a window that is reloaded', () => {
  test('in the middle of an apply leaves the run going, and sees its end when it is back', async () => {
    const { hasArrived, release, spy } = holdApply('before')
    const { runId, text } = await apply()
    await hasArrived
    window.close()
    window = app.window()
    const going = await untilRun(window, runId, isIn('apply'))
    expect(going.outcome).toBeUndefined()
    release()
    expect((await untilEnded(window, runId)).outcome).toBe('proven')
    expect((await window.call('machine-configs.read', worker)).active.text).toBe(text)
    expect(spy).toHaveBeenCalledTimes(1)
  })

  test('in the middle of an upgrade leaves it going to its verdict', async () => {
    const install = vi.spyOn(machine, 'installImage')
    const runId = await upgrade('v1.14.0')
    await untilRun(window, runId, isIn('install'))
    window.close()
    window = app.window()
    const run = await untilEnded(window, runId)
    expect(rowsOf(run).filter((row) => !row.endsWith(' proven'))).toEqual([])
    expect(run.outcome).toBe('proven')
    expect(install).toHaveBeenCalledTimes(1)
    await rollBack()
  })
})

describe('a node that vanishes in the middle of an apply', () => {
  test('after it took it: the run reads what it has and sends nothing again', async () => {
    const original = machine.apply.bind(machine)
    const spy = vi.spyOn(machine, 'apply').mockImplementation(async (request) => {
      const reply = await original(request)
      cutConnections()
      return reply
    })
    const { runId, text } = await apply()
    const run = await untilEnded(window, runId)
    expect(run.steps.find(({ name }) => name === 'apply')?.state).toBe('unknown')
    expect(rowsOf(run)).toEqual(['config-active proven', 'config-persistent proven', 'stage proven'])
    expect(run.outcome).toBe('proven')
    expect((await window.call('machine-configs.read', worker)).active.text).toBe(text)
    expect(spy).toHaveBeenCalledTimes(1)
  })

  test('before it took it: the run says that the node has what it had, and sends nothing again', async () => {
    const spy = vi.spyOn(machine, 'apply').mockImplementation(() => {
      cutConnections()
      return new Promise(() => undefined)
    })
    const { runId, before } = await apply()
    const run = await untilEnded(window, runId)
    expect(run.steps.find(({ name }) => name === 'apply')?.state).toBe('unknown')
    expect(run.verdict.find(({ fact }) => fact === 'config-active')?.outcome).toBe('differs')
    expect(run.outcome).toBe('failed')
    expect((await window.call('machine-configs.read', worker)).active.text).toBe(before)
    expect(spy).toHaveBeenCalledTimes(1)
  })
})

describe('an app that is killed', () => {
  /** The next start, on what the crash left on disk. */
  async function restart(dataDir: string): Promise<void> {
    onTestFinished(() => rm(dataDir, { recursive: true }))
    app = await startApp({ dataDir, keystore: 'chosen', clock: createHurriedClock(PATIENCE) })
    window = app.window()
    await window.call('app.unlock', { passphrase: PASSPHRASE })
  }
  async function kill(): Promise<string> {
    const dataDir = await copyOfDisk(app)
    await app[Symbol.asyncDispose]()
    return dataDir
  }

  test('in the middle of an apply that the node took finds it there, and repeats nothing', async () => {
    const { hasArrived, release, spy } = holdApply('after')
    const { runId, text } = await apply()
    await hasArrived
    const dataDir = await kill()
    spy.mockClear()
    await restart(dataDir)

    const cut = await untilRun(window, runId, () => true)
    expect(cut).toMatchObject({ outcome: 'interrupted', stoppable: false })
    expect(cut.endedAt).toBeUndefined()
    expect(cut.steps.find(({ name }) => name === 'apply')?.state).toBe('unknown')
    await window.call('runs.settle', { runId, how: 'observe' })
    const run = await untilEnded(window, runId)
    expect(rowsOf(run)).toEqual(['config-active proven', 'config-persistent proven', 'stage proven'])
    expect(run.outcome).toBe('proven')
    expect((await window.call('machine-configs.read', worker)).active.text).toBe(text)
    expect(spy).not.toHaveBeenCalled()
    release()
  })

  test('before the node took an apply says so, and repeats nothing', async () => {
    const spy = vi.spyOn(machine, 'apply')
    const arrived = new Promise<void>((resolve) => {
      spy.mockImplementation(() => {
        resolve()
        return new Promise(() => undefined)
      })
    })
    const { runId, before } = await apply()
    await arrived
    const dataDir = await kill()
    spy.mockClear()
    await restart(dataDir)
    await window.call('runs.settle', { runId, how: 'observe' })
    const run = await untilEnded(window, runId)
    expect(run.outcome).toBe('interrupted')
    expect(run.verdict.find(({ fact }) => fact === 'config-active')?.outcome).toBe('differs')
    expect((await window.call('machine-configs.read', worker)).active.text).toBe(before)
    expect(spy).not.toHaveBeenCalled()
  })

  test('in the middle of an installation leaves the node on its version, and repeats nothing', async () => {
    const runId = await upgrade('v1.14.0')
    await untilRun(window, runId, ({ output }) => output.length > 0)
    const dataDir = await kill()
    const sent = [
      vi.spyOn(machine, 'installImage'),
      vi.spyOn(machine, 'pullImage'),
      vi.spyOn(machine, 'reboot'),
    ]
    const bootId = machine.bootId
    await restart(dataDir)
    expect((await untilRun(window, runId, () => true)).outcome).toBe('interrupted')
    const { preflight } = await window.call('upgrades.plan', planOf(worker, 'v1.14.0'))
    expect(preflight.find(({ id }) => id === 'no-other-run')?.outcome).not.toBe('pass')

    await window.call('runs.settle', { runId, how: 'observe' })
    const run = await untilEnded(window, runId)
    expect(run.outcome).toBe('interrupted')
    expect(run.verdict.find(({ fact }) => fact === 'talos')).toMatchObject({ found: 'v1.13.9' })
    for (const spy of sent) expect(spy).not.toHaveBeenCalled()
    expect(machine.bootId).toBe(bootId)
  })

  test('while the node reboots into its new version finds it proven, and repeats nothing', async () => {
    const runId = await upgrade('v1.14.0')
    await untilRun(window, runId, isIn('answers'))
    const dataDir = await kill()
    const sent = [
      vi.spyOn(machine, 'installImage'),
      vi.spyOn(machine, 'reboot'),
      vi.spyOn(machine, 'rollback'),
    ]
    await restart(dataDir)
    const fleet = window.open('nodes.watch', { context })
    await fleet.until((items) =>
      items.findLast(
        (item) => item.kind === 'node' && item.node.talosVersion === 'v1.14.0' && item.node.stage?.ready,
      ),
    )
    await window.call('runs.settle', { runId, how: 'observe' })
    const run = await untilEnded(window, runId)
    expect(rowsOf(run).filter((row) => !row.endsWith(' proven'))).toEqual([])
    expect(run.outcome).toBe('proven')
    for (const spy of sent) expect(spy).not.toHaveBeenCalled()
    await rollBack()
  })

  test('leaves a run that can also be closed as it is', async () => {
    const runId = await upgrade('v1.14.0')
    await untilRun(window, runId, isIn('pull'))
    await restart(await kill())
    await window.call('runs.settle', { runId, how: 'close' })
    expect((await untilEnded(window, runId)).outcome).toBe('interrupted')
    expect((await window.refusal('runs.settle', { runId, how: 'observe' })).code).toBe('conflict')
  })

  const NODE = '/api/v1/nodes/estante-1'
  const mark = async (): Promise<string | undefined> =>
    (await kube.get(NODE)).body.metadata.annotations['ichor/run']
  const isCordoned = async (): Promise<boolean> => (await kube.get(NODE)).body.spec.unschedulable === true

  const cordon = (unschedulable: boolean | null) =>
    kube.send('PATCH', NODE, { spec: { unschedulable } }, 'application/merge-patch+json')

  /** Drained, and at an installer that says nothing: the run that was cut off there. */
  async function killedAtInstall(): Promise<RunId> {
    vi.spyOn(machine, 'installImage').mockImplementation(async function* () {
      await new Promise(() => undefined)
      yield* []
    })
    const runId = await upgrade('v1.14.0')
    await untilRun(window, runId, isIn('install'))
    await restart(await kill())
    return runId
  }

  test('and closed takes its mark off the node, and offers to give back what it had cordoned', async () => {
    // Runs that were cut off above left it so.
    await cordon(null)
    const runId = await killedAtInstall()
    expect([await isCordoned(), (await mark())?.split(' ')[0]]).toEqual([true, runId])
    await window.call('runs.settle', { runId, how: 'close' })
    expect(await mark()).toBeUndefined()
    const { next } = await window.call('runs.next', { runId })
    expect(next.map(({ kind, node }) => [kind, node])).toEqual([
      ['upgrade', worker.node],
      ['uncordon', worker.node],
    ])
    const plan = await window.call('node-actions.plan-uncordon', worker)
    expect(plan.rows).toMatchObject([{ before: 'Ready,SchedulingDisabled', after: 'Ready', note: 'changes' }])
    const uncordon = await window.call('node-actions.start', { planId: plan.planId })
    const run = await untilEnded(window, uncordon.runId)
    expect([run.kind, run.outcome, rowsOf(run)]).toEqual(['uncordon', 'proven', ['kubernetes-node proven']])
    expect(await isCordoned()).toBe(false)
    const again = await window.call('runs.next', { runId })
    expect(again.next.map(({ kind }) => kind)).toEqual(['upgrade'])
  })

  test('at a node that somebody had cordoned never offers to undo that', async () => {
    await cordon(true)
    const runId = await killedAtInstall()
    const { next } = await window.call('runs.next', { runId })
    expect(next.map(({ kind }) => kind)).toEqual(['upgrade'])
    await window.call('runs.settle', { runId, how: 'observe' })
    expect([await isCordoned(), await mark()]).toEqual([true, undefined])
    await cordon(null)
  })
})

/** Back to the version that the next test begins with. */
async function rollBack(): Promise<void> {
  const { planId } = await window.call('upgrades.plan-rollback', worker)
  const { runId } = await window.call('upgrades.start', { planId })
  const run = await untilEnded(window, runId)
  expect(rowsOf(run).filter((row) => row.includes(' differs'))).toEqual([])
  expect(machine.talosVersion).toBe('v1.13.9')
}
