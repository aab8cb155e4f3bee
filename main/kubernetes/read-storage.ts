import type { StorageItem } from '../domain/kubernetes/kubernetes-port.ts'
import { refusalOf, type KubernetesApis } from './client.ts'

interface StorageKind {
  readonly system: StorageItem['system']
  /** Name of the CRD that tells the system is there. */
  readonly crd: string
  readonly group: string
  readonly plural: string
  read(object: CustomObject): Pick<StorageItem, 'settled' | 'detail'> | undefined
}

interface CustomObject {
  readonly metadata?: { readonly namespace?: string; readonly name?: string }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

const KINDS: readonly StorageKind[] = [
  {
    system: 'Longhorn',
    crd: 'volumes.longhorn.io',
    group: 'longhorn.io',
    plural: 'volumes',
    read({ status }) {
      const [state, robustness] = [textOf(status?.['state']), textOf(status?.['robustness'])]
      // A volume that no pod uses has no engine to tell how its copies are.
      if (state === 'detached') return { settled: true, detail: state }
      return { settled: robustness === 'healthy', detail: robustness || state || 'unknown' }
    },
  },
  {
    system: 'Rook-Ceph',
    crd: 'cephclusters.ceph.rook.io',
    group: 'ceph.rook.io',
    plural: 'cephclusters',
    read({ status }) {
      const ceph = status?.['ceph'] as Readonly<Record<string, unknown>> | undefined
      const health = textOf(ceph?.['health'])
      return { settled: health === 'HEALTH_OK', detail: health || 'unknown' }
    },
  },
  {
    system: 'CloudNativePG',
    crd: 'clusters.postgresql.cnpg.io',
    group: 'postgresql.cnpg.io',
    plural: 'clusters',
    read({ spec, status }) {
      const [wanted, ready] = [Number(spec?.['instances'] ?? 0), Number(status?.['readyInstances'] ?? 0)]
      return { settled: ready >= wanted, detail: `${String(ready)}/${String(wanted)} ready` }
    },
  },
]

/** Storage systems are known by their CRDs; each tells of its volumes or clusters itself. */
export async function readStorage({ extensions, custom }: KubernetesApis): Promise<readonly StorageItem[]> {
  const found = await Promise.all(
    KINDS.map(async (kind): Promise<readonly StorageItem[]> => {
      const version = await storedVersion(extensions, kind.crd)
      if (version === undefined) return []
      const { group, plural } = kind
      const list = (await custom.listCustomObjectForAllNamespaces({
        group,
        version,
        plural,
      })) as { readonly items?: readonly CustomObject[] }
      return (list.items ?? []).flatMap((object) => {
        const told = kind.read(object)
        if (told === undefined) return []
        const name = [object.metadata?.namespace, object.metadata?.name].filter(Boolean).join('/')
        return [{ system: kind.system, name, ...told }]
      })
    }),
  )
  return found.flat()
}

/** The CRD's version to ask for; `undefined` where there is no such CRD. */
async function storedVersion(
  extensions: KubernetesApis['extensions'],
  name: string,
): Promise<string | undefined> {
  try {
    const { spec } = await extensions.readCustomResourceDefinition({ name })
    return (spec.versions.find(({ storage }) => storage) ?? spec.versions[0])?.name
  } catch (error) {
    if (refusalOf(error)?.status === 404) return undefined
    throw error
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
