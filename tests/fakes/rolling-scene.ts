import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ContextName, NodeAddress, RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import type { PlanOptions, UpgradePlan } from '#contract/upgrades.ts'
import { findKubeconfig } from '../../main/domain/kubernetes/find-kubeconfig.ts'
import { createRunEngine } from '../../main/domain/runs/run-engine.ts'
import { createKubernetesHandlers } from '../../main/ipc/handlers/kubernetes.ts'
import { createRunHandlers } from '../../main/ipc/handlers/runs.ts'
import { createUpgradeHandlers } from '../../main/ipc/handlers/upgrades.ts'
import { createKubernetesPort } from '../../main/kubernetes/https-kubernetes-port.ts'
import {
  startSimulatedCluster,
  type NodePlan,
  type SimulatedClusterOptions,
} from '../../main/simulator/cluster.ts'
import { serveFactory } from '../../main/simulator/factory/serve-factory.ts'
import { createConfigResources } from '../../main/store/config-resources.ts'
import { createEtcdSnapshots } from '../../main/store/etcd-snapshots.ts'
import { readKubernetesLines } from '../../main/store/kubernetes-lines.ts'
import { createRunJournal } from '../../main/store/run-journal.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { witness } from './cluster-witness.ts'
import { createHurriedClock } from './hurried-clock.ts'
import { planningOver } from './planning.ts'
import { createRecordingLog } from './recording-log.ts'
import { protosDir } from './talos-node.ts'
import { contextOf } from './talosconfig-context.ts'
import { sha256, table } from './upgrade-scene.ts'

export interface RollingOptions {
  readonly nodes: readonly NodePlan[]
  /** How much faster than life the machines are, and how much faster the app's waiting is. */
  readonly speed?: number
  readonly patience?: number
  readonly storage?: SimulatedClusterOptions['storage']
  readonly kubernetes?: boolean
  /** When the client's certificate ends, ISO 8601, as the app reads it. */
  readonly certificateUntil?: string
}

const casa = ContextName.parse('casa')

/** A simulated cluster with Kubernetes, a witness on it, and the app's own handlers over the real wires. */
export async function createRollingScene(options: RollingOptions) {
  const ends: (() => PromiseLike<void> | void)[] = []
  const { nodes, speed = 200, patience = 40, storage, kubernetes = true } = options
  const resourcesDir = join(protosDir, '..', 'resources')
  const cluster = await startSimulatedCluster({
    name: 'casa',
    nodes,
    speed,
    protosDir,
    resourcesDir,
    kubernetes,
    ...(storage === undefined ? {} : { storage }),
  })
  ends.push(() => cluster[Symbol.asyncDispose]())
  const seen = witness(cluster)
  ends.push(() => seen[Symbol.dispose]())
  const context = contextOf(cluster.talosconfig())
  const talos = createTalosPort({ context, protosDir, connectTimeoutMs: 1_000 })
  ends.push(() => talos.close())
  const folder = await mkdtemp(join(tmpdir(), 'ichor-rolling-'))
  ends.push(() => rm(folder, { recursive: true }))
  const kube = createKubernetesPort((at) => findKubeconfig(talos, context.endpoints, at))
  ends.push(() => kube.close())

  const factory = await serveFactory(cluster.registry)
  ends.push(() => factory[Symbol.asyncDispose]())
  const clock = createHurriedClock(patience)
  const log = createRecordingLog()
  const journal = createRunJournal(join(folder, 'runs'))
  ends.push(() => journal.close())
  const runs = createRunEngine({ journal, clock, newId: randomUUID, who: 'ana', log })
  ends.push(() => runs.close())
  const snapshots = createEtcdSnapshots(join(folder, 'snapshots'), clock)
  const { endpoints } = context
  const certificate = {
    ...context.certificate,
    ...(options.certificateUntil === undefined ? {} : { notAfter: options.certificateUntil }),
  }
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
      kubernetes: () => kube,
    }),
    ...createKubernetesHandlers({
      clusters,
      kubernetesOf: () => kube,
      runs,
      clock,
      schemas: createConfigResources(resourcesDir),
      table,
      lines: await readKubernetesLines(resourcesDir),
      newId: randomUUID,
    }),
    ...createRunHandlers({ clusters, runs, kubernetesOf: () => kube, sha256 }),
  }
  const { signal } = new AbortController()
  const addressOf = (hostname: string) => NodeAddress.parse(cluster.node(hostname).spec.address)
  const nameOf = (address: string): string =>
    [...cluster.machines.values()].find(({ spec }) => spec.address === address)?.spec.hostname ?? address

  async function plan(hostnames: readonly string[], version: string, chosen: Partial<PlanOptions> = {}) {
    return handlers['upgrades.plan'](
      { context: casa, nodes: hostnames.map(addressOf), version, options: chosen },
      signal,
    )
  }

  async function start(planId: string, accepted: readonly string[] = []): Promise<RunId> {
    const input = { planId, accepted: [...accepted] } as Parameters<(typeof handlers)['upgrades.start']>[0]
    return RunId.parse((await handlers['upgrades.start'](input, signal)).runId)
  }

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

  return {
    cluster,
    witness: seen,
    kube,
    runs,
    handlers,
    log,
    folder,
    signal,
    addressOf,
    nameOf,
    plan,
    start,
    until,
    ended,
    /** Lets that much time go by at once, again where the run had not begun to wait yet, until it is as `done` says. */
    async skipUntil(id: string, milliseconds: number, done: (run: Run) => boolean): Promise<Run> {
      await expect
        .poll(
          () => {
            clock.skip(milliseconds)
            return done(runs.get(id))
          },
          { timeout: 60_000 },
        )
        .toBe(true)
      return runs.get(id)
    },
    /** Upgrades Kubernetes of the whole cluster by a plan of its own. */
    async upgradeKubernetes(version: string): Promise<Run> {
      const { planId } = await handlers['kubernetes.plan']({ context: casa, version }, signal)
      return ended((await handlers['kubernetes.start']({ planId }, signal)).runId)
    },
    async applyManifests(): Promise<Run> {
      const { planId } = await handlers['kubernetes.plan-manifests']({ context: casa }, signal)
      return ended((await handlers['kubernetes.start']({ planId }, signal)).runId)
    },
    async upgrade(hostnames: readonly string[], version: string, chosen: Partial<PlanOptions> = {}) {
      return ended(await start((await plan(hostnames, version, chosen)).planId))
    },
    context: casa,
    clock,
    /** Each node of a run as `name outcome`, in order. */
    nodesOf: (run: Run): readonly string[] =>
      (run.nodes ?? []).map(({ hostname, outcome, state }) => `${hostname} ${outcome ?? state ?? '?'}`),
    async [Symbol.asyncDispose]() {
      for (const end of ends.reverse()) await end()
    },
  }
}

/** Checks of a plan that want a yes. */
export function toAccept({ preflight, nodes }: UpgradePlan): readonly string[] {
  return [...preflight, ...nodes.flatMap((node) => node.preflight)]
    .filter(({ accept }) => accept === true)
    .map(({ id }) => id)
}

export type RollingScene = Awaited<ReturnType<typeof createRollingScene>>

/** Three control planes and two workers, the home lab of the issues. */
export function five(version: string, more: Partial<NodePlan> = {}): readonly NodePlan[] {
  const extensions = ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools']
  const of = (hostname: string, role: NodePlan['role']): NodePlan => ({
    hostname,
    role,
    talos: version,
    extensions,
    ...more,
  })
  return [
    ...[1, 2, 3].map((n) => of(`bronce-${n}`, 'controlplane')),
    ...[1, 2].map((n) => of(`estante-${n}`, 'worker')),
  ]
}
