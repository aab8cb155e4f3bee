import { expect } from 'vitest'
import type { NextStep, Run } from '#contract/runs.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import {
  addressesOf,
  cluster,
  conditionsOf,
  cradle,
  locks,
  nodeOf,
  onCall,
  received,
  receivedByAll,
  takenOver,
  wasTaken,
  type Change,
} from './deaths-scene.ts'
import type { Life } from './mortal-life.ts'
import type { MortalTask } from './mortal-task.ts'

/*
 * Lives of the app that end by SIGKILL, one after the other on one data folder and one cluster, each settling what the
 * one before it left.
 */
/** What an upgrade upgrades to, where a death says nothing else. */
export const UPGRADES_TO = 'v1.14.0'
const RUN_ANNOTATION = 'ichor/run'

/** What each step sends, once, when it runs. */
type Sends = Readonly<Record<string, Change>>
const SENDS: Sends = {
  pull: 'pullImage',
  install: 'installImage',
  reboot: 'reboot',
  rollback: 'rollback',
  shutdown: 'shutdown',
  reset: 'reset',
  apply: 'apply',
}
/** Of the older call, which lets the node sequence by itself. */
export const OLD_SENDS: Sends = { pull: 'upgradeLegacy' }

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

/** Until a machine that was told to go is gone: off, or in maintenance. */
async function untilGone(machine: SimulatedMachine, act: MortalTask['act']): Promise<void> {
  const is = (): boolean => (act === 'reset' ? machine.maintenance !== undefined : !machine.isUp)
  await expect.poll(is, { timeout: 60_000, interval: 40 }).toBe(true)
}

/** A place to die at, and the steps of such a run up to its end, in order. */
interface Death {
  readonly act: MortalTask['act']
  /** `start install`, `end cordon`, `call reboot`. */
  readonly at: string
  readonly nodes: readonly string[]
  readonly steps: readonly string[]
  readonly sends?: Sends
  readonly version?: string
}

/** What a life left behind, with what the machine was before its run. */
interface Estate {
  readonly death: Death
  readonly runId: string
  readonly machine: SimulatedMachine
  readonly bootBefore: string
  /** Names of the steps that were done, on disk or not. */
  readonly done: readonly string[]
  /** Off, or erased. */
  readonly isGone: boolean
}
let estate: Estate | undefined
function bear(task: Omit<MortalTask, 'version'>, version = UPGRADES_TO): Life {
  return cradle.bear({ settles: estate !== undefined, task: { ...task, version } })
}

/** One life: it settles what the one before it left, begins a run of its own and is killed where `death` says. */
export async function liveAndDie(death: Death): Promise<void> {
  const { act, at, nodes, steps, sends = SENDS } = death
  const [first = ''] = nodes
  const [when, step = ''] = at.split(' ')
  const dieAt = when === 'call' ? {} : { dieAt: at }
  const life = bear({ act, nodes: addressesOf(nodes), ...dieAt }, death.version)
  await settleEstate(life)
  const machine = cluster.node(first)
  const { bootId: bootBefore } = machine
  const before = received.get(first)?.length ?? 0
  if (when === 'call') {
    onCall.act = (hostname, change) => {
      if (hostname === first && change === sends[step]) life.process.kill('SIGKILL')
    }
  }
  await life.over
  onCall.act = undefined
  expect([act, at, life.process.signalCode]).toEqual([act, at, 'SIGKILL'])

  const reached = steps.slice(0, steps.indexOf(step) + 1)
  const done = when === 'end' ? reached : reached.slice(0, -1)
  // What these steps send, each once, and this one's where it died of its call.
  const sent = (when === 'call' ? reached : done).flatMap((name) => sends[name] ?? [])
  expect([act, at, received.get(first)?.slice(before)]).toEqual([act, at, sent])

  const [lock] = await locks()
  expect(lock).toMatchObject({ pid: life.process.pid })
  const runId = lock?.runId ?? ''
  takenOver.push(`lock taken over: process ${life.process.pid}, run ${runId},`)
  if (sent.some(goes)) await untilGone(machine, act)
  else {
    const isOn = sent.includes('upgradeLegacy') ? await wasTaken : sent.some(restarts)
    await untilWell(machine, isOn ? bootBefore : undefined)
  }
  const { spec, metadata } = await nodeOf(first)
  // Who sequences by itself lets go of a node that is cordoned when it is back.
  const ownSequence = sent.includes('upgradeLegacy') && machine.bootId !== bootBefore
  if (done.includes('cordon') && !ownSequence) {
    expect([act, at, spec.unschedulable ?? false]).toEqual([act, at, !done.includes('uncordon')])
    // Read back and waited for, a node is the run's no more.
    const isMarked = !['verify', 'storage', 'settle'].includes(step)
    const mark = metadata.annotations[RUN_ANNOTATION]
    expect([act, at, mark?.startsWith(`${runId} `) ?? false]).toEqual([act, at, isMarked])
  }
  estate = { death, runId, machine, bootBefore, done, isGone: sent.some(goes) }
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
    api: machine.maintenance !== undefined ? 'maintenance' : machine.isUp ? 'answers' : 'silent',
  }
  for (const { fact, found } of told) {
    if (truths[fact] !== undefined) expect([place, fact, found]).toEqual([place, fact, truths[fact]])
  }
  expect([place, run.outcome]).toEqual([place, outcomeAfter(estate, isCordoned)])
  const { metadata } = await nodeOf(hostname)
  expect([place, metadata.annotations[RUN_ANNOTATION]]).toEqual([place, undefined])
  estate = undefined
  if (death.act === 'shutdown' && !machine.isUp) await machine.powerOn()
  life.goOn()

  if (!next.some(({ kind }) => kind === 'uncordon')) return
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
  // What cordons itself in its own sequence was not cordoned by the run.
  if (act === 'shutdown' || act === 'reset') return []
  if (act !== 'upgrade') return cordon
  const others = nodes.slice(1).map(() => 'upgrade' as const)
  if (machine.talosVersion === (death.version ?? UPGRADES_TO)) return [...cordon, ...others]
  // META 0x06: an installer got to its end. One whose client dies in the middle of it is stopped by the node.
  const isInstalled = machine.resources
    .list('runtime', 'MetaKeys.runtime.talos.dev')
    .some(({ id }) => id === '0x06')
  if (done.includes('install')) expect(isInstalled).toBe(true)
  return [isInstalled ? 'reboot' : 'upgrade', ...cordon, ...others]
}

function outcomeAfter(
  { death, machine, bootBefore, done, isGone }: Estate,
  isCordoned: boolean,
): Run['outcome'] {
  const { act, at, nodes } = death
  if (act === 'apply') return done.includes('apply') || at === 'call apply' ? 'proven' : 'interrupted'
  // Maintenance says it all. One that is silent may also have lost its network, as nobody heard its services stop.
  if (isGone) return act === 'reset' ? 'proven' : 'unknown'
  if (machine.bootId === bootBefore) return 'interrupted'
  if (nodes.length > 1) return 'interrupted'
  return isCordoned ? 'proven-with-differences' : 'proven'
}

/** A life to its natural end, on what all those deaths left. */
export async function liveOn({ act, nodes, steps }: Omit<Death, 'at'>): Promise<void> {
  const life = bear({ act, nodes: addressesOf(nodes) })
  await settleEstate(life)
  const { run } = await life.until('ended')
  await life.over
  expect([act, run.outcome]).toEqual([act, 'proven'])
  expect([act, run.steps.map(({ name }) => name)]).toEqual([act, steps])
  expect(await locks()).toEqual([])
}

function restarts(change: Change): boolean {
  return change === 'reboot' || change === 'rollback'
}

function goes(change: Change): boolean {
  return change === 'shutdown' || change === 'reset'
}
