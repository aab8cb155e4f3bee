import type { Output } from '#contract/index.ts'
import { factoryOf } from '../images/factory-address.ts'
import type { FactoryPort } from '../images/factory-port.ts'
import { wordOf } from '../images/read-images.ts'
import type { Cluster } from '../nodes/clusters-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { ask, valueOf } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { judgeTyped, kubernetesMatrix, listTargets, preReleasesFor } from './targets.ts'
import { withReleases, type VersionTable } from './version-table.ts'

interface Deps {
  readonly table: VersionTable
  readonly factory: FactoryPort
  readonly factoryUrl: () => string
}

export interface TargetsWish {
  readonly typed?: string | undefined
  readonly fresh?: boolean | undefined
}

/** Where a node can go: the factory's list over the table that came with the app, or that table alone. */
export async function readTargets(
  cluster: Cluster,
  facts: NodeFacts,
  { typed, fresh = false }: TargetsWish,
  { table, factory, factoryUrl }: Deps,
  signal: AbortSignal,
): Promise<Output<'upgrades.targets'>> {
  if (!facts.version.known) {
    throw facts.version.failure ?? new TalosFailure('node-error', facts.version.reason, { node: facts.node })
  }
  const current = facts.version.value.tag
  const kubernetes = valueOf(facts.kubernetes)
  const { url } = factoryOf(facts, cluster, factoryUrl())
  const told = await ask(signal, () => factory.versions(url, { fresh, signal }))
  const listed = told.known ? told.value.value : undefined
  const now = listed === undefined ? table : withReleases(table, listed)
  // Only a list that was just read can deny that a version exists.
  const published = told.known && told.value.failure === undefined ? listed : undefined
  const judged = typed === undefined ? undefined : judgeTyped(now, current, kubernetes, typed, published)
  return {
    current,
    ...(kubernetes === undefined ? {} : { kubernetes }),
    targets: [...listTargets(now, current, kubernetes, preReleasesFor(listed ?? [], current))],
    ...(judged === undefined ? {} : { typed: judged }),
    matrix: [...kubernetesMatrix(now)],
    source: listed === undefined ? 'built-in' : 'factory',
    factory: wordOf(url, told),
  }
}
