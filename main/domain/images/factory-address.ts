import type { Cluster } from '../nodes/clusters-port.ts'
import { valueOf } from '../upgrades/known.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import { factoryHostOf } from '../upgrades/image.ts'

export const PUBLIC_FACTORY = 'factory.talos.dev'

/** Which factory is asked about a node's images, and under which name the node pulls them. */
export interface FactoryAddress {
  /** Without a slash at the end. */
  readonly url: string
  /** Host of image references. */
  readonly host: string
  /** The demo's own: it also stands in for every other registry, so that nothing leaves this computer. */
  readonly only: boolean
}

/**
 * The node's own factory first (1.14 tells it, else its installer image does), then the one in the settings, then the
 * public one. The demo asks nobody but its own.
 * @param configured `https://factory.casa.lan`, or empty
 */
export function factoryOf(
  facts: Pick<NodeFacts, 'schematic' | 'install'>,
  cluster: Pick<Cluster, 'demo' | 'factoryUrl'>,
  configured: string,
): FactoryAddress {
  const told = valueOf(facts.schematic)?.factoryUrl
  const toldUrl = told !== undefined && isFactoryUrl(told) ? trimmed(told) : undefined
  const host = toldUrl === undefined ? factoryHostOf(valueOf(facts.install)?.image) : new URL(toldUrl).host
  const asked = configured === '' ? undefined : trimmed(configured)
  if (cluster.demo) {
    return { url: cluster.factoryUrl ?? '', host: host ?? PUBLIC_FACTORY, only: true }
  }
  const own = host === undefined || host === PUBLIC_FACTORY ? undefined : (toldUrl ?? `https://${host}`)
  const url = own ?? asked ?? `https://${PUBLIC_FACTORY}`
  return { url, host: host ?? new URL(url).host, only: false }
}

function isFactoryUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}

/** Scheme, host and port; a path or query that strayed in is left out. */
function trimmed(text: string): string {
  return new URL(text).origin
}
