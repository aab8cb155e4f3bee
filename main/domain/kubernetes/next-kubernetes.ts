import { parse } from 'semver'
import { isLeft } from '#contract/image-left.ts'
import type { ImageRow } from '#contract/kubernetes.ts'
import type { NextStep, Run } from '#contract/runs.ts'
import type { ReadingPort, TalosPort } from '../nodes/talos-port.ts'
import { isControlPlane } from '../upgrades/node-facts.ts'
import { imageRows, namesAbove, versionNow } from './image-rows.ts'
import type { KubernetesPort } from './kubernetes-port.ts'
import { compare, readManifests, titleOf } from './manifests.ts'
import { gatherCluster, type RunningCluster } from './upgrade-facts.ts'

/** Objects that are named before the rest is counted. */
const NAMED = 3

/**
 * What is left of an upgrade of Kubernetes, or of its manifests, from what the cluster shows: a new plan, which the
 * person reads and starts.
 */
export async function nextOfKubernetes(
  run: Run,
  { talos, kubernetes }: { readonly talos: TalosPort; readonly kubernetes: KubernetesPort },
  signal: AbortSignal,
): Promise<readonly NextStep[]> {
  const facts = await gatherCluster(talos, kubernetes, signal)
  const images = run.kind === 'kubernetes' ? imagesLeft(run, facts) : undefined
  if (images !== undefined) return [images]
  const objects = await manifestsLeft(facts, talos, kubernetes, signal)
  return objects === undefined ? [] : [objects]
}

/**
 * Where the upgrade of that run would go on; `undefined` where all of it stands, and where somebody moved on since: what
 * is neither as the run found it nor as it was to be says that another one decides.
 */
export function imagesLeft(run: Run, facts: RunningCluster): NextStep | undefined {
  const version = run.title.parameters['to']
  if (version === undefined || parse(version) === null || namesAbove(facts, version).length > 0)
    return undefined
  const kubelets = run.steps.some(({ name }) => name === 'kubelet')
  const rows = [...imageRows(facts, version, { kubelets })].filter(({ note }) => note !== 'off')
  const left = rows.filter(isLeft)
  const [first] = left
  if (first === undefined || left.some((row) => wasMoved(row, run, facts))) return undefined
  const { node, hostname, component, before } = first
  return {
    kind: 'kubernetes',
    node,
    hostname,
    component,
    version,
    kubelets,
    there: rows.length - left.length,
    images: rows.length,
    evidence: `${hostname} ${component}: ${before ?? '–'}`,
  }
}

function wasMoved({ node, component }: ImageRow, { verdict }: Run, facts: RunningCluster): boolean {
  const found = facts.nodes.find(({ address }) => address === node)
  const now = found === undefined ? undefined : versionNow(facts, found, component)
  const row = verdict.find((one) => one.node === node && one.fact === component)
  return now !== undefined && row?.before !== undefined && now !== row.before && now !== row.expected
}

async function manifestsLeft(
  { nodes }: RunningCluster,
  talos: Pick<ReadingPort, 'list'>,
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<NextStep | undefined> {
  const plane = nodes.find(({ role }) => isControlPlane(role))
  if (plane === undefined) return undefined
  const moving: string[] = []
  for (const object of await readManifests(talos, plane.address, signal)) {
    const { change } = await compare(object, kubernetes, signal)
    if (change === 'created' || change === 'changed') moving.push(titleOf(object))
  }
  if (moving.length === 0) return undefined
  const rest = moving.length - NAMED
  return {
    kind: 'manifests',
    node: plane.address,
    hostname: plane.hostname,
    objects: moving.length,
    evidence: `${moving.slice(0, NAMED).join(', ')}${rest > 0 ? `, +${rest}` : ''}`,
  }
}
