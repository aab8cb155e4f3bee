import { NodeRole } from '#contract/nodes.ts'
import {
  DISK,
  HOSTNAME,
  LINK_STATUS,
  MACHINE_TYPE,
  MEMBER,
  NODE_ADDRESS,
  SYSTEM_DISK,
} from '../nodes/resource-types.ts'
import { field, listField, numberField, textField } from '../nodes/spec-fields.ts'
import type { ReadingPort, Resource, ResourceKey } from '../nodes/talos-port.ts'
import { ask, known, unknown, valueOf, type Known } from '../upgrades/known.ts'
import { minorOf } from './config-facts.ts'
import type { DiskFacts, LinkFacts, NodeFacts } from './node-facts.ts'

const ADDRESS_STATUS: ResourceKey = { namespace: 'network', type: 'AddressStatuses.net.talos.dev' }

export interface ReadingQuestion {
  /** The address this app calls it by. */
  readonly node: string
  readonly talosVersion: string
  /** Talos in the boot slot that does not run, where the journal of this app tells. */
  readonly otherSlotVersion?: string | undefined
}

/** What the rules want to know of a node, read all at once. What does not answer is unknown, with its reason. */
export async function readNodeFacts(
  talos: ReadingPort,
  { node, talosVersion, otherSlotVersion }: ReadingQuestion,
  signal: AbortSignal,
): Promise<NodeFacts> {
  const spec = async (key: ResourceKey, id: string): Promise<unknown> =>
    (await talos.get(node, { ...key, id }, signal))?.spec
  const [hostname, role, addresses, statuses, links, disks, controlPlanes] = await Promise.all([
    ask(signal, async () => textField(await spec(HOSTNAME, 'hostname'), 'hostname')),
    ask(signal, async () => NodeRole.safeParse(await spec(MACHINE_TYPE, 'machine-type')).data),
    ask(signal, async () => listField(await spec(NODE_ADDRESS, 'default'), 'addresses')),
    ask(signal, () => talos.list(node, ADDRESS_STATUS, signal)),
    ask(signal, async () => (await talos.list(node, LINK_STATUS, signal)).map(toLink)),
    ask(signal, () => readDisks(talos, node, signal)),
    ask(signal, async () => countControlPlanes(await talos.list(node, MEMBER, signal))),
  ])
  const found = { hostname: valueOf(hostname), role: valueOf(role) }
  return {
    talosVersion,
    connectionAddress: node,
    addresses: (valueOf(addresses) ?? []).flatMap((address) =>
      typeof address === 'string' ? [withoutPrefix(address)] : [],
    ),
    connectionLink: linkOf(statuses, node),
    links: some(links, 'The node lists no links.'),
    disks: some(disks, 'The node lists no disks.'),
    controlPlanes: controlPlanes.known && controlPlanes.value === 0 ? unknown(NO_MEMBERS) : controlPlanes,
    ...(found.hostname === undefined ? {} : { hostname: found.hostname }),
    ...(found.role === undefined ? {} : { role: found.role }),
    ...(otherSlotVersion === undefined ? {} : { otherSlotVersion }),
  }
}

const NO_MEMBERS = 'The node knows no members; discovery may be off.'

/** Every node has links and disks: an empty list says that they were not found yet. */
function some<T>(list: Known<readonly T[]>, reason: string): Known<readonly T[]> {
  return list.known && list.value.length === 0 ? unknown(reason) : list
}

async function readDisks(
  talos: ReadingPort,
  node: string,
  signal: AbortSignal,
): Promise<readonly DiskFacts[]> {
  const [disks, system] = await Promise.all([
    talos.list(node, DISK, signal),
    // A node that runs from memory has none.
    talos.get(node, { ...SYSTEM_DISK, id: 'system-disk' }, signal),
  ])
  const id = textField(system?.spec, 'diskID')
  return disks.map((disk) => ({ name: disk.id, spec: disk.spec, system: disk.id === id }))
}

function toLink({ id, spec }: Resource): LinkFacts {
  const alias = textField(spec, 'alias')
  return {
    name: id,
    otherNames: [
      ...(alias === undefined ? [] : [alias]),
      ...listField(spec, 'altNames').filter((name) => typeof name === 'string'),
    ],
    index: numberField(spec, 'index') ?? 0,
    parentIndex: numberField(spec, 'linkIndex') ?? 0,
    masterIndex: numberField(spec, 'masterIndex') ?? 0,
    physical: field(spec, 'type') === 'ether' && (textField(spec, 'kind') ?? '') === '',
    spec,
  }
}

function countControlPlanes(members: readonly Resource[]): number {
  return members.filter(({ spec }) => textField(spec, 'machineType') === 'controlplane').length
}

/** The link that carries the address; an address of something in between is on none. */
function linkOf(statuses: Known<readonly Resource[]>, node: string): Known<string> {
  if (!statuses.known) return statuses
  const status = statuses.value.find(({ spec }) => withoutPrefix(textField(spec, 'address') ?? '') === node)
  const link = status === undefined ? undefined : textField(status.spec, 'linkName')
  return link === undefined ? unknown(`No link of the node has the address ${node}.`) : known(link)
}

function withoutPrefix(address: string): string {
  return address.split('/')[0] ?? address
}

/** The schema to edit a node's configuration with, and a word where it is not that of its own line. */
export function schemaVersionFor(
  talosVersion: string,
  versions: readonly string[],
): { readonly schemaVersion: string; readonly schemaNote?: string } {
  const minor = minorOf(talosVersion)
  const exact = versions.find((version) => minorOf(version) === minor)
  if (exact !== undefined) {
    if (!exact.endsWith('-dev')) return { schemaVersion: exact }
    return { schemaVersion: exact, schemaNote: `${talosVersion}: ${exact}` }
  }
  const isOlder = minor !== undefined && minor < (minorOf(versions[0] ?? '') ?? 0)
  const nearest = (isOlder ? versions[0] : versions.at(-1)) ?? 'v1.0'
  return { schemaVersion: nearest, schemaNote: `${talosVersion}: ${nearest}` }
}
