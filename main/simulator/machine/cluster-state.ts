import { Code, SimulatedStatus, type SimulatedClock, type SimulatedMachine } from '../machine-api.ts'
import type { SimulatedRandom } from '../machine-api.ts'
import type { ClusterWorld } from './core.ts'
import { etcdSnapshot } from './etcd-snapshot.ts'
import { forkRandom } from './random.ts'
import { createRegistry, type Registry } from './registry.ts'
import { compareVersions, componentsOf, lineOf } from './versions.ts'

export interface ClusterStateOptions {
  readonly name: string
  /** Kubernetes endpoint: `https://10.5.0.2:6443`. */
  readonly endpoint: string
  readonly clock: SimulatedClock
  readonly random: SimulatedRandom
  /** Of the images there are; one of its own unless told otherwise. */
  readonly registry?: Registry
}

interface Member {
  /** Empty once the machine was wiped without telling etcd, which still counts the member. */
  hostname: string
  /** Another one each time it joins. */
  id: string
  readonly machine: SimulatedMachine
  /** What etcd knows it by: the hostname when its process last started. */
  name: string
  /** Its machine joined while the cluster ran and its etcd has not started yet. */
  isComing: boolean
  /** Unknown until the machine was first on: it then counts as running, the cluster being older than the process. */
  running: boolean | undefined
  dbSize: number
  inUse: number
  /** Its file has reached the quota and is mostly deleted revisions: no write until it is defragmented. */
  isFull: boolean
  /** Told to be the first of a new etcd; until it runs. */
  isFirst: boolean
  /** A snapshot that was uploaded to start from. */
  uploaded: Buffer | undefined
  /** It was bootstrapped while there was another etcd, or was about to be: it is one of its own. */
  isApart: boolean
  /** It follows the others and has no vote until it has caught up and is promoted. */
  isLearner: boolean
  /** Removed by somebody: etcd has no place for it as long as it keeps its old data. */
  isGone: boolean
}

/** Milliseconds between two tries of a new member to be promoted; the first comes before it has caught up. */
const PROMOTION = 15_000
const PROMOTION_TRIES = 40

const QUOTA = 2_147_483_648
/** How long a member that has no room can go without a write that raises its alarm again. */
const NEXT_WRITE = 2000

/** TTL of the lease behind the upgrade mutex (behaviour.md §5.2). */
const LEASE = 60_000

/** What the machines of a cluster share. `createMachine` joins the machine by itself. */
export function createClusterState(options: ClusterStateOptions): ClusterWorld {
  const { clock } = options
  const random = forkRandom(options.random, 'cluster')
  const machines: SimulatedMachine[] = []
  const everyMember: Member[] = []
  const apiServers = new Map<string, boolean>()
  const listeners = new Set<(what: 'members' | 'etcd') => void>()
  const nodeIds = new Map<SimulatedMachine, string>()
  const names = new Map<SimulatedMachine, string>()
  const versions = new Map<SimulatedMachine, string>()
  const alarms = new Set<string>()
  let mutex: { readonly hostname: string; until: number } | undefined
  const began = clock.now()
  const baseIndex = 180_000 + random.integer(900_000)
  let term = 2 + random.integer(9)
  let leader: Member | undefined
  let downgrade: string | undefined

  const isIn = ({ isComing, isGone, isApart }: Member): boolean => !isComing && !isGone && !isApart
  const members = (): readonly Member[] => everyMember.filter(isIn)
  const apart = (hostname: string): Member | undefined =>
    everyMember.find((of) => of.hostname === hostname && of.isApart && !of.isComing)
  const isRunning = (member: Member): boolean => member.running !== false
  const voters = (): readonly Member[] => members().filter(({ isLearner }) => !isLearner)
  const quorum = (): boolean => voters().filter(isRunning).length >= Math.floor(voters().length / 2) + 1

  function member(hostname: string): Member {
    const found = everyMember.find((candidate) => candidate.hostname === hostname)
    if (!found) throw new SimulatedStatus(Code.NOT_FOUND, `no etcd member ${hostname}`)
    return found
  }

  function add(machine: SimulatedMachine, nodeId: string, isComing: boolean): void {
    machines.push(machine)
    nodeIds.set(machine, nodeId)
    if (machine.spec.role !== 'controlplane') return
    const id = random.bytes(8).toString('hex')
    const dbSize = 24_000_000 + 4096 * random.integer(4000)
    everyMember.push({
      hostname: machine.spec.hostname,
      name: nameOf(machine),
      id,
      machine,
      isComing,
      running: isComing ? false : undefined,
      dbSize,
      inUse: Math.floor(dbSize * 0.42),
      isFull: false,
      isFirst: false,
      uploaded: undefined,
      isLearner: false,
      isApart: false,
      isGone: false,
    })
    apiServers.set(machine.spec.hostname, !isComing)
    leader ??= everyMember[0]
  }

  function nameOf(machine: SimulatedMachine): string {
    return names.get(machine) ?? machine.spec.hostname
  }

  function tell(what: 'members' | 'etcd'): void {
    for (const listener of [...listeners]) listener(what)
  }

  /** The first running one takes over when the leader is gone and a majority is there to vote. */
  function elect(): void {
    if (leader && isRunning(leader) && quorum()) return
    const next = quorum()
      ? voters().find((candidate) => isRunning(candidate) && candidate !== leader)
      : undefined
    if (next) term++
    leader = next ?? (leader && isRunning(leader) && quorum() ? leader : undefined)
  }

  /** Tried for as long as Talos does; its next start begins anew. */
  async function promote(of: Member): Promise<void> {
    for (let tries = 0; tries < PROMOTION_TRIES; tries++) {
      await clock.sleep(PROMOTION)
      if (!of.isLearner || !everyMember.includes(of) || !isRunning(of)) return
      if (!quorum()) continue
      of.isLearner = false
      elect()
      tell('etcd')
      return
    }
  }

  /** A home cluster writes a few times a second: leases, node heartbeats, endpoints. */
  function raftIndex(): number {
    return baseIndex + Math.floor(((clock.now() - began) / 1000) * 4)
  }

  function listAlarms(): ReturnType<ClusterWorld['etcd']['alarms']> {
    return [...alarms].map((hostname) => ({ memberId: member(hostname).id, alarm: 'NOSPACE' as const }))
  }

  function alarmFullMembers(): void {
    for (const { isFull, hostname } of everyMember) if (isFull) alarms.add(hostname)
    tell('etcd')
  }

  const etcd: ClusterWorld['etcd'] = {
    members: (seenFrom = '') =>
      [apart(seenFrom) ?? members()].flat().map(({ id, name, machine, isLearner }) => ({
        id,
        hostname: name,
        peerUrls: [`https://${machine.spec.address}:2380`],
        clientUrls: [`https://${machine.spec.address}:2379`],
        learner: isLearner,
      })),
    statusOf(hostname) {
      const of = member(hostname)
      if (!isRunning(of) || of.isComing || of.isGone)
        throw new SimulatedStatus(Code.UNAVAILABLE, 'failed to connect to etcd: context deadline exceeded')
      const index = raftIndex()
      const nospace = alarms.has(hostname)
      const size = of.isFull ? QUOTA : of.dbSize
      return {
        memberId: of.id,
        dbSize: size,
        dbSizeInUse: of.inUse,
        leader: (of.isApart ? of.id : leader?.id) ?? '0000000000000000',
        raftIndex: index,
        raftTerm: term,
        errors: [
          ...(leader || of.isApart ? [] : ['etcdserver: no leader']),
          ...(nospace ? [`memberID:${BigInt(`0x${of.id}`)} alarm:NOSPACE`] : []),
        ],
        learner: of.isLearner,
        storageVersion: `${etcd.version(hostname)}.0`,
      }
    },
    version: (seenFrom) =>
      [apart(seenFrom) ?? members()]
        .flat()
        .map(({ machine }) => lineOf(componentsOf(machine.talosVersion).etcd))
        .sort(compareVersions)[0] ?? '3.5',
    alarms: listAlarms,
    disarm() {
      const ended = listAlarms()
      alarms.clear()
      if (ended.length > 0) tell('etcd')
      if (everyMember.some(({ isFull }) => isFull)) void clock.sleep(NEXT_WRITE).then(alarmFullMembers)
      return ended
    },
    defragment(hostname) {
      const of = member(hostname)
      of.isFull = false
      of.dbSize = Math.ceil(of.inUse / 4096) * 4096 + 65_536
    },
    // Of a cluster where members are down, etcd lets only those go that are down themselves, or none is left to vote.
    objection(memberId) {
      const of = everyMember.find(
        (one) => one.id === memberId && (isIn(one) || (one.isApart && !one.isComing)),
      )
      if (!of) return 'etcdserver: member not found'
      if (of.isLearner) return undefined
      const all = of.isApart ? [of] : voters()
      if (all.length === 1) return 'etcdserver: re-configuration failed due to not enough started members'
      const active = all.filter(isRunning).length
      return isRunning(of) && active - 1 < 1 + Math.floor((all.length - 1) / 2)
        ? 'etcdserver: unhealthy cluster'
        : undefined
    },
    removeMember(memberId) {
      const of = members().find(({ id }) => id === memberId)
      if (!of) return
      of.isGone = true
      if (leader === of) leader = undefined
      elect()
      tell('etcd')
    },
    forfeit(hostname) {
      if (leader?.hostname !== hostname) return undefined
      const others = voters().filter((candidate) => candidate !== leader && isRunning(candidate))
      const [next] = others
      if (!next) throw new SimulatedStatus(Code.UNKNOWN, 'cannot forfeit leadership, only one member')
      leader = next
      term++
      tell('etcd')
      return next.name
    },
    snapshot() {
      if (!quorum()) throw new SimulatedStatus(Code.UNAVAILABLE, 'etcdserver: no leader')
      return etcdSnapshot(random, raftIndex())
    },
    healthy(hostname) {
      const of = everyMember.find((candidate) => candidate.hostname === hostname)
      if (of && apart(hostname)) return isRunning(of)
      return of !== undefined && isRunning(of) && !of.isComing && !of.isGone && !of.isLearner && quorum()
    },
    get downgrade() {
      return downgrade
    },
    set downgrade(target) {
      downgrade = target
    },
    progress(hostname) {
      const of = everyMember.find((candidate) => candidate.hostname === hostname)
      if (!of?.isComing || of.isFirst) return 'has data'
      return members().length === 0 ? 'waits' : 'joins'
    },
    upload(hostname, snapshot) {
      member(hostname).uploaded = snapshot
    },
    uploaded: (hostname) => member(hostname).uploaded,
    bootstrap(hostname) {
      const of = member(hostname)
      // Nothing in Talos keeps a second control plane from it (behaviour.md §7.2).
      of.isApart = members().length > 0 || everyMember.some((other) => other !== of && other.isFirst)
      of.isFirst = true
      const size = of.uploaded?.length ?? 20_480
      of.dbSize = size
      of.inUse = Math.floor(size * 0.9)
      of.uploaded = undefined
      if (!of.isApart) downgrade = undefined
    },
  }

  return {
    name: options.name,
    endpoint: options.endpoint,
    registry: options.registry ?? createRegistry(),
    kubernetes: undefined,
    machines: () => machines,
    find: (target) =>
      machines.find(
        (machine) =>
          [machine.spec.address, machine.spec.hostname].includes(target) || names.get(machine) === target,
      ),
    etcd,
    join(machine, nodeId) {
      add(machine, nodeId, false)
    },
    adopt(machine, nodeId) {
      if (machines.includes(machine)) return
      add(machine, nodeId, true)
      tell('members')
    },
    leave(machine, { keepsMember = false } = {}) {
      const at = machines.indexOf(machine)
      if (at < 0) return
      machines.splice(at, 1)
      const member = everyMember.findIndex((candidate) => candidate.machine === machine)
      const [left] = member >= 0 ? everyMember.splice(member, 1) : []
      if (left && keepsMember && !left.isGone && !left.isComing)
        everyMember.push({ ...left, hostname: '', running: false })
      if (leader?.machine === machine) leader = undefined
      apiServers.delete(machine.spec.hostname)
      alarms.delete(machine.spec.hostname)
      elect()
      tell('members')
      tell('etcd')
    },
    nodeIdOf: (machine) => nodeIds.get(machine) ?? '',
    nameOf,
    announce(machine, name) {
      const moved = (names.get(machine) ?? machine.spec.hostname) !== name
      const updated = (versions.get(machine) ?? machine.spec.talos) !== machine.talosVersion
      names.set(machine, name)
      versions.set(machine, machine.talosVersion)
      if (moved || updated) tell('members')
    },
    dropEtcdData(hostname) {
      const of = member(hostname)
      of.id = random.bytes(8).toString('hex')
      of.isComing = true
      of.isLearner = false
      of.isApart = false
      of.isGone = false
      of.running = false
      if (leader === of) leader = undefined
      elect()
      tell('etcd')
    },
    etcdProcess(hostname, running) {
      const of = everyMember.find((candidate) => candidate.hostname === hostname)
      if (!of || of.running === running) return
      of.running = running
      if (running) {
        of.isLearner ||= of.isComing && !of.isFirst
        of.isComing = false
        of.isFirst = false
        if (of.isLearner) void promote(of)
        of.name = nameOf(of.machine)
      }
      elect()
      tell('etcd')
    },
    apiServer(hostname, answering) {
      if (apiServers.get(hostname) === answering) return
      apiServers.set(hostname, answering)
      tell('etcd')
    },
    kubernetesAnswers: () => quorum() && [...apiServers.values()].includes(true),
    etcdQuorum: quorum,
    takeUpgradeMutex(hostname) {
      if (mutex && mutex.until > clock.now()) return false
      mutex = { hostname, until: Number.POSITIVE_INFINITY }
      return true
    },
    releaseUpgradeMutex(hostname, how) {
      if (mutex?.hostname !== hostname) return
      if (how === 'lease') mutex.until = Math.min(mutex.until, clock.now() + LEASE)
      else mutex = undefined
    },
    raiseAlarm(hostname) {
      member(hostname).isFull = true
      alarmFullMembers()
    },
    clearAlarms() {
      for (const of of everyMember) of.isFull = false
      alarms.clear()
      tell('etcd')
    },
    memberIdOf: (hostname) => member(hostname).id,
    isLearner: (hostname) =>
      everyMember.some((of) => of.hostname === hostname && of.isLearner && !of.isComing),
    isRemoved: (hostname) => everyMember.some((of) => of.hostname === hostname && of.isGone),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
