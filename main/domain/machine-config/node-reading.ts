import { NodeRole } from '#contract/nodes.ts'
import { HOSTNAME, MACHINE_TYPE, NODE_ADDRESS } from '../nodes/resource-types.ts'
import { listField, textField } from '../nodes/spec-fields.ts'
import type { ReadingPort, Resource, ResourceKey } from '../nodes/talos-port.ts'
import { ask, askIfThere, valueOf } from '../upgrades/known.ts'
import { minorOf } from './config-facts.ts'
import type { NodeFacts } from './risks.ts'

const ADDRESS_STATUS: ResourceKey = { namespace: 'network', type: 'AddressStatuses.net.talos.dev' }

/**
 * What the rules want to know of a node, read all at once. What does not answer is left out and judges nothing.
 * `node` is the address this app calls it by.
 */
export async function readNodeFacts(
  talos: ReadingPort,
  node: string,
  talosVersion: string,
  signal: AbortSignal,
): Promise<NodeFacts> {
  const spec = async (key: ResourceKey, id: string): Promise<unknown> =>
    (await talos.get(node, { ...key, id }, signal))?.spec
  const [hostname, role, addresses, links] = await Promise.all([
    ask(signal, async () => textField(await spec(HOSTNAME, 'hostname'), 'hostname')),
    ask(signal, async () => NodeRole.safeParse(await spec(MACHINE_TYPE, 'machine-type')).data),
    ask(signal, async () => listField(await spec(NODE_ADDRESS, 'default'), 'addresses')),
    askIfThere(signal, () => talos.list(node, ADDRESS_STATUS, signal)),
  ])
  const link = linkOf(valueOf(links) ?? [], node)
  const found = { hostname: valueOf(hostname), role: valueOf(role) }
  return {
    talosVersion,
    connectionAddress: node,
    addresses: (valueOf(addresses) ?? []).flatMap((address) =>
      typeof address === 'string' ? [withoutPrefix(address)] : [],
    ),
    ...(found.hostname === undefined ? {} : { hostname: found.hostname }),
    ...(found.role === undefined ? {} : { role: found.role }),
    ...(link === undefined ? {} : { connectionLink: link }),
  }
}

function linkOf(statuses: readonly Resource[], node: string): string | undefined {
  const status = statuses.find(({ spec }) => withoutPrefix(textField(spec, 'address') ?? '') === node)
  return status === undefined ? undefined : textField(status.spec, 'linkName')
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
