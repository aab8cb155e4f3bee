import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { startSimulatedCluster, type NodePlan, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { resourcesDir, startApp } from '../fakes/app-host.ts'
import { importTalosconfig, untilEnded, untilRun } from '../fakes/app-scene.ts'
import type { MortalOrders } from '../fakes/mortal-app.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { protosDir } from '../fakes/talos-node.ts'

/**
 * The app as a process of its own, killed by SIGKILL at every step of a run: at its start, when it is on disk and
 * nothing was sent, and where a step changes the node, when the node has the call and its answer is on the way. What
 * the node was asked is counted by the machine itself.
 */
const SPEED = 200
const CHANGES = ['pullImage', 'installImage', 'upgradeLegacy', 'reboot', 'rollback', 'apply'] as const
type Change = (typeof CHANGES)[number]
type Act = MortalOrders['act']

const root = join(import.meta.dirname, '..', '..')
let workshop: string
let mortal: string
beforeAll(async () => {
  // Two folders below the root, as the sources are: they find protos and resources from where they lie.
  await mkdir(join(root, 'test-results'), { recursive: true })
  workshop = await mkdtemp(join(root, 'test-results', 'mortal-'))
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    resolve: { conditions: ['node', 'import', 'module', 'default'] },
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: workshop,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        input: { mortal: join(import.meta.dirname, '../fakes/mortal-app.ts') },
        external: [...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
        output: { format: 'esm', strictExecutionOrder: true, entryFileNames: '[name].mjs' },
      },
    },
  })
  mortal = join(workshop, 'mortal.mjs')
}, 120_000)
afterAll(() => rm(workshop, { recursive: true }))

interface Life {
  readonly process: ChildProcess
  readonly dataDir: string
  readonly steps: readonly string[]
  /** The run it began, once it said so. */
  runId(): RunId | undefined
  /** Resolves when the process is gone; its outcome where it lived to tell. */
  readonly over: Promise<string | undefined>
}

async function bear(
  cluster: SimulatedCluster,
  orders: Omit<MortalOrders, 'dataDir' | 'talosconfigFile'>,
): Promise<Life> {
  const dataDir = await mkdtemp(join(workshop, 'data-'))
  const talosconfigFile = join(dataDir, '..', `${orders.node}.talosconfig`)
  await writeFile(talosconfigFile, cluster.talosconfig())
  const child = spawn(process.execPath, [mortal, JSON.stringify({ ...orders, dataDir, talosconfigFile })], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: root,
  })
  const steps: string[] = []
  const said: { run?: RunId; outcome?: string; error: string } = { error: '' }
  child.stderr.on('data', (chunk: Buffer) => (said.error += chunk.toString()))
  const lines = createInterface(child.stdout)
  lines.on('line', (line) => {
    const [word, rest = ''] = line.split(' ')
    if (word === 'step') steps.push(rest)
    if (word === 'run') said.run = RunId.parse(rest)
    if (word === 'ended') said.outcome = rest
  })
  const over = once(child, 'close').then(([code]: unknown[]) => {
    if (code !== 0 && code !== null) throw new Error(`the app ended by itself:\n${said.error}`)
    return said.outcome
  })
  return { process: child, dataDir, steps, runId: () => said.run, over }
}

/** Calls that change a machine, as it received them, oldest first. */
function countChanges(
  machine: SimulatedMachine,
  onCall: (change: Change) => void = () => undefined,
): Change[] {
  const received: Change[] = []
  for (const change of CHANGES) {
    const original = (machine[change] as (...given: unknown[]) => unknown).bind(machine)
    vi.spyOn(machine, change).mockImplementation(((...given: unknown[]) => {
      const isDryRun = change === 'apply' && (given[0] as { readonly dryRun?: boolean }).dryRun === true
      if (!isDryRun) received.push(change)
      const answer = original(...given)
      if (!isDryRun) onCall(change)
      return answer
    }) as never)
  }
  return received
}

/** The next start on what the dead one left; the run as it shows it, and as it is after the node was read. */
async function afterDeath(
  cluster: SimulatedCluster,
  hostname: string,
  { dataDir }: Life,
  { restarts, bootId }: { readonly restarts: boolean; readonly bootId: string },
): Promise<{ readonly cut: Run; readonly seen: Run }> {
  const machine = cluster.node(hostname)
  const app = await startApp({ dataDir, clock: createHurriedClock(20) })
  try {
    const window = app.window()
    const [file = '', ...others] = await readdir(join(dataDir, 'runs'))
    expect(others).toEqual([])
    const runId = RunId.parse(/-([0-9a-f-]{36})\.jsonl$/.exec(file)?.[1])
    const cut = await untilRun(window, runId, () => true)
    const context = await importTalosconfig(window, cluster.talosconfig())
    expect(cut.context).toBe(context)
    await expect
      .poll(() => machine.isUp && (!restarts || machine.bootId !== bootId), { timeout: 30_000 })
      .toBe(true)
    await window.call('runs.next', { runId })
    // A node that is not back yet cannot be read: the run stays interrupted until it can.
    await expect
      .poll(
        () =>
          window.call('runs.settle', { runId, how: 'observe' }).then(
            () => 'settled',
            (error: unknown) => String(error),
          ),
        { timeout: 30_000 },
      )
      .toBe('settled')
    return { cut, seen: await untilEnded(window, runId) }
  } finally {
    await app[Symbol.asyncDispose]()
  }
}

/** Steps without which nothing was sent yet may end a run as it was; after them only reading decides. */
function shownCutAt(cut: Run, step: string): void {
  expect({ at: step, outcome: cut.outcome, endedAt: cut.endedAt }).toEqual({
    at: step,
    outcome: 'interrupted',
    endedAt: undefined,
  })
  const last = cut.steps.filter(({ state }) => state !== 'waiting').at(-1)
  expect([step, last?.name, last?.state]).toEqual([step, step, 'unknown'])
}

const machines = (count: number, talos: string): readonly NodePlan[] => [
  { hostname: 'bronce-1', role: 'controlplane', talos },
  ...Array.from({ length: count }, (_none, at) => ({
    hostname: `estante-${at + 1}`,
    role: 'worker' as const,
    talos,
  })),
]

async function withCluster(
  nodes: readonly NodePlan[],
  work: (cluster: SimulatedCluster) => Promise<void>,
): Promise<void> {
  const cluster = await startSimulatedCluster({ nodes, speed: SPEED, protosDir, resourcesDir })
  try {
    await work(cluster)
  } finally {
    vi.restoreAllMocks()
    await cluster[Symbol.asyncDispose]()
  }
}

function restartsNode(change: Change): boolean {
  return change === 'reboot' || change === 'rollback'
}

/** What each step sends, once, when it runs. */
const SENDS: Readonly<Record<string, Change>> = {
  pull: 'pullImage',
  install: 'installImage',
  reboot: 'reboot',
  rollback: 'rollback',
  apply: 'apply',
}

describe.each<{ readonly act: Act; readonly calls: readonly string[]; readonly workers: number }>([
  { act: 'reboot', calls: ['reboot'], workers: 8 },
  { act: 'apply', calls: ['apply'], workers: 9 },
])('an app that is killed during $act', ({ act, calls, workers }) => {
  test('at any step loses nothing and repeats nothing', { timeout: 600_000 }, () =>
    withCluster(machines(workers, 'v1.13.9'), async (cluster) => {
      const free = [...cluster.machines.keys()].filter((name) => name.startsWith('estante'))
      const next = (): SimulatedMachine => {
        const name = free.shift()
        if (name === undefined) throw new Error('more steps than machines: give the cluster more workers')
        return cluster.node(name)
      }
      const orders = (machine: SimulatedMachine) => ({ node: machine.spec.address, act })

      // Once whole, to learn its steps: whatever they are, each is a place to die at.
      const whole = next()
      const received = countChanges(whole)
      const life = await bear(cluster, orders(whole))
      expect(await life.over).toBe('proven')
      expect(received.length).toBe(new Set(received).size)
      const steps = [...life.steps]
      expect(steps.length).toBeGreaterThan(3)

      for (const step of steps) {
        const machine = next()
        const { bootId } = machine
        const changes = countChanges(machine)
        const killed = await bear(cluster, { ...orders(machine), dieAt: step })
        await killed.over
        expect([step, killed.process.signalCode]).toEqual([step, 'SIGKILL'])
        const before = [...changes]
        // On disk before it starts, and dead before it does: what the step would send was never sent.
        expect(before).not.toContain(SENDS[step] ?? 'nothing')
        const { cut, seen } = await afterDeath(cluster, machine.spec.hostname, killed, {
          restarts: before.some(restartsNode),
          bootId,
        })
        shownCutAt(cut, step)
        expect([step, changes]).toEqual([step, before])
        expect(seen.endedAt).toBeDefined()
        expect([step, changes.length]).toEqual([step, new Set(changes).size])
      }

      for (const step of calls) {
        const machine = next()
        const { bootId } = machine
        const changes = countChanges(machine, (change) => {
          if (change === SENDS[step]) dying.process?.kill('SIGKILL')
        })
        const dying: { process?: ChildProcess } = {}
        const killed = await bear(cluster, orders(machine))
        dying.process = killed.process
        await killed.over
        const before = [...changes]
        expect(before.filter((change) => change === SENDS[step])).toHaveLength(1)
        const { cut } = await afterDeath(cluster, machine.spec.hostname, killed, {
          restarts: before.some(restartsNode),
          bootId,
        })
        shownCutAt(cut, step)
        expect([step, changes]).toEqual([step, before])
      }
    }),
  )
})
