import { valid } from 'semver'
import type { ImageChoice } from '#contract/images.ts'
import { factoryOf } from '../images/factory-address.ts'
import type { FactoryPort } from '../images/factory-port.ts'
import { readImages, registerImage } from '../images/read-images.ts'
import type { LineSchemas } from '../machine-config/line-schema.ts'
import type { Cluster } from '../nodes/clusters-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { gatherPlanFacts, type Quiet } from './gather-plan.ts'
import { ask } from './known.ts'
import { planUpgrade, type PlanParts, type PreparedNode } from './plan.ts'
import { lineOf, withReleases, type VersionTable } from './version-table.ts'

/** What plans are made with. */
export interface PlanningDeps {
  readonly factory: FactoryPort
  readonly lineSchema: LineSchemas
  readonly quiet: Quiet
  /** `https://factory.casa.lan` from the settings; empty for the public one. */
  readonly factoryUrl: () => string
}

export interface UpgradeWish {
  readonly node: string
  readonly version: string
  readonly choice: ImageChoice
}

/**
 * Reads one node and asks the factory, then computes its upgrade. Changes nothing anywhere: the factory is told a new
 * schematic only when the run starts or the person has it checked.
 */
export async function prepareUpgrade(
  cluster: Cluster,
  { node, version, choice }: UpgradeWish,
  parts: PlanParts,
  { factory, lineSchema, quiet, factoryUrl }: PlanningDeps,
  signal: AbortSignal,
): Promise<PreparedNode> {
  const facts = await gatherPlanFacts(cluster.talos, node, quiet, signal)
  const tag = tagOf(version)
  const address = factoryOf(facts, cluster, factoryUrl())
  const [reading, table, schema] = await Promise.all([
    readImages(factory, facts, { version: tag, choice, address, sha256: parts.sha256 }, signal),
    currentTable(parts.table, factory, address.url, signal),
    lineSchema(`v${lineOf(tag) ?? ''}`),
  ])
  return planUpgrade(facts, tag, { ...parts, table, choice, reading, schema })
}

/** The table with what the factory lists; without its answer as it came with the app. */
export async function currentTable(
  table: VersionTable,
  factory: FactoryPort,
  url: string,
  signal: AbortSignal,
): Promise<VersionTable> {
  const told = await ask(signal, () => factory.versions(url, { signal }))
  return told.known ? withReleases(table, told.value.value) : table
}

/** `v1.14.0` of `1.14.0`; what is no version stays as it was, for whoever judges it. */
export function tagOf(version: string): string {
  const bare = version.trim().replace(/^v/i, '')
  return valid(bare) === null ? version : `v${bare}`
}

/**
 * Right before a run: the factory is told the plan's schematic where it is a new one, and has the image. Nothing on any
 * node.
 * @throws `image-missing`, or a failure of the factory: then the run must not start
 */
export async function settleImage(
  { plan, image, reading }: PreparedNode,
  factory: FactoryPort,
  signal: AbortSignal,
): Promise<void> {
  // An image that is made of what the node has was looked for when the plan was made; the node's own pull tells the rest.
  if (image?.register === undefined || reading === undefined) return
  const finding = await registerImage(factory, image, reading.address, signal)
  if (finding.state === 'missing') {
    throw new TalosFailure('image-missing', finding.evidence, { node: plan.node })
  }
}
