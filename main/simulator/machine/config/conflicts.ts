import { atLeast } from '../versions.ts'
import type { ConfigFile } from './config-file.ts'

/** 1.14: a legacy field and the document that took its place may not stand together (behaviour.md §4.1). */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  KubeletConfig: ['machine.kubelet'],
  KubeAPIServerConfig: ['cluster.apiServer'],
  KubeControllerManagerConfig: ['cluster.controllerManager'],
  KubeSchedulerConfig: ['cluster.scheduler'],
  KubeProxyConfig: ['cluster.proxy'],
  KubeCoreDNSConfig: ['cluster.coreDNS'],
  KubeAggregatorCAConfig: ['cluster.aggregatorCA'],
  KubeServiceAccountConfig: ['cluster.serviceAccount'],
  KubeNetworkConfig: ['cluster.network'],
  KubePrismConfig: ['machine.features.kubePrism'],
  DiscoveryServiceConfig: ['cluster.discovery'],
  UnattendedInstallConfig: ['machine.install'],
  ImageCacheConfig: ['machine.features.imageCache'],
}

export function legacyConflicts(file: ConfigFile, talos: string): readonly string[] {
  if (!atLeast(talos, '1.14')) return []
  const legacy = file.documents.find(({ kind }) => kind === '')?.value
  if (!legacy) return []
  return file.documents.flatMap(({ kind, name }) =>
    (REPLACED[kind] ?? [])
      .filter((path) => has(legacy, path))
      .map((path) => `${kind}/${name}: .${path} in v1alpha1 config conflicts with ${kind}`),
  )
}

function has(tree: unknown, path: string): boolean {
  let here = tree
  for (const key of path.split('.')) {
    if (typeof here !== 'object' || here === null) return false
    here = (here as Readonly<Record<string, unknown>>)[key]
  }
  return here !== undefined && here !== null
}
