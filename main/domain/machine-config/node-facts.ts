import type { ChangeRisk, RiskCode } from '#contract/machine-configs.ts'
import type { NodeRole } from '#contract/nodes.ts'
import { unknown, type Known } from '../upgrades/known.ts'

/** A disk as `Disks.block.talos.dev` has it; `spec` is what selectors are evaluated against. */
export interface DiskFacts {
  /** `sda`, `nvme0n1` */
  readonly name: string
  readonly spec: unknown
  /** Talos runs from it. */
  readonly system: boolean
}

/** A link as `LinkStatuses.net.talos.dev` has it. */
export interface LinkFacts {
  readonly name: string
  /** Alias and alternative names; a configuration may use any of them. */
  readonly otherNames: readonly string[]
  readonly index: number
  /** Index of the link a VLAN lies on; 0 for none. */
  readonly parentIndex: number
  /** Index of the bond, bridge or VRF it belongs to; 0 for none. */
  readonly masterIndex: number
  /** An ethernet port, not something that was made. */
  readonly physical: boolean
  readonly spec: unknown
}

/**
 * What the rules know of the node a change is meant for. What could not be read says why, and what depends on it is
 * judged `unknown`.
 */
export interface NodeFacts {
  readonly talosVersion: string
  readonly role?: NodeRole
  readonly hostname?: string
  /** Addresses of the node, without prefix length. */
  readonly addresses?: readonly string[]
  /** By which this app reaches the node. */
  readonly connectionAddress?: string
  /** The link that holds the connection's address. */
  readonly connectionLink: Known<string>
  /** Talos in the boot slot that does not run, where it can be told. */
  readonly otherSlotVersion?: string
  readonly disks: Known<readonly DiskFacts[]>
  readonly links: Known<readonly LinkFacts[]>
  /** How many control planes the cluster has, this node included; by its members. */
  readonly controlPlanes: Known<number>
}

const NOT_READ = unknown('Nothing was read from the node.')

/** Facts of a node of which only the version is known. */
export function bareFacts(talosVersion: string): NodeFacts {
  return {
    talosVersion,
    connectionLink: NOT_READ,
    disks: NOT_READ,
    links: NOT_READ,
    controlPlanes: NOT_READ,
  }
}

/** A risk that may or may not be there, as the fact that would tell was not read. */
export function unknownRisk(code: RiskCode, fact?: Known<unknown>): ChangeRisk {
  const failure = fact?.known === false ? fact.failure : undefined
  return { code, level: 'unknown', ...(failure === undefined ? {} : { because: failure.code }) }
}
