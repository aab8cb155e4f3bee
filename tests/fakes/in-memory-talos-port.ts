import type { ClockPort } from '../../main/domain/clock-port.ts'
import type { Resource, TalosPort } from '../../main/domain/nodes/talos-port.ts'
import { TalosFailure } from '../../main/domain/talos-failure.ts'
import { resourcesOf } from './in-memory-resources.ts'
import { FakeNode, service, type FakeNodeSpec } from './fake-node.ts'

export interface InMemoryTalos extends TalosPort {
  readonly nodes: ReadonlyMap<string, FakeNode>
  node(hostname: string): FakeNode
}

/** Since which minor a Talos has a resource type; older ones have all others. */
const SINCE: Readonly<Record<string, number>> = {
  'BootedEntries.talos.dev': 11,
  'KernelCmdlines.runtime.talos.dev': 11,
  'ImageFactorySchematics.runtime.talos.dev': 14,
}

/** A cluster in memory: a small state machine per node with both upgrade mechanisms. It says what it was asked in `calls`. */
export function createInMemoryTalos(clock: ClockPort, specs: readonly FakeNodeSpec[]): InMemoryTalos {
  const nodes = new Map(specs.map((spec) => [spec.address, new FakeNode(spec, clock)]))
  const controlPlanes = (): FakeNode[] =>
    [...nodes.values()].filter(({ spec }) => spec.role === 'controlplane')
  let actors = 0
  /** The first that is up, until one hands over. */
  let leader: FakeNode | undefined

  function reach(address: string, call: string, signal: AbortSignal): FakeNode {
    if (signal.aborted) throw new TalosFailure('cancelled', 'cancelled')
    const node = nodes.get(address) ?? [...nodes.values()].find(({ spec }) => spec.ways?.includes(address))
    if (node === undefined)
      throw new TalosFailure('unreachable', `${address} does not answer.`, { node: address })
    node.tick()
    if (!node.up || node.troubles.has('off')) {
      throw new TalosFailure('unreachable', `${address} does not answer.`, { node: address })
    }
    if (node.maintenance)
      throw new TalosFailure('maintenance-mode', `${address} is in maintenance mode.`, { node: address })
    if (!QUIET.has(call)) node.calls.push(call)
    return node
  }

  function resources(node: FakeNode, type: string): readonly Resource[] {
    const minor = Number(/^v1\.(\d+)/.exec(node.running.version)?.[1])
    if (minor < (SINCE[type] ?? 0)) {
      throw new TalosFailure('unsupported-by-version', `no ${type}`, { node: node.spec.address })
    }
    return resourcesOf(node, [...nodes.values()], type)
  }

  function etcd(address: string, signal: AbortSignal): FakeNode {
    const node = reach(address, 'etcd', signal)
    if (node.spec.role !== 'controlplane') {
      throw new TalosFailure('control-plane-only', `${address} is a worker.`, { node: address })
    }
    if (node.troubles.has('etcd-silent')) {
      throw new TalosFailure('timeout', `${address} did not answer EtcdStatus in time.`, { node: address })
    }
    return node
  }

  return {
    nodes,
    node(hostname) {
      const found = [...nodes.values()].find(({ spec }) => spec.hostname === hostname)
      if (found === undefined) throw new Error(`no node ${hostname}`)
      return found
    },
    route: () => 'direct',
    async version(address, signal) {
      const { running } = reach(address, 'version', signal)
      return { tag: running.version, platform: 'metal', arch: 'amd64' }
    },
    async get(address, key, signal) {
      const node = reach(address, 'get', signal)
      return resources(node, key.type).find(({ id }) => id === key.id)
    },
    async list(address, key, signal) {
      return resources(reach(address, 'list', signal), key.type)
    },
    async *watch(address, key, signal) {
      for (const resource of resources(reach(address, 'watch', signal), key.type))
        yield { kind: 'present', resource }
      yield { kind: 'ready' }
    },
    async services(address, signal) {
      return reach(address, 'services', signal).services
    },
    async counters(address, signal) {
      const { bootTime, memory, ephemeral } = reach(address, 'counters', signal)
      return {
        cpuBusy: 1,
        cpuTotal: 10,
        memoryTotal: memory,
        memoryAvailable: memory / 2,
        ephemeral,
        bootTime,
      }
    },
    async bootId(address, signal) {
      return reach(address, 'bootId', signal).bootId
    },
    async kernelCmdline(address, signal) {
      return reach(address, 'kernelCmdline', signal).running.cmdline
    },
    async bootMenu(address, signal) {
      return reach(address, 'bootMenu', signal).bootMenu
    },
    async *kernelLog() {
      yield* []
    },
    async *serviceLog() {
      yield* []
    },
    async logSources() {
      return []
    },
    async *events(address, { actorId }, signal) {
      for (let at = 0; ; at++) {
        const node = reach(address, 'events', signal)
        while (node.log.length <= at) {
          await clock.sleep(200, signal)
          reach(address, 'events', signal)
        }
        const told = node.log[at]
        if (told !== undefined && (actorId === undefined || told.actorId === actorId))
          yield { id: `${at}`, ...told }
      }
    },
    async readMachineConfig(address, id, signal) {
      const node = reach(address, 'readMachineConfig', signal)
      return id === 'active' ? node.config : { text: node.persistent, version: '1' }
    },
    async applyConfiguration() {
      throw new Error('upgrades apply no configuration')
    },
    async probeFresh(address, signal) {
      reach(address, 'probeFresh', signal)
      return { latencyMs: 3 }
    },
    async serviceAction(address, id, action, signal) {
      const node = reach(address, `${action} ${id}`, signal)
      if (id === 'apid') {
        throw new TalosFailure('refused', `service "${id}" doesn't support ${action} operation via API`)
      }
      const set = (
        ...state: [state: string, pid: number, health?: 'healthy' | 'unhealthy' | 'unknown']
      ): void => {
        node.services = node.services.map((one) => (one.id === id ? service(id, ...state) : one))
      }
      if (action === 'stop') node.after(1_000, () => set('Finished', 0))
      else node.after(1_000, () => set('Running', 2, 'unknown'))
      // Right after its start nothing has been checked; extension services never are.
      if (action !== 'stop' && id === 'kubelet') {
        const health = node.troubles.has('never-ready') ? 'unhealthy' : 'healthy'
        node.after(4_000, () => set('Running', 2, health))
      }
      return `Service "${id}" ${action}ed`
    },
    async reboot(address, mode, signal) {
      const node = reach(address, `reboot ${mode}`, signal)
      const actorId = `actor-${++actors}`
      const refusal = node.troubles.has('locked')
        ? 'locked'
        : node.troubles.has('sequence-fails')
          ? 'fatal'
          : undefined
      if (refusal !== undefined) {
        const message = refusal === 'locked' ? 'sequence not started: locked' : 'sequence failed: cleanup'
        node.tell(actorId, {
          kind: 'sequence',
          sequence: 'reboot',
          action: 'noop',
          error: { code: refusal, message },
        })
      } else if (!node.troubles.has('reboot-hangs')) node.restart(actorId)
      if (node.troubles.has('reboot-answer-lost')) {
        throw new TalosFailure('interrupted', 'The connection went during Reboot.', { node: address })
      }
      return { actorId }
    },
    async shutdown(address, force, signal) {
      const node = reach(address, `shutdown${force ? ' force' : ''}`, signal)
      const actorId = `actor-${++actors}`
      if (node.troubles.has('locked')) {
        const error = { code: 'locked', message: 'sequence not started: locked' } as const
        node.tell(actorId, { kind: 'sequence', sequence: 'shutdown', action: 'noop', error })
        return { actorId }
      }
      node.tell(actorId, { kind: 'phase', phase: 'cleanup', action: 'start' })
      node.end(actorId, () => undefined)
      return { actorId }
    },
    async reset(address, request, signal) {
      const { graceful, reboot, mode, partitions } = request
      const node = reach(address, `reset ${mode} ${partitions.join(',')}`.trim(), signal)
      if (node.troubles.has('wipe-refused')) {
        throw new TalosFailure(
          'node-error',
          `${address} failed at Reset. It says: failed to reset: volume "STATE" is not located`,
          { node: address },
        )
      }
      const actorId = `actor-${++actors}`
      node.tell(actorId, { kind: 'phase', phase: 'cleanup', action: 'start' })
      if (graceful) node.leftEtcd = true
      node.end(actorId, () => {
        const isWiped = mode !== 'user-disks' && (partitions.length === 0 || partitions.includes('STATE'))
        if (!reboot || (isWiped && partitions.length === 0)) return
        node.after(20_000, () => {
          if (isWiped) {
            node.up = true
            node.maintenance = true
          } else node.boot(node.running)
        })
      })
      return { actorId }
    },
    async rollback(address, signal) {
      const node = reach(address, 'rollback', signal)
      if (node.other === undefined) {
        throw new TalosFailure(
          'refused',
          `${address} refused Rollback. It says: cannot rollback to B, label does not exist`,
        )
      }
      node.next = node.other
      node.restart('')
    },
    async prePullImage(address, image, _into, signal) {
      reach(address, `prePullImage ${image}`, signal)
    },
    async *pullImage(address, image, signal) {
      const node = reach(address, `pull ${image}`, signal)
      if (node.troubles.has('pull-missing')) {
        throw new TalosFailure('not-found', `${address} does not have what Pull asked for.`, {
          node: address,
        })
      }
      const total = 100 * 1024 * 1024
      for (let part = 0; part <= 10; part++) {
        yield { layerId: 'a', status: 'downloading', offset: (part * total) / 10, total }
        if (part === 5 && node.troubles.has('pull-stalls')) await clock.sleep(1e9, signal)
        await clock.sleep(500, signal)
      }
      yield { layerId: 'a', status: 'extracted', offset: total, total }
      yield { layerId: 'b', status: 'exists', offset: 0, total: 0 }
    },
    async *install(address, image, signal) {
      const node = reach(address, `install ${image}`, signal)
      yield { kind: 'line', text: `running Talos installer ${image}` }
      await clock.sleep(2_000, signal)
      if (node.troubles.has('install-cut')) {
        throw new TalosFailure('interrupted', 'The connection went while Upgrade was under way.', {
          node: address,
        })
      }
      if (node.troubles.has('install-fails')) {
        yield { kind: 'exit', code: 3 }
        return
      }
      node.writeSlot(image)
      yield { kind: 'line', text: 'installation complete' }
      if (!node.troubles.has('install-without-exit-code')) yield { kind: 'exit', code: 0 }
    },
    async upgradeLegacy(address, { image }, signal) {
      const node = reach(address, `upgradeLegacy ${image}`, signal)
      const actorId = `actor-${++actors}`
      await clock.sleep(5_000, signal)
      if (node.troubles.has('locked')) {
        const error = { code: 'locked', message: 'sequence not started: locked' } as const
        node.tell(actorId, { kind: 'sequence', sequence: 'upgrade', action: 'noop', error })
        return { actorId }
      }
      node.stage = 'upgrading'
      node.unschedulable = true
      node.tell(actorId, { kind: 'phase', phase: 'drain', action: 'start' })
      if (node.troubles.has('sequence-fails')) {
        const error = { code: 'fatal', message: 'sequence failed: drain' } as const
        node.tell(actorId, { kind: 'sequence', sequence: 'upgrade', action: 'noop', error })
        return { actorId }
      }
      node.after(8_000, () => {
        node.writeSlot(image)
        node.tell(actorId, { kind: 'task', task: 'upgrade', action: 'stop' })
        node.restart(actorId, 3_000)
      })
      return { actorId }
    },
    async etcdMembers(address, signal) {
      etcd(address, signal)
      // etcd lists a member as started also while its machine is off (behaviour.md §7.3).
      return controlPlanes()
        .filter((node) => !node.leftEtcd)
        .map((node) => node.member)
    },
    async etcdForfeitLeadership(address, signal) {
      const node = etcd(address, signal)
      node.calls.push('forfeit')
      const next = controlPlanes().find((one) => one !== node && one.up)
      if (next === undefined) {
        throw new TalosFailure('node-error', 'cannot forfeit leadership, only one member', { node: address })
      }
      leader = next
      return next.memberId
    },
    async etcdRemoveMember(address, memberId, signal) {
      etcd(address, signal).calls.push(`remove-member ${memberId}`)
      const gone = controlPlanes().find((one) => one.memberId === memberId)
      if (gone === undefined || gone.leftEtcd) {
        throw new TalosFailure('not-found', `no member ${memberId}`, { node: address })
      }
      gone.leftEtcd = true
    },
    async etcdStatus(address, signal) {
      const node = etcd(address, signal)
      const leads = leader?.up === true ? leader : controlPlanes().find(({ up }) => up)
      return {
        memberId: node.memberId,
        leaderId: leads?.memberId ?? '',
        dbSize: 4096,
        errors: [],
        learner: false,
      }
    },
    async kubeconfig(address) {
      throw new TalosFailure('kubernetes-unreachable', `${address} gives out no kubeconfig.`, {
        node: address,
      })
    },
    async etcdAlarms(address, signal) {
      return etcd(address, signal).alarms
    },
    async *etcdSnapshot(address, signal) {
      const node = etcd(address, signal)
      node.calls.push('snapshot')
      yield new Uint8Array(4096)
      yield new Uint8Array(node.troubles.has('snapshot-cut') ? 7 : 32)
    },
  }
}

/** Calls that only look; what changes a node stays in `calls`. */
const QUIET = new Set([
  'version', 'get', 'list', 'watch', 'services', 'counters', 'bootId', 'kernelCmdline', 'bootMenu', 'events', 'readMachineConfig', 'probeFresh', 'etcd',
]) // prettier-ignore
