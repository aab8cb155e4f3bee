import { ServerResponse } from 'node:http'
import { expect, vi } from 'vitest'
import type { Run, VerdictRow } from '#contract/runs.ts'
import type { ApplyRequest } from '../../main/simulator/machine-api.ts'
import { cluster, conditionsOf, cradle, kube, locks, nodeOf, onCall, takenOver } from './deaths-scene.ts'
import {
  COMPONENTS,
  componentsAt,
  proxyPods,
  standings,
  stands,
  unsettled,
  type Standing,
} from './kube-standing.ts'
import type { Life } from './mortal-life.ts'
import type { MortalTask } from './mortal-task.ts'

/*
 * Lives of the app that end by SIGKILL in a run that is about the cluster: an upgrade of Kubernetes goes on in the next
 * life by a plan of its own; the others are begun again while there is something left of them.
 */
/** Where Kubernetes goes. */
export const TO = 'v1.36.3'

export interface ClusterDeath {
  readonly act: 'kubernetes' | 'manifests' | 'uncordon' | 'remove-member'
  /** `call`: the node, or the API server, has it and its answer is on the way. */
  readonly when: 'start' | 'call' | 'end'
  readonly step: string
  /** Host name: whose step it is in a run over several, else who is asked. */
  readonly node?: string
  readonly memberId?: string
}

interface Estate {
  readonly death: ClusterDeath
  readonly place: string
  readonly runId: string
}
let estate: Estate | undefined

/**
 * What machines, API servers and etcd were asked to change, in order: `bronce-1 apply kubelet`, `bronce-1 pullImage`,
 * `PATCH /api/v1/nodes/estante-1`, `etcd 8e9e05c52164694d`.
 */
const sent: string[] = []
let onSent: ((what: string) => void) | undefined

/** Counts from now on, each as it is done and before its answer leaves. Call once, when the cluster is up. */
export function countChanges(): void {
  const note = (what: string): void => {
    sent.push(what)
    onSent?.(what)
  }
  const moved = new Map<string, readonly string[]>()
  onCall.act = (hostname, change, given) => {
    if (change !== 'apply') {
      note(`${hostname} ${change}`)
      return
    }
    const now = componentsAt((given as ApplyRequest).data.toString(), TO)
    const before = moved.get(hostname) ?? []
    moved.set(hostname, now)
    note(`${hostname} apply ${now.filter((component) => !before.includes(component)).join(' and ')}`)
  }
  const { end } = ServerResponse.prototype
  vi.spyOn(ServerResponse.prototype, 'end').mockImplementation(function (
    this: ServerResponse,
    ...given: unknown[]
  ) {
    const { method = '', url = '' } = this.req
    if (method !== 'GET' && !url.includes('dryRun=')) note(`${method} ${url.replace(/\?.*/, '')}`)
    return Reflect.apply(end, this, given) as ServerResponse
  } as never)
  const { etcd } = cluster.state
  const removeMember = etcd.removeMember.bind(etcd)
  vi.spyOn(etcd, 'removeMember').mockImplementation((id) => {
    removeMember(id)
    note(`etcd ${id}`)
  })
}

const addressOf = (hostname: string): string => cluster.node(hostname).spec.address
const idOf = ({ act, step, node }: ClusterDeath): string =>
  act === 'kubernetes' && node !== undefined ? `${addressOf(node)}/${step}` : step

function taskOf({ act, node, memberId }: Omit<ClusterDeath, 'when' | 'step'>): MortalTask {
  const nodes = act === 'kubernetes' || node === undefined ? [] : [addressOf(node)]
  return { act, version: TO, nodes, ...(memberId === undefined ? {} : { memberId }) }
}

/** What a step sends, as `sent` has it. */
function sendOf({ step, node = '', memberId = '' }: Omit<ClusterDeath, 'act' | 'when'>): string {
  if (step === 'pull') return `${node} pullImage`
  if (step === 'uncordon') return `PATCH /api/v1/nodes/${node}`
  if (step === 'remove-member') return `etcd ${memberId}`
  if (COMPONENTS.some((component) => component === step)) return `${node} apply ${step}`
  // `DaemonSet kube-system/kube-proxy` as the API server is asked about it.
  const [, kind = '', namespace = '', name = ''] = /^(\S+) ([^/]+)\/(.+)$/.exec(step) ?? []
  return `PATCH /apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`
}

/** One life: it settles what the one before it left, begins a run of its own and is killed where `death` says. */
export async function liveAndDie(death: ClusterDeath): Promise<void> {
  const { act, when } = death
  const place = `${act} ${when} ${death.node ?? ''} ${death.step}`
  const before = await standings()
  const dieAt = when === 'call' ? {} : { dieAt: `${when} ${idOf(death)}` }
  const life = cradle.bear({ settles: estate !== undefined, task: { ...taskOf(death), ...dieAt } })
  await settleEstate(life)
  const earlier = sent.length
  if (when === 'call') {
    onSent = (what) => {
      if (what === sendOf(death)) life.process.kill('SIGKILL')
    }
  }
  await life.over
  onSent = undefined
  expect([place, life.process.signalCode]).toEqual([place, 'SIGKILL'])

  const own = sent.slice(earlier)
  if (act === 'kubernetes') {
    expect([place, own]).toEqual([place, sendsUpTo(death, before)])
    expectPlanned(place, life, before)
  } else {
    const once = own.filter((what) => what === sendOf(death)).length
    expect([place, once]).toEqual([place, when === 'start' ? 0 : 1])
  }
  const [lock] = await locks()
  expect([place, lock?.pid]).toEqual([place, life.process.pid])
  const runId = lock?.runId ?? ''
  takenOver.push(`lock taken over: process ${life.process.pid}, run ${runId},`)
  if (act !== 'remove-member') await untilSettled()
  estate = { death, place, runId }
}

export async function untilSettled(): Promise<void> {
  await expect.poll(unsettled, { timeout: 60_000, interval: 60 }).toEqual([])
}

/** What an upgrade sends up to a place, from how it all stood before: each pull and each image once, in its order. */
function sendsUpTo(death: ClusterDeath, before: readonly Standing[]): readonly string[] {
  const left = before.filter((one) => !stands(one, TO))
  const hosts = [...new Set(before.map(({ hostname }) => hostname))]
  const steps: { readonly step: string; readonly node: string; readonly sends: readonly string[] }[] = [
    { step: 'preflight', node: '', sends: [] },
    ...hosts.map((node) => ({
      step: 'pull',
      node,
      sends: left
        .filter(({ hostname, component }) => hostname === node && component !== 'kube-proxy')
        .map(() => sendOf({ step: 'pull', node })),
    })),
    ...before.map((one) => ({
      step: one.component,
      node: one.hostname,
      sends: left.includes(one) ? [sendOf({ step: one.component, node: one.hostname })] : [],
    })),
    { step: 'verify', node: '', sends: [] },
  ]
  const at = steps.findIndex(({ step, node }) => step === death.step && node === (death.node ?? ''))
  const done = steps.slice(0, at).flatMap(({ sends }) => sends)
  const here = steps[at]?.sends ?? []
  // Its first call is its last.
  if (death.when === 'call') return [...done, ...here.slice(0, 1)]
  return death.when === 'end' ? [...done, ...here] : done
}

/** The plan says of each image whether it stands. */
function expectPlanned(place: string, life: Life, before: readonly Standing[]): void {
  const planned = life.words.find((word) => word.kind === 'planned')?.images ?? []
  const told = planned.map(({ hostname, component, note }) => `${hostname} ${component} ${note}`)
  const is = before.map(
    (one) => `${one.hostname} ${one.component} ${stands(one, TO) ? 'there-already' : 'changes'}`,
  )
  expect([place, told]).toEqual([place, is])
}

/** What the new life finds and makes of it, beside what machines, Kubernetes and etcd say themselves. */
async function settleEstate(life: Life): Promise<void> {
  if (estate === undefined) return
  const { death, place, runId } = estate
  const earlier = sent.length

  const { open, next } = await life.until('found')
  expect([place, open.map(({ id, outcome }) => [id, outcome])]).toEqual([place, [[runId, 'interrupted']]])
  const steps = open.flatMap((run) => run.steps)
  const cutIn = steps.filter(({ state }) => state === 'unknown')
  expect([place, cutIn.map(({ id }) => id)]).toEqual([place, [idOf(death)]])
  const at = steps.findIndex(({ id }) => id === idOf(death))
  expect([place, steps.slice(0, at).map(({ state }) => state)]).toEqual([
    place,
    steps.slice(0, at).map(() => 'done'),
  ])
  expect([place, next]).toEqual([place, await offered(death)])

  const { run } = await life.until('seen')
  // The life went on to its own task only when all this was read: what was sent since, settling sent.
  expect([place, sent.slice(earlier)]).toEqual([place, []])
  const truths = await Promise.all(run.verdict.map((row) => truthOf(row, run)))
  expect([place, run.verdict.map(({ found }) => found)]).toEqual([place, truths])
  const holds = run.verdict.map(({ fact, expected }, row) =>
    fact === 'etcd-leader' ? truths[row] !== undefined : truths[row] === expected,
  )
  expect([place, run.verdict.map(({ outcome }) => outcome)]).toEqual([
    place,
    holds.map((does) => (does ? 'proven' : 'differs')),
  ])
  const isThere = !holds.includes(false)
  expect([place, run.outcome]).toEqual([place, isThere ? 'proven' : 'interrupted'])
  estate = undefined
  life.goOn()
}

/** What a row has to have found, asked of whoever knows. */
async function truthOf({ fact, node, before }: VerdictRow, run: Run): Promise<string | undefined> {
  const hostname = [...cluster.machines.values()].find(({ spec }) => spec.address === (node ?? run.node))
    ?.spec.hostname
  const { etcd } = cluster.state
  switch (fact) {
    case 'kubernetes-node': {
      const found = await nodeOf(hostname ?? '')
      const ready = conditionsOf(found).includes('Ready True') ? 'Ready' : 'NotReady'
      return found.spec.unschedulable === true ? `${ready},SchedulingDisabled` : ready
    }
    case 'etcd-listed':
      return etcd.members().some(({ id }) => id === before) ? 'listed' : 'not listed'
    case 'etcd-leader': {
      const { leader } = etcd.statusOf(hostname ?? '')
      return etcd.members().find(({ id }) => id === leader)?.hostname
    }
    case 'DaemonSet kube-system/kube-proxy':
      return (await proxyPods()).version === TO ? 'as rendered' : 'differs'
    default: {
      const image = (await standings()).find((one) => one.hostname === hostname && one.component === fact)
      // Another object: it is as rendered once it was applied.
      if (image === undefined) return sent.includes(sendOf({ step: fact })) ? 'as rendered' : 'differs'
      return image.running ?? image.written
    }
  }
}

/** What a person has to be offered, from how it all is. */
async function offered({ act, node = '', memberId = '' }: ClusterDeath): Promise<readonly unknown[]> {
  const base = { node: addressOf(node === '' ? 'bronce-1' : node), evidence: expect.any(String) as string }
  if (act === 'uncordon') {
    const isCordoned = (await nodeOf(node)).spec.unschedulable === true
    return isCordoned ? [{ ...base, kind: 'uncordon', hostname: node }] : []
  }
  if (act === 'remove-member') {
    const isListed = cluster.state.etcd.members().some(({ id }) => id === memberId)
    return isListed ? [{ ...base, kind: 'remove-member', hostname: node, memberId }] : []
  }
  const all = await standings()
  const left = all.filter((one) => !stands(one, TO))
  const [first] = act === 'kubernetes' ? left : []
  if (first !== undefined) {
    const { address, hostname, component } = first
    const counts = { there: all.length - left.length, images: all.length }
    const what = { kind: 'kubernetes', version: TO, kubelets: true, ...counts }
    return [{ ...base, ...what, node: address, hostname, component }]
  }
  if ((await proxyPods()).version === TO) return []
  const plane = { ...base, node: addressOf('bronce-1'), hostname: 'bronce-1' }
  return [{ ...plane, kind: 'manifests', objects: expect.any(Number) as number }]
}

/** A life to its natural end, on what all those deaths left. */
export async function liveOn(task: Omit<ClusterDeath, 'when' | 'step'>): Promise<Run> {
  const life = cradle.bear({ settles: estate !== undefined, task: taskOf(task) })
  await settleEstate(life)
  const { run } = await life.until('ended')
  await life.over
  expect([task.act, run.outcome, run.error?.message]).toEqual([task.act, 'proven', undefined])
  expect(await locks()).toEqual([])
  return run
}

/** How often each change was sent over all lives, for those that `is` picks. */
export function timesSent(is: (what: string) => boolean): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const what of sent.filter(is)) times.set(what, (times.get(what) ?? 0) + 1)
  return times
}

/** As somebody at a shell would. */
export async function cordon(hostname: string): Promise<void> {
  const body = { spec: { unschedulable: true } }
  await kube.send('PATCH', `/api/v1/nodes/${hostname}`, body, 'application/merge-patch+json')
}
