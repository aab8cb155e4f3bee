import { NodeAddress } from '#contract/names.ts'
import type { ContextName } from '#contract/names.ts'
import type { ClockPort } from '../clock-port.ts'
import type { LogPort } from '../log-port.ts'
import { isFailure } from '../talos-failure.ts'
import { parseEndpoint } from '../talosconfig/endpoint.ts'
import type { Cluster } from './clusters-port.ts'
import { followNode, type FollowedNode } from './follow-node.ts'
import { IDENTITY, MEMBER } from './resource-types.ts'
import { listField, textField } from './spec-fields.ts'
import type { Resource } from './talos-port.ts'

const RETRY_MEMBERS_MS = 2_000

/** All nodes of one cluster that are known: named in the context, or told by a control plane's members. */
export interface FollowedFleet extends Disposable {
  nodes(): readonly FollowedNode[]
  node(address: string): FollowedNode | undefined
  /** Told the node that changed, `joined` when it is new and `left` when it is gone. */
  onChange(listener: (node: FollowedNode, how: 'joined' | 'changed' | 'left') => void): () => void
  /** Told once, when nothing is followed any more and nothing that was told holds. */
  onEnd(listener: () => void): () => void
  /** Resolves when the first list of members was read, or could not be. */
  readonly discovered: Promise<void>
}

interface Deps {
  readonly cluster: Cluster
  readonly clock: ClockPort
  readonly log: LogPort
}

/**
 * Follows a cluster. Members come from the first endpoint that tells them (discovery may be off: then only the
 * context's own nodes are shown). A node that the members no longer name stays while the context names it.
 */
export function followFleet({ cluster, clock, log }: Deps): FollowedFleet {
  const context: ContextName = cluster.name
  const ended = new AbortController()
  const nodes = new Map<string, FollowedNode>()
  const listeners = new Set<(node: FollowedNode, how: 'joined' | 'changed' | 'left') => void>()
  const endListeners = new Set<() => void>()
  /** Addresses of each member as last told, by member id: a node may have several. */
  const members = new Map<string, readonly string[]>()
  /** Node id of each member as last told, by member id. */
  const identities = new Map<string, string>()
  let discovered: () => void = () => undefined
  const whenDiscovered = new Promise<void>((resolve) => (discovered = resolve))

  function hasEnded(): boolean {
    return ended.signal.aborted
  }

  function tell(node: FollowedNode, how: 'joined' | 'changed' | 'left'): void {
    for (const listener of listeners) listener(node, how)
  }

  function join(address: string): void {
    if (nodes.has(address)) return
    const node = followNode(NodeAddress.parse(address), { context, talos: cluster.talos, clock, log })
    nodes.set(address, node)
    node.onChange(() => {
      if (isOnlyAWay(node)) leave(address)
      else tell(node, 'changed')
    })
    tell(node, 'joined')
  }

  /**
   * A virtual address, or the name of a load balancer, answers with the identity of whichever member stands behind
   * it: it leads to nodes and is none. What the context itself names as a node stays.
   */
  function isOnlyAWay({ address, cache }: FollowedNode): boolean {
    if (cluster.nodes.includes(address)) return false
    const identity = textField(cache.one(IDENTITY, 'local')?.spec, 'nodeId')
    if (identity === undefined) return false
    const member = [...identities].find(([, nodeId]) => nodeId === identity)?.[0]
    const known = member === undefined ? undefined : memberAddress(members.get(member) ?? [])
    return known !== undefined && known !== address && nodes.has(known)
  }

  function leave(address: string): void {
    const node = nodes.get(address)
    if (node === undefined) return
    nodes.delete(address)
    node[Symbol.dispose]()
    tell(node, 'left')
  }

  function memberAddress(addresses: readonly string[]): string | undefined {
    return addresses.find((address) => nodes.has(address)) ?? addresses[0]
  }

  async function readMembers(endpoint: string): Promise<void> {
    const seen = new Set<string>()
    for await (const event of cluster.talos.watch(endpoint, MEMBER, ended.signal)) {
      switch (event.kind) {
        case 'present':
        case 'changed': {
          const addresses = memberNames(event.resource)
          members.set(event.resource.id, addresses)
          const nodeId = textField(event.resource.spec, 'nodeId')
          if (nodeId !== undefined) identities.set(event.resource.id, nodeId)
          seen.add(event.resource.id)
          const address = memberAddress(addresses)
          if (address !== undefined) join(address)
          break
        }
        case 'gone':
          dropMember(event.id)
          break
        case 'ready':
          for (const id of [...members.keys()]) if (!seen.has(id)) dropMember(id)
          for (const node of [...nodes.values()]) if (isOnlyAWay(node)) leave(node.address)
          discovered()
          break
        case 'lost':
          // Another endpoint may still tell; the caller goes on to the next.
          throw event.error
      }
    }
  }

  function dropMember(id: string): void {
    const addresses = members.get(id) ?? []
    members.delete(id)
    identities.delete(id)
    const address = memberAddress(addresses)
    if (address !== undefined && !cluster.nodes.includes(address)) leave(address)
  }

  async function keepMembers(): Promise<void> {
    while (!hasEnded()) {
      for (const endpoint of candidates()) {
        try {
          await readMembers(endpoint)
        } catch (error) {
          if (hasEnded()) return
          if (!isFailure(error)) log.error('members failed', error, { node: endpoint })
        }
        if (hasEnded()) return
      }
      discovered()
      await clock.sleep(RETRY_MEMBERS_MS, ended.signal).catch(() => undefined)
    }
  }

  /** Endpoints first: they are control planes. A worker knows the members too, so its word is better than none. */
  function candidates(): readonly string[] {
    return [...new Set([...cluster.endpoints.map(hostOf), ...cluster.nodes])]
  }

  for (const address of cluster.nodes) join(address)
  if (cluster.nodes.length === 0) for (const endpoint of cluster.endpoints) join(hostOf(endpoint))
  void keepMembers()

  return {
    nodes: () => [...nodes.values()],
    node: (address) => nodes.get(address),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onEnd(listener) {
      if (hasEnded()) listener()
      else endListeners.add(listener)
      return () => endListeners.delete(listener)
    },
    discovered: whenDiscovered,
    [Symbol.dispose]() {
      ended.abort()
      for (const node of nodes.values()) node[Symbol.dispose]()
      listeners.clear()
      discovered()
      for (const listener of endListeners) listener()
      endListeners.clear()
    },
  }
}

/** Addresses first, then its names: a context may list nodes by either. */
function memberNames({ id, spec }: Resource): readonly string[] {
  const addresses = listField(spec, 'addresses').filter((a): a is string => typeof a === 'string')
  const hostname = textField(spec, 'hostname')
  return [...addresses, ...(hostname === undefined ? [] : [hostname]), id]
}

/** An endpoint without its port; one in no form Talos takes is called as it stands, and its failure says why. */
function hostOf(endpoint: string): string {
  return parseEndpoint(endpoint)?.host ?? endpoint
}
