import { createTwoFilesPatch } from 'diff'
import { stringify } from 'yaml'
import type { ManifestPlan, ManifestRow } from '#contract/kubernetes.ts'
import { toInstant } from '../clock-port.ts'
import type { ReadingPort, ResourceKey } from '../nodes/talos-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { ask } from '../upgrades/known.ts'
import type { KubeManifest, KubernetesPort } from './kubernetes-port.ts'

const MANIFESTS: ResourceKey = { namespace: 'controlplane', type: 'Manifests.kubernetes.talos.dev' }
/** Milliseconds a plan holds. */
const PLAN_VALID = 30 * 60_000
const CONTEXT_LINES = 3

export interface PreparedManifests {
  readonly plan: ManifestPlan
  /** What the plan's rows are about, same order. */
  readonly objects: readonly KubeManifest[]
}

/** What a control plane renders for the cluster, in the order in which Talos itself applies it. */
export async function readManifests(
  talos: Pick<ReadingPort, 'list'>,
  node: string,
  signal: AbortSignal,
): Promise<readonly KubeManifest[]> {
  const resources = await talos.list(node, MANIFESTS, signal)
  return resources
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(({ spec }) => (Array.isArray(spec) ? spec.filter(isManifest) : []))
}

/** Asks the API server what each object would become, and lays that beside what it is. Changes nothing. */
export async function planManifests(
  objects: readonly KubeManifest[],
  kubernetes: KubernetesPort,
  parts: {
    readonly planId: string
    readonly now: number
    readonly node: string
    readonly hostname: string
    readonly version: string
  },
  signal: AbortSignal,
): Promise<PreparedManifests> {
  const rows: ManifestRow[] = []
  // One after the other: an API server of a homelab has better things to do.
  for (const object of objects) rows.push(await compare(object, kubernetes, signal))
  return {
    objects,
    plan: {
      planId: parts.planId,
      node: parts.node,
      hostname: parts.hostname,
      objects: rows,
      computedAt: toInstant(parts.now),
      validUntil: toInstant(parts.now + PLAN_VALID),
      talosctl: `talosctl -n ${parts.node} upgrade-k8s --to ${parts.version.replace(/^v/, '')}`,
    },
  }
}

/** One object now and as it would be. What could not be asked is unknown, with the API server's words. */
export async function compare(
  object: KubeManifest,
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<ManifestRow> {
  const title = titleOf(object)
  const now = await ask(signal, () => kubernetes.readObject(object, signal))
  if (!now.known) return { object: title, change: 'unknown', reason: now.reason }
  if (now.value === undefined)
    return { object: title, change: 'created', ...diffOf(object, undefined, object) }
  const then = await ask(signal, () => kubernetes.applyObject(object, true, signal))
  if (!then.known) return { object: title, change: 'unknown', reason: then.reason }
  const [before, after] = [writtenOf(now.value), writtenOf(then.value)]
  if (before === after) return { object: title, change: 'unchanged' }
  return { object: title, change: 'changed', ...diffOf(object, before, after) }
}

/** `Deployment kube-system/coredns` */
export function titleOf({ kind, metadata: { name, namespace } }: KubeManifest): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`
}

/** Bootstrap tokens are among them: of a Secret nothing is shown but that it changes. */
function diffOf(
  object: KubeManifest,
  before: string | undefined,
  after: string | KubeManifest,
): { readonly diff?: string } {
  if (object.kind === 'Secret') return {}
  const text = typeof after === 'string' ? after : writtenOf(after)
  const patch = createTwoFilesPatch('', '', before ?? '', text, undefined, undefined, {
    context: CONTEXT_LINES,
  })
  // The object's name stands above it already.
  return { diff: patch.slice(patch.indexOf('@@')).trimEnd() }
}

/** What the API server keeps for itself in an object's metadata. */
const KEPT_BY_SERVER: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'selfLink',
])

/** As YAML with sorted keys, without what the API server keeps for itself. */
function writtenOf(object: KubeManifest): string {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([key]) => !KEPT_BY_SERVER.has(key)),
  )
  const rest = Object.entries(object).filter(([key]) => key !== 'status')
  return stringify({ ...Object.fromEntries(rest), metadata }, { sortMapEntries: true, lineWidth: 0 })
}

function isManifest(value: unknown): value is KubeManifest {
  if (typeof value !== 'object' || value === null) return false
  const { apiVersion, kind, metadata } = value as Readonly<Record<string, unknown>>
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    typeof metadata === 'object' &&
    metadata !== null &&
    typeof (metadata as Readonly<Record<string, unknown>>)['name'] === 'string'
  )
}

/** Throws `not-found` where no control plane renders any: a cluster that brings its own. */
export function requireManifests(objects: readonly KubeManifest[], node: string): void {
  if (objects.length > 0) return
  throw new TalosFailure('not-found', `${node} renders no manifests.`, { node })
}
