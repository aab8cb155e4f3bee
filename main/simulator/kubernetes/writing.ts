import { ApiFailure, badRequest, conflict, methodNotAllowed, notFound, uidMismatch } from './api-failure.ts'
import { assertEvictable } from './disruptions.ts'
import type { Kubelets } from './kubelets.ts'
import { patched } from './merge-patch.ts'
import type { Nodes } from './nodes.ts'
import type { ObjectStore } from './object-store.ts'
import type { Kinds, KubeNode, KubeObject, Plural, Pod } from './objects.ts'
import type { Target } from './request.ts'

type Body = Readonly<Record<string, unknown>>

export interface Writer {
  readonly store: ObjectStore
  readonly kubelets: Kubelets
  readonly nodes: Nodes
}

/** @throws ApiFailure 404 when there is none of that name */
export function existing<P extends Plural>(
  store: ObjectStore,
  plural: P,
  target: Pick<Target, 'namespace' | 'name'>,
): Kinds[P] {
  const object = store.get(plural, target.namespace, target.name ?? '')
  if (!object) throw notFound(plural, target.name ?? '')
  return object
}

/** `kubectl cordon`, `label`, `annotate`, `taint`: a patch laid over a Node. */
export function patchNode(
  writer: Writer,
  target: Target,
  patch: Body,
  how: { readonly mediaType: string; readonly isDryRun: boolean },
): KubeObject {
  const node = existing(writer.store, 'nodes', target)
  return replaceNode(writer, target, patched(node, patch, how.mediaType) as Body, how)
}

/**
 * A Node as a client wants it. Labels, annotations and spec are the client's; the rest stays the kubelet's.
 * @throws ApiFailure 409 when it was read before somebody else wrote
 */
export function replaceNode(
  writer: Writer,
  target: Target,
  wanted: Body,
  how: { readonly isDryRun: boolean },
): KubeObject {
  const node = existing(writer.store, 'nodes', target)
  const { metadata, spec } = wanted as unknown as Partial<KubeNode>
  const version = metadata?.resourceVersion
  if (version !== undefined && version !== node.metadata.resourceVersion)
    throw conflict('nodes', node.metadata.name)
  if (metadata?.uid !== undefined && metadata.uid !== node.metadata.uid)
    throw uidMismatch('nodes', node.metadata.name, metadata.uid, node.metadata.uid)
  const { unschedulable, taints } = spec ?? {}
  const written: KubeNode = {
    ...node,
    metadata: {
      ...node.metadata,
      labels: metadata?.labels ?? {},
      annotations: metadata?.annotations ?? {},
    },
    spec: {
      ...(node.spec.podCIDR === undefined ? {} : { podCIDR: node.spec.podCIDR }),
      ...(node.spec.podCIDRs ? { podCIDRs: node.spec.podCIDRs } : {}),
      ...(unschedulable ? { unschedulable } : {}),
      ...(taints ? { taints } : {}),
    },
  }
  return how.isDryRun ? written : writer.nodes.write(written)
}

/**
 * DELETE of a pod or a budget.
 * @returns the object as it is now: a pod in its grace is still there
 */
export function remove(writer: Writer, target: Target, options: Body, grace: string | null): object {
  const { store, kubelets } = writer
  if (target.plural === 'pods') {
    const pod = existing(store, 'pods', target)
    checkUid(pod, options)
    return isDryRun(options) ? pod : kubelets.remove(pod, graceFor(pod, options, grace))
  }
  if (target.plural !== 'poddisruptionbudgets') throw methodNotAllowed()
  const budget = existing(store, 'poddisruptionbudgets', target)
  checkUid(budget, options)
  if (!isDryRun(options)) store.remove('poddisruptionbudgets', budget)
  const { name, uid } = budget.metadata
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, group: 'policy', kind: 'poddisruptionbudgets', uid },
  }
}

/**
 * The Eviction subresource: a deletion that budgets may forbid.
 * @throws ApiFailure 429 while one does
 */
export function evict(writer: Writer, target: Target, eviction: Body): object {
  const { store, kubelets } = writer
  const pod = existing(store, 'pods', target)
  const metadata = eviction['metadata'] as { readonly name?: string } | undefined
  if (metadata?.name !== undefined && metadata.name !== pod.metadata.name)
    throw badRequest(
      `name in URL does not match name in Eviction object: ${pod.metadata.name}, ${metadata.name}`,
    )
  const options = (eviction['deleteOptions'] ?? {}) as Body
  checkUid(pod, options)
  assertEvictable(store, pod)
  if (!isDryRun(options)) kubelets.remove(pod, graceFor(pod, options, null))
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}

function graceFor(pod: Pod, options: Body, query: string | null): number {
  const asked = options['gracePeriodSeconds'] ?? (query === null ? undefined : Number(query))
  if (asked === undefined) return pod.spec.terminationGracePeriodSeconds
  if (typeof asked !== 'number' || !Number.isInteger(asked))
    throw new ApiFailure(400, 'BadRequest', 'gracePeriodSeconds is a whole number')
  // A negative one counts as one second, as the API server has it.
  return asked < 0 ? 1 : asked
}

function isDryRun(options: Body): boolean {
  const { dryRun } = options
  return Array.isArray(dryRun) && dryRun.includes('All')
}

function checkUid({ metadata, kind }: KubeObject, options: Body): void {
  const preconditions = options['preconditions'] as { readonly uid?: string } | undefined
  const wanted = preconditions?.uid
  if (wanted !== undefined && wanted !== metadata.uid)
    throw uidMismatch(kind === 'Pod' ? 'pods' : 'poddisruptionbudgets', metadata.name, wanted, metadata.uid)
}
