import type { NodeRef } from '#contract/names.ts'
import type { Cluster, ClustersPort } from '../../../domain/nodes/clusters-port.ts'
import type { KnownConfig } from '../../../domain/machine-config/review.ts'
import { knowConfig } from '../../../domain/machine-config/review.ts'
import type { SchemaPort } from '../../../domain/machine-config/schema-port.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'
import { askIfThere } from '../../../domain/upgrades/known.ts'

/** A node's configurations as they were at one moment, with the cluster they came through. */
export interface KnownNode {
  readonly cluster: Cluster
  readonly talosVersion: string
  readonly active: KnownConfig
  readonly activeVersion: string
  /** Only where the disk holds something else: staged for the next reboot. */
  readonly staged?: KnownConfig
  readonly stagedVersion?: string
}

export interface KnownNodes {
  /** From the node, now. */
  read(ref: NodeRef, signal: AbortSignal): Promise<KnownNode>
  /** As last read; from the node when it never was. For what happens at every pause in typing. */
  recent(ref: NodeRef, signal: AbortSignal): Promise<KnownNode>
}

/** Nodes whose configuration is remembered between two calls. */
const REMEMBERED = 12

interface Deps {
  readonly clusters: ClustersPort
  readonly schemas: SchemaPort
}

export function createKnownNodes({ clusters, schemas }: Deps): KnownNodes {
  const known = new Map<string, KnownNode>()

  async function read(ref: NodeRef, signal: AbortSignal): Promise<KnownNode> {
    const { node } = ref
    const cluster = await clusters.cluster(ref.context)
    const { talos } = cluster
    const [{ tag }, active, persistent, facts] = await Promise.all([
      talos.version(node, signal),
      talos.readMachineConfig(node, 'active', signal),
      askIfThere(signal, () => talos.readMachineConfig(node, 'persistent', signal)),
      schemas.facts(),
    ])
    if (active === undefined) {
      throw new TalosFailure('not-found', `${node} has no configuration yet.`, { node })
    }
    const key = `${ref.context}\0${node}`
    const before = known.get(key)
    const know = (text: string): KnownConfig =>
      [before?.active, before?.staged].find((config) => config?.real === text) ?? knowOrFail(text, node)
    function knowOrFail(text: string, of: string): KnownConfig {
      try {
        return knowConfig(text, facts)
      } catch (error) {
        throw new TalosFailure('node-error', `The configuration that ${of} gave is not YAML.`, {
          node: of,
          cause: error,
        })
      }
    }
    const disk = persistent.known ? persistent.value : undefined
    const isStaged = disk !== undefined && disk.text !== active.text && disk.text !== ''
    const found: KnownNode = {
      cluster,
      talosVersion: tag,
      active: know(active.text),
      activeVersion: active.version,
      ...(isStaged ? { staged: know(disk.text), stagedVersion: disk.version } : {}),
    }
    known.delete(key)
    known.set(key, found)
    for (const oldest of known.keys()) {
      if (known.size <= REMEMBERED) break
      known.delete(oldest)
    }
    return found
  }

  return {
    read,
    recent: async (ref, signal) => known.get(`${ref.context}\0${ref.node}`) ?? read(ref, signal),
  }
}
