import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { NextStep, Run } from '#contract/runs.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { resourcesDir } from '../fakes/app-host.ts'
import { connectKube, type KubeBody, type KubeClient } from '../fakes/kube-client.ts'
import type { MortalTask } from '../fakes/mortal-app.ts'
import { createCradle, type Cradle, type Life } from '../fakes/mortal-life.ts'
import { protosDir } from '../fakes/talos-node.ts'

/**
 * The app as a process of its own, killed by SIGKILL at every step of a run: `start` of a step, when that is on disk and
 * nothing of it was sent; `end`, when it is done and that is not on disk; `call`, when the node has the call and its
 * answer is on the way. The next life, on the same data folder, settles what the one before it left. What the nodes were
 * asked is counted by the machines themselves, and how they are is asked of them and of Kubernetes, never of the app.
 */
const SPEED = 200
const FROM = 'v1.13.9'
const UPGRADES_TO = 'v1.14.0'
const WORKERS = 13
const RUN_ANNOTATION = 'ichor/run'

const CHANGES = ['pullImage', 'installImage', 'upgradeLegacy', 'reboot', 'rollback', 'apply'] as const
type Change = (typeof CHANGES)[number]

/** What each step sends, once, when it runs. */
const SENDS: Readonly<Record<string, Change>> = {
  pull: 'pullImage',
  install: 'installImage',
  reboot: 'reboot',
  rollback: 'rollback',
  apply: 'apply',
}

let cluster: SimulatedCluster
let cradle: Cradle
let kube: KubeClient
const received = new Map<string, Change[]>()
const onCall: { act: ((hostname: string, change: Change) => void) | undefined } = { act: undefined }

beforeAll(async () => {
  cluster = await startSimulatedCluster({
    nodes: [
      ...[1, 2, 3].map((at) => ({ hostname: `bronce-${at}`, role: 'controlplane' as const, talos: FROM })),
      ...Array.from({ length: WORKERS }, (_none, at) => ({
        hostname: `estante-${at + 1}`,
        role: 'worker' as const,
        talos: FROM,
      })),
    ],
    speed: SPEED,
    protosDir,
    resourcesDir,
  })
  for (const machine of cluster.machines.values()) count(machine)
  kube = connectKube(await cluster.kubeconfig())
  cradle = await createCradle(cluster.talosconfig())
}, 120_000)
afterAll(async () => {
  vi.restoreAllMocks()
  await cradle[Symbol.asyncDispose]()
  kube.close()
  await cluster[Symbol.asyncDispose]()
})

/** Calls that change a machine, as it received them, oldest first. */
function count(machine: SimulatedMachine): void {
  const { hostname } = machine.spec
  const list: Change[] = []
  received.set(hostname, list)
  for (const change of CHANGES) {
    const original = (machine[change] as (...given: unknown[]) => unknown).bind(machine)
    vi.spyOn(machine, change).mockImplementation(((...given: unknown[]) => {
      const isDryRun = change === 'apply' && (given[0] as { readonly dryRun?: boolean }).dryRun === true
      const answer = original(...given)
      if (!isDryRun) {
        list.push(change)
        onCall.act?.(hostname, change)
      }
      return answer
    }) as never)
  }
}

/** All that any machine has received, as `estante-1 reboot`. */
function receivedByAll(): readonly string[] {
  return [...received].flatMap(([hostname, list]) => list.map((change) => `${hostname} ${change}`))
}

const nodeOf = async (hostname: string): Promise<KubeBody> =>
  (await kube.get(`/api/v1/nodes/${hostname}`)).body

const conditionsOf = ({ status }: KubeBody): readonly string[] =>
  status.conditions.map(({ type, status: is }) => `${type} ${is}`)

/** Until the machine is up in the boot it is to be in, and Kubernetes says the same. */
async function untilWell(machine: SimulatedMachine, formerBoot: string | undefined): Promise<void> {
  const how = async (): Promise<string> => {
    if (!machine.isUp || machine.bootId === formerBoot) return 'on its way'
    const node = await nodeOf(machine.spec.hostname)
    const isTold = node.status.nodeInfo['bootID'] === machine.bootId
    const stage = machine.resources.list('runtime', 'MachineStatuses.runtime.talos.dev').at(0)?.spec
    return isTold && conditionsOf(node).includes('Ready True') ? JSON.stringify(stage) : 'not Ready'
  }
  await expect.poll(how, { timeout: 60_000, interval: 40 }).toMatch(/"stage":"running".*"ready":true/)
}

/** A place to die at, and the steps of such a run up to its end, in order. */
interface Death {
  readonly act: MortalTask['act']
  /** `start install`, `end cordon`, `call reboot`. */
  readonly at: string
  readonly nodes: readonly string[]
  readonly steps: readonly string[]
}

/** What a life left behind, with what the machine was before its run. */
interface Estate {
  readonly death: Death
  readonly runId: string
  readonly machine: SimulatedMachine
  readonly bootBefore: string
  /** Names of the steps that were done, on disk or not. */
  readonly done: readonly string[]
}
let estate: Estate | undefined
/** What the runs after a death must say of the lock that it left, once. */
const takenOver: string[] = []

function bear(task: Omit<MortalTask, 'version'>): Life {
  return cradle.bear({ settles: estate !== undefined, task: { ...task, version: UPGRADES_TO } })
}

const addressesOf = (nodes: readonly string[]) => nodes.map((name) => cluster.node(name).spec.address)

/** One life: it settles what the one before it left, begins a run of its own and is killed where `death` says. */
async function liveAndDie(death: Death): Promise<void> {
  const { act, at, nodes, steps } = death
  const [first = ''] = nodes
  const [when, step = ''] = at.split(' ')
  const life = bear({ act, nodes: addressesOf(nodes), ...(when === 'call' ? {} : { dieAt: at }) })
  await settleEstate(life)
  const machine = cluster.node(first)
  const { bootId: bootBefore } = machine
  const before = received.get(first)?.length ?? 0
  if (when === 'call') {
    onCall.act = (hostname, change) => {
      if (hostname === first && change === SENDS[step]) life.process.kill('SIGKILL')
    }
  }
  await life.over
  onCall.act = undefined
  expect([act, at, life.process.signalCode]).toEqual([act, at, 'SIGKILL'])

  const reached = steps.slice(0, steps.indexOf(step) + 1)
  const done = when === 'end' ? reached : reached.slice(0, -1)
  // What these steps send, each once, and this one's where it died of its call.
  const sent = (when === 'call' ? reached : done).flatMap((name) => SENDS[name] ?? [])
  expect([act, at, received.get(first)?.slice(before)]).toEqual([act, at, sent])

  const [lock] = await locks()
  expect(lock).toMatchObject({ pid: life.process.pid })
  const runId = lock?.runId ?? ''
  takenOver.push(`lock taken over: process ${life.process.pid}, run ${runId},`)
  await untilWell(machine, sent.some(restarts) ? bootBefore : undefined)
  const { spec, metadata } = await nodeOf(first)
  if (done.includes('cordon')) {
    expect([act, at, spec.unschedulable ?? false]).toEqual([act, at, !done.includes('uncordon')])
    // Read back and waited for, a node is the run's no more.
    const isMarked = !['verify', 'storage', 'settle'].includes(step)
    const mark = metadata.annotations[RUN_ANNOTATION]
    expect([act, at, mark?.startsWith(`${runId} `) ?? false]).toEqual([act, at, isMarked])
  }
  estate = { death, runId, machine, bootBefore, done }
}

/** What the new life finds and makes of it, beside what the machines and Kubernetes say themselves. */
async function settleEstate(life: Life): Promise<void> {
  if (estate === undefined) return
  const { death, runId, machine } = estate
  const { hostname, address } = machine.spec
  const place = `${death.act} ${death.at}`
  const everything = receivedByAll()
  const isCordoned = (await nodeOf(hostname)).spec.unschedulable === true

  const { open, next } = await life.until('found')
  expect([place, open.map(({ id, outcome }) => [id, outcome])]).toEqual([place, [[runId, 'interrupted']]])
  const cutIn = open.flatMap(({ steps }) => steps).filter(({ state }) => state === 'unknown')
  expect([place, cutIn.map(({ name }) => name)]).toEqual([place, [death.at.split(' ')[1]]])
  expect([
    place,
    open
      .flatMap(({ steps }) => steps)
      .filter(isOf(address))
      .map(({ name }) => name),
  ]).toEqual([place, death.steps])
  expect([place, next.map(({ kind }) => kind)]).toEqual([place, offersAfter(estate, isCordoned)])

  const { run } = await life.until('seen')
  // The life holds its breath here: what was sent since, settling sent.
  expect([place, receivedByAll()]).toEqual([place, everything])
  const told = run.verdict.filter(isOf(address)).filter(({ found }) => found !== undefined)
  const truths: Readonly<Record<string, string>> = {
    'boot-id': machine.bootId,
    talos: machine.talosVersion,
    stage: 'running, ready',
    'kubernetes-node': isCordoned ? 'Ready,SchedulingDisabled' : 'Ready',
    'kubernetes-image': `Talos (${machine.talosVersion})`,
  }
  for (const { fact, found } of told) {
    if (truths[fact] !== undefined) expect([place, fact, found]).toEqual([place, fact, truths[fact]])
  }
  expect([place, run.outcome]).toEqual([place, outcomeAfter(estate, isCordoned)])
  const { metadata } = await nodeOf(hostname)
  expect([place, metadata.annotations[RUN_ANNOTATION]]).toEqual([place, undefined])
  estate = undefined
  life.goOn()

  if (!isCordoned) return
  const { run: given } = await life.until('uncordoned')
  expect([place, given.kind, given.outcome]).toEqual([place, 'uncordon', 'proven'])
  expect([place, (await nodeOf(hostname)).spec.unschedulable]).toEqual([place, undefined])
}

/** Steps and rows of one node; in a run of one they name none. */
function isOf(address: string): (of: { readonly node?: string | undefined }) => boolean {
  return ({ node = address }) => node === address
}

/** What a person is offered, from how the machine is. */
function offersAfter({ death, machine, done }: Estate, isCordoned: boolean): NextStep['kind'][] {
  const { act, nodes } = death
  const cordon: NextStep['kind'][] = isCordoned ? ['uncordon'] : []
  if (act !== 'upgrade') return cordon
  const others = nodes.slice(1).map(() => 'upgrade' as const)
  if (machine.talosVersion === UPGRADES_TO) return [...cordon, ...others]
  // META 0x06: an installer got to its end. One whose client dies in the middle of it is stopped by the node.
  const isInstalled = machine.resources
    .list('runtime', 'MetaKeys.runtime.talos.dev')
    .some(({ id }) => id === '0x06')
  if (done.includes('install')) expect(isInstalled).toBe(true)
  return [isInstalled ? 'reboot' : 'upgrade', ...cordon, ...others]
}

function outcomeAfter({ death, machine, bootBefore, done }: Estate, isCordoned: boolean): Run['outcome'] {
  const { act, at, nodes } = death
  if (act === 'apply') return done.includes('apply') || at === 'call apply' ? 'proven' : 'interrupted'
  if (machine.bootId === bootBefore) {
    return at === 'start reboot' || at === 'start rollback' ? 'failed' : 'interrupted'
  }
  if (nodes.length > 1) return 'interrupted'
  return isCordoned ? 'proven-with-differences' : 'proven'
}

/** A life to its natural end, on what all those deaths left. */
async function liveOn({ act, nodes, steps }: Omit<Death, 'at'>): Promise<void> {
  const life = bear({ act, nodes: addressesOf(nodes) })
  await settleEstate(life)
  const { run } = await life.until('ended')
  await life.over
  expect([act, run.outcome]).toEqual([act, 'proven'])
  expect([act, run.steps.map(({ name }) => name)]).toEqual([act, steps])
  expect(await locks()).toEqual([])
}

async function locks(): Promise<readonly { readonly pid: number; readonly runId: string }[]> {
  const folder = `${cradle.dataDir}-locks`
  // A life that ends by itself takes the folder away.
  const names = await readdir(folder).catch(() => [])
  return Promise.all(
    names.map(
      async (name) =>
        JSON.parse(await readFile(join(folder, name), 'utf8')) as { pid: number; runId: string },
    ),
  )
}

function restarts(change: Change): boolean {
  return change === 'reboot' || change === 'rollback'
}

const starts = (steps: readonly string[]): readonly string[] => steps.map((step) => `start ${step}`)
const BACK = ['answers', 'ready', 'kubernetes', 'uncordon', 'verify']
const UPGRADE = ['preflight', 'pull', 'cordon', 'drain', 'install', 'reboot', ...BACK]
const upgraded: string[] = []
const fresh = Array.from({ length: WORKERS }, (_none, at) => `estante-${at + 1}`)

/** A worker that no installer has been at. */
function freshWorker(): string {
  const name = fresh.find((one) => !received.get(one)?.includes('installImage'))
  if (name === undefined) throw new Error('more deaths than workers: give the cluster more of them')
  return name
}

test(
  'an upgrade that is killed at any step loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const places = [...starts(UPGRADE), 'end cordon', 'call install', 'end install', 'call reboot']
    for (const at of places) {
      const worker = freshWorker()
      await liveAndDie({ act: 'upgrade', at, nodes: [worker], steps: UPGRADE })
      if (cluster.node(worker).talosVersion === UPGRADES_TO) upgraded.push(worker)
    }
  },
)

test(
  'an upgrade of a control plane, killed before its node is touched, leaves it and etcd alone',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'snapshot', 'pull', 'hand-over', ...UPGRADE.slice(2)]
    for (const at of ['start snapshot', 'start hand-over']) {
      await liveAndDie({ act: 'upgrade', at, nodes: ['bronce-2'], steps })
    }
  },
)

test('an upgrade of two, killed between them, never touches the second', { timeout: 300_000 }, async () => {
  for (const step of ['storage', 'settle']) {
    const first = freshWorker()
    const second = fresh[fresh.indexOf(first) + 1] ?? ''
    const steps = [...UPGRADE, 'storage', 'settle']
    await liveAndDie({ act: 'upgrade', at: `start ${step}`, nodes: [first, second], steps })
    expect(received.get(second)).not.toContain('installImage')
    upgraded.push(first)
  }
})

test(
  'a rollback that is killed at any step loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'cordon', 'drain', 'rollback', ...BACK]
    const nextUpgraded = (): string => {
      const name = upgraded.find((one) => cluster.node(one).talosVersion === UPGRADES_TO)
      if (name === undefined) throw new Error('more deaths than upgraded workers')
      return name
    }
    for (const at of [...starts(steps), 'end cordon', 'call rollback']) {
      await liveAndDie({ act: 'rollback', at, nodes: [nextUpgraded()], steps })
    }
  },
)

test(
  'a reboot that is killed at any step loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'reboot', 'answers', 'ready', 'verify']
    const nodes = [`estante-${WORKERS}`]
    for (const at of [...starts(steps), 'call reboot']) await liveAndDie({ act: 'reboot', at, nodes, steps })
  },
)

test(
  'an apply that is killed at any step loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'history', 'apply', 'verify']
    const nodes = [`estante-${WORKERS}`]
    for (const at of [...starts(steps), 'call apply', 'end apply']) {
      await liveAndDie({ act: 'apply', at, nodes, steps })
    }
  },
)

test(
  'after all of them an upgrade is proven, and each dead process lost its lock once',
  { timeout: 300_000 },
  async () => {
    await liveOn({ act: 'upgrade', nodes: [freshWorker()], steps: UPGRADE })
    const folder = join(cradle.dataDir, 'runs')
    const journals = await Promise.all(
      (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')),
    )
    const told = takenOver.map((text) => [text, journals.filter((journal) => journal.includes(text)).length])
    expect(told).toEqual(takenOver.map((text) => [text, 1]))
    expect(takenOver.length).toBeGreaterThan(30)
  },
)
