import { PatchStrategy, type KubernetesObject } from '@kubernetes/client-node'
import type { ApiResource, KubeManifest } from '../domain/kubernetes/kubernetes-port.ts'
import { refusalOf, type KubernetesApis } from './client.ts'

/** Owner of what Talos renders; whoever applies it in its stead takes its name, so that fields have one owner. */
const FIELD_MANAGER = 'talos'

export async function countObjects(
  { custom }: KubernetesApis,
  { group, version, plural }: ApiResource,
): Promise<number | undefined> {
  try {
    const list = (await custom.listCustomObjectForAllNamespaces({ group, version, plural })) as {
      readonly items?: readonly unknown[]
    }
    return list.items?.length ?? 0
  } catch (error) {
    if (refusalOf(error)?.status === 404) return undefined
    throw error
  }
}

export async function readObject(
  { objects }: KubernetesApis,
  { apiVersion, kind, metadata: { name, namespace } }: KubeManifest,
): Promise<KubeManifest | undefined> {
  try {
    const metadata = namespace === undefined ? { name } : { name, namespace }
    return toManifest(await objects.read({ apiVersion, kind, metadata }))
  } catch (error) {
    if (refusalOf(error)?.status === 404) return undefined
    throw error
  }
}

/** Forced: what someone else set on a field that Talos renders goes back, as a sync by talosctl does it. */
export async function applyObject(
  { objects }: KubernetesApis,
  object: KubeManifest,
  dryRun: boolean,
): Promise<KubeManifest> {
  const applied = await objects.patch(
    object,
    undefined,
    dryRun ? 'All' : undefined,
    FIELD_MANAGER,
    true,
    PatchStrategy.ServerSideApply,
  )
  return toManifest(applied)
}

/** The library gives instances of its classes with dates inside; rules want what JSON would have. */
function toManifest(object: KubernetesObject): KubeManifest {
  return JSON.parse(JSON.stringify(object)) as KubeManifest
}
