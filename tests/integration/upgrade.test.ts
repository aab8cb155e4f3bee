import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ContextName, NodeAddress, RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { createRunEngine } from '../../main/domain/runs/run-engine.ts'
import { createActionPlanHandlers } from '../../main/ipc/handlers/action-plans.ts'
import { createNodeActionHandlers } from '../../main/ipc/handlers/node-actions.ts'
import { createRunHandlers } from '../../main/ipc/handlers/runs.ts'
import { createUpgradeHandlers } from '../../main/ipc/handlers/upgrades.ts'
import { startSimulatedCluster, type NodePlan, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { serveFactory } from '../../main/simulator/factory/serve-factory.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { createEtcdSnapshots } from '../../main/store/etcd-snapshots.ts'
import { createRunJournal } from '../../main/store/run-journal.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { planningOver } from '../fakes/planning.ts'
import { createRecordingLog } from '../fakes/recording-log.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'
import { sha256, table } from '../fakes/upgrade-scene.ts'
import { noKubernetes } from '../fakes/no-kubernetes.ts'

/** How much faster than life the machines are, and how much faster the app's waiting is. */
const SPEED = 200
const PATIENCE = 20
const EXTENSIONS = ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools']
const casa = ContextName.parse('casa')
const stack: (() => PromiseLike<void> | void)[] = []

afterEach(async () => {
  for (const end of stack.splice(0).reverse()) await end()
})

/** A simulated cluster, and the app's own handlers, journal and snapshots over the real wire. */
async function scene(nodes: readonly NodePlan[], patience = PATIENCE) {
  const resourcesDir = join(protosDir, '..', 'resources')
  const cluster = await startSimulatedCluster({ name: 'casa', nodes, speed: SPEED, protosDir, resourcesDir })
  stack.push(() => cluster[Symbol.asyncDispose]())
  const context = contextOf(cluster.talosconfig())
  const talos = createTalosPort({ context, protosDir, connectTimeoutMs: 1_000 })
  stack.push(() => talos.close())
  const folder = await mkdtemp(join(tmpdir(), 'ichor-upgrade-'))
  stack.push(() => rm(folder, { recursive: true }))

  const factory = await serveFactory(cluster.registry)
  stack.push(() => factory[Symbol.asyncDispose]())
  const clock = createHurriedClock(patience)
  const log = createRecordingLog()
  const journal = createRunJournal(join(folder, 'runs'))
  stack.push(() => journal.close())
  const runs = createRunEngine({ journal, clock, newId: randomUUID, who: 'ana', log })
  stack.push(() => runs.close())
  const snapshots = createEtcdSnapshots(join(folder, 'snapshots'), clock)
  const { endpoints, certificate } = context
  const clusters = {
    cluster: async () => ({ name: casa, talos, endpoints, nodes: context.nodes, certificate, demo: false }),
  }
  const handlers = {
    ...createUpgradeHandlers({
      ...planningOver(factory.url),
      clusters,
      runs,
      clock,
      snapshots,
      table,
      sha256,
      newId: randomUUID,
    }),
    ...createNodeActionHandlers({ clusters, runs, clock }),
    ...createActionPlanHandlers({
      clusters,
      runs,
      clock,
      snapshots,
      newId: randomUUID,
      kubernetesOf: noKubernetes,
    }),
    ...createRunHandlers({ clusters, runs, kubernetesOf: noKubernetes, sha256 }),
  }
  const { signal } = new AbortController()
  const ref = (hostname: string) => ({
    context: casa,
    node: NodeAddress.parse(cluster.node(hostname).spec.address),
  })

  /** Waits for the run's own events until `done` says so. */
  async function until(id: string, done: (run: Run) => boolean): Promise<Run> {
    const watching = new AbortController()
    try {
      for await (const event of runs.watch({ limit: 1000 }, watching.signal)) {
        if (event.kind === 'ready' || event.item.kind !== 'run') continue
        const { run } = event.item
        if (run.id === id && done(run)) return run
      }
    } finally {
      watching.abort()
    }
    throw new Error('the task log ended')
  }
  const ended = (id: string): Promise<Run> => until(id, (run) => run.endedAt !== undefined)
  const plan = (hostname: string, version: string) =>
    handlers['upgrades.plan']({ context: casa, nodes: [ref(hostname).node], version }, signal)
  const start = async (planId: string): Promise<string> =>
    (await handlers['upgrades.start']({ planId }, signal)).runId
  const upgrade = async (hostname: string, version: string): Promise<Run> =>
    ended(await start((await plan(hostname, version)).planId))
  const reboot = async (hostname: string, mode: 'default' | 'powercycle'): Promise<string> => {
    const { planId } = await handlers['node-actions.plan-reboot']({ ...ref(hostname), mode }, signal)
    return (await handlers['node-actions.start']({ planId }, signal)).runId
  }
  const asked = { ref, plan, start, reboot, until, ended, upgrade }
  return { cluster, clusters, handlers, runs, signal, folder, log, ...asked }
}

function rowsOf(run: Run): string[] {
  return run.verdict.map(
    ({ fact, outcome, found }) => `${fact} ${outcome}${outcome === 'proven' ? '' : ` ${found ?? '?'}`}`,
  )
}

function versionsOf(cluster: SimulatedCluster): Record<string, string> {
  return Object.fromEntries([...cluster.machines].map(([name, machine]) => [name, machine.talosVersion]))
}

const controlPlanes: readonly NodePlan[] = [1, 2, 3].map((n) => ({
  hostname: `bronce-${n}`,
  role: 'controlplane',
  talos: 'v1.13.9',
  extensions: EXTENSIONS,
}))
const one: NodePlan = { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9' }
const worker: NodePlan = { hostname: 'estante-1', role: 'worker', talos: 'v1.13.9', extensions: EXTENSIONS }

describe('over the wire', () => {
  test('a control plane goes from 1.13.9 to 1.14.0 and back, each proven, and no other node is touched', async () => {
    const { cluster, upgrade, handlers, ref, signal, start, ended, folder } = await scene(controlPlanes)
    const run = await upgrade('bronce-3', 'v1.14.0')
    expect(rowsOf(run)).toEqual([
      'boot-id proven', 'talos proven', 'schematic proven', 'extensions proven', 'kernel-arguments proven',
      'boot-entry proven', 'stage proven', 'etcd-member proven', 'kubernetes-node proven',
    ]) // prettier-ignore
    expect(run.outcome).toBe('proven')
    expect(run.output.some(({ text }) => text.includes('v1.14.0'))).toBe(true)
    expect(versionsOf(cluster)).toEqual({
      'bronce-1': 'v1.13.9',
      'bronce-2': 'v1.13.9',
      'bronce-3': 'v1.14.0',
    })
    const [snapshot = ''] = await readdir(join(folder, 'snapshots', 'casa'))
    expect((await stat(join(folder, 'snapshots', 'casa', snapshot))).size % 512).toBe(32)

    const back = await handlers['upgrades.plan-rollback'](ref('bronce-3'), signal)
    expect(back.nodes[0]?.to).toBe('v1.13.9')
    const rolledBack = await ended(await start(back.planId))
    expect(rowsOf(rolledBack)).not.toContainEqual(expect.stringContaining('differs'))
    expect(rolledBack.outcome).toBe('proven')
    expect(cluster.node('bronce-3').talosVersion).toBe('v1.13.9')
  })

  test('a connection cut during the install ends the run with what is known, and reboots nothing', async () => {
    const { cluster, plan, start, until, ended } = await scene([one, worker])
    const node = cluster.node('estante-1')
    const before = node.bootId
    const id = await start((await plan('estante-1', 'v1.14.0')).planId)
    await until(id, (run) => run.output.length > 0)
    node.power.emit('down')
    node.power.emit('up')
    const run = await ended(id)
    expect(run).toMatchObject({ outcome: 'failed', error: { code: 'interrupted' } })
    expect(run.steps.find(({ name }) => name === 'reboot')?.state).toBe('skipped')
    expect(node.bootId).toBe(before)
  })

  test('a locked sequence is a conflict, though the reboot was answered well', async () => {
    const { cluster, reboot, ended } = await scene([one, worker])
    cluster.node('estante-1').cause('locked-sequence')
    expect(await ended(await reboot('estante-1', 'default'))).toMatchObject({
      outcome: 'refused',
      error: { code: 'conflict' },
    })
  })

  test("a rollback without another slot is refused in the node's words", async () => {
    const { handlers, ref, signal, ended } = await scene([one, { ...worker, bootLoader: 'grub' }])
    const { planId } = await handlers['upgrades.plan-rollback'](ref('estante-1'), signal)
    const { runId } = await handlers['upgrades.start']({ planId, accepted: ['other-slot'] }, signal)
    const run = await ended(runId)
    // Nobody asked Kubernetes to move anything, so nothing changed.
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'rollback-impossible' } })
  })

  test('a reboot is proven, and a service restart too', async () => {
    const { handlers, ref, reboot, signal, ended } = await scene([one, worker])
    const run = await ended(await reboot('bronce-1', 'powercycle'))
    expect(rowsOf(run)).not.toContainEqual(expect.stringMatching(/differs|unknown/))
    const restart = { ...ref('estante-1'), service: 'kubelet', action: 'restart' } as const
    const restarted = await ended((await handlers['services.act'](restart, signal)).runId)
    expect(restarted).toMatchObject({ outcome: 'proven' })
    const refused = { ...ref('estante-1'), service: 'apid', action: 'stop' } as const
    expect((await ended((await handlers['services.act'](refused, signal)).runId)).outcome).toBe('refused')
  })

  test('an upgrade whose app was killed is read again from the node and proven', async () => {
    const { cluster, clusters, plan, start, until, runs, signal, folder, log } = await scene([one, worker])
    const id = await start((await plan('estante-1', 'v1.14.0')).planId)
    await until(id, (run) => run.steps.some(({ name, state }) => name === 'answers' && state === 'running'))
    await runs.close()
    const journal = createRunJournal(join(folder, 'runs'))
    stack.push(() => journal.close())
    const again = createRunEngine({
      journal,
      clock: createHurriedClock(PATIENCE),
      newId: randomUUID,
      who: 'ana',
      log,
    })
    await again.load()
    expect(again.get(id).outcome).toBe('interrupted')
    const settle = createRunHandlers({ clusters, runs: again, kubernetesOf: noKubernetes, sha256 })[
      'runs.settle'
    ]
    const settled = RunId.parse(id)
    // The node goes on by itself; it is read until it is there.
    const node = cluster.node('estante-1')
    await expect.poll(() => readyOf(node), { timeout: 10_000 }).toBe(true)
    await settle({ runId: settled, how: 'observe' }, signal)
    expect(rowsOf(again.get(id))).not.toContainEqual(expect.stringMatching(/differs|unknown/))
    expect(again.get(id).outcome).toBe('proven')
  })
})

function readyOf(machine: SimulatedMachine): boolean {
  const key = { namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev', id: 'machine' }
  const status = machine.resources.get(key)?.yamlSpec ?? ''
  return machine.isUp && status.includes('stage: running') && status.includes('ready: true')
}
