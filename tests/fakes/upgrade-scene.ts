import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ImageChoice } from '#contract/images.ts'
import type { RebootMode } from '#contract/node-actions.ts'
import { ContextName, NodeAddress } from '#contract/names.ts'
import type { PreflightCheck, UpgradePlan } from '#contract/upgrades.ts'
import type { Run } from '#contract/runs.ts'
import { createLineSchemas } from '../../main/domain/machine-config/line-schema.ts'
import type { Cluster } from '../../main/domain/nodes/clusters-port.ts'
import { createRunEngine } from '../../main/domain/runs/run-engine.ts'
import { isOpen } from '../../main/domain/runs/run-state.ts'
import type { SnapshotPort } from '../../main/domain/upgrades/snapshot-port.ts'
import { parseVersionTable } from '../../main/domain/upgrades/version-table.ts'
import { createActionPlanHandlers } from '../../main/ipc/handlers/action-plans.ts'
import { createImageHandlers } from '../../main/ipc/handlers/images.ts'
import { createNodeActionHandlers } from '../../main/ipc/handlers/node-actions.ts'
import { createRunHandlers } from '../../main/ipc/handlers/runs.ts'
import { createUpgradeHandlers } from '../../main/ipc/handlers/upgrades.ts'
import { createConfigResources } from '../../main/store/config-resources.ts'
import type { FakeNodeSpec } from './fake-node.ts'
import { createInMemoryFactory } from './in-memory-factory.ts'
import { createInMemoryTalos } from './in-memory-talos-port.ts'
import { createManualClock, settle } from './manual-clock.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { noKubernetes } from './no-kubernetes.ts'
import { createRecordingLog } from './recording-log.ts'

const lineSchema = createLineSchemas(createConfigResources('resources'))
const casa = ContextName.parse('casa')
export const table = parseVersionTable(
  JSON.parse(readFileSync('resources/upgrades/talos-lines.json', 'utf8')),
)
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** iscsi-tools and util-linux-tools */
export const SCHEMATIC = '613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245'
const extensions = ['iscsi-tools', 'util-linux-tools']

export function controlPlane(n: number, version = 'v1.13.9', more: Partial<FakeNodeSpec> = {}): FakeNodeSpec {
  const address = `10.0.20.1${n}`
  return {
    address,
    hostname: `bronce-${n}`,
    role: 'controlplane',
    version,
    schematicId: SCHEMATIC,
    extensions,
    ...more,
  }
}

export function worker(n: number, version = 'v1.13.9', more: Partial<FakeNodeSpec> = {}): FakeNodeSpec {
  const address = `10.0.20.2${n}`
  return {
    address,
    hostname: `estante-${n}`,
    role: 'worker',
    version,
    schematicId: SCHEMATIC,
    extensions,
    ...more,
  }
}

/** The handlers over nodes in memory. Time moves only through `finish` and `clock`. */
export function createUpgradeScene(specs: readonly FakeNodeSpec[], journal = createMemoryJournal()) {
  const clock = createManualClock()
  const log = createRecordingLog()
  const talos = createInMemoryTalos(clock, specs)
  let ids = journal.kept.size
  const newId = (): string => `id-${ids++}`
  const runs = createRunEngine({ journal, clock, newId, who: 'ana', log })
  const saved: number[] = []
  const snapshots: SnapshotPort = {
    async save(_, chunks) {
      let bytes = 0
      for await (const chunk of chunks) bytes += chunk.byteLength
      saved.push(bytes)
      return { path: '/snapshots/one.snapshot', bytes, sha256: 'ab12' }
    },
  }
  const cluster: Cluster = {
    name: casa,
    talos,
    endpoints: [],
    nodes: specs.map(({ address }) => address),
    certificate: {
      roles: ['os:admin'],
      notBefore: '2026-01-01T00:00:00.000Z',
      notAfter: '2027-09-01T00:00:00.000Z',
      authority: 'SHA256:x',
    },
    demo: false,
  }
  const clusters = { cluster: async () => cluster }
  const factory = createInMemoryFactory(() => clock.now())
  const images = { clusters, factory, sha256, factoryUrl: () => '' }
  const handlers = {
    ...createImageHandlers(images),
    ...createUpgradeHandlers({
      ...images,
      runs,
      clock,
      snapshots,
      table,
      lineSchema,
      quiet: () => settle(),
      newId,
    }),
    ...createNodeActionHandlers({ clusters, runs, clock }),
    ...createActionPlanHandlers({ clusters, runs, clock, snapshots, newId, kubernetesOf: noKubernetes }),
    ...createRunHandlers({ runs, clusters, kubernetesOf: noKubernetes, sha256 }),
  }
  const { signal } = new AbortController()

  /** Turns the clock in half seconds until the run has ended. */
  async function finish(id: string): Promise<Run> {
    await settle()
    for (let turns = 0; isOpen(runs.get(id)); turns++) {
      if (turns > 20_000) throw new Error(`run ${id} does not end`)
      await clock.advance(500)
    }
    return runs.get(id)
  }

  function ref(hostname: string) {
    return { context: casa, node: NodeAddress.parse(talos.node(hostname).spec.address) }
  }

  async function plan(hostname: string, version: string, choice: ImageChoice = {}) {
    const { context, node } = ref(hostname)
    const choices = [{ node, choice }]
    return flat(await handlers['upgrades.plan']({ context, nodes: [node], version, choices }, signal))
  }

  async function start(planId: string, accepted: readonly PreflightCheck['id'][] = []): Promise<string> {
    return (await handlers['upgrades.start']({ planId, accepted: [...accepted] }, signal)).runId
  }

  async function upgrade(hostname: string, version: string): Promise<Run> {
    const { planId, preflight } = await plan(hostname, version)
    const accepted = preflight.filter(({ accept }) => accept === true).map(({ id }) => id)
    return finish(await start(planId, accepted))
  }

  /** Starts a reboot by its plan; `between`: what happens after the plan was shown. */
  async function reboot(
    hostname: string,
    mode: RebootMode = 'default',
    between: () => void = () => undefined,
  ): Promise<string> {
    const { planId } = await handlers['node-actions.plan-reboot']({ ...ref(hostname), mode }, signal)
    between()
    return (await handlers['node-actions.start']({ planId }, signal)).runId
  }

  return {
    clock,
    log,
    talos,
    factory,
    runs,
    journal,
    saved,
    cluster,
    handlers,
    signal,
    ref,
    plan,
    start,
    finish,
    reboot,
    upgrade,
  }
}

/** The plan of one node with what is the whole plan's beside it, for reading in tests. */
export function flat(plan: UpgradePlan) {
  const [node] = plan.nodes
  if (node === undefined) throw new Error('a plan of no node')
  const { planId, kind, computedAt, validUntil } = plan
  return {
    ...node,
    planId,
    kind,
    computedAt,
    validUntil,
    preflight: [...plan.preflight, ...node.preflight],
    whole: plan,
  }
}

export type UpgradeScene = ReturnType<typeof createUpgradeScene>

/** The plan of an upgrade of the first of these nodes, once `prepare` has had its way with them. */
export async function planOf(
  specs: readonly FakeNodeSpec[],
  prepare: (scene: UpgradeScene) => void = () => undefined,
  version = 'v1.14.0',
) {
  const scene = createUpgradeScene(specs)
  prepare(scene)
  return scene.plan(specs[0]!.hostname, version)
}
