import {
  asList,
  asMap,
  compact,
  has,
  isMap,
  typed,
  textOf,
  type BlockDefinition,
  type FoundBlock,
  type PatchDocument,
} from './block.ts'

/** A map of the legacy document that becomes one field of one document. */
function mapBlock(
  id: BlockDefinition['id'],
  since: number,
  path: string,
  kind: string,
  key: string,
): BlockDefinition {
  return {
    id,
    since,
    find(legacy) {
      const values = legacy.map(path)
      if (Object.keys(values).length === 0) return undefined
      const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]))
      return { from: [path], documents: [typed(kind, { [key]: texts })] }
    },
  }
}

const kernelModules: BlockDefinition = {
  id: 'kernel-modules',
  since: 14,
  find(legacy) {
    const modules = legacy.list('machine.kernel.modules')
    if (modules.length === 0) return undefined
    return {
      from: ['machine.kernel.modules'],
      documents: modules.map((module) => {
        const { name, parameters } = asMap(module)
        return typed('KernelModuleConfig', { name, parameters })
      }),
    }
  },
}

const udev: BlockDefinition = {
  id: 'udev',
  since: 14,
  find(legacy) {
    const rules = legacy.list('machine.udev.rules')
    return rules.length === 0
      ? undefined
      : { from: ['machine.udev'], documents: [typed('UdevRulesConfig', { rules })] }
  },
}

const imageCache: BlockDefinition = {
  id: 'image-cache',
  since: 14,
  find(legacy) {
    const settings = legacy.at('machine.features.imageCache')
    if (!isMap(settings)) return undefined
    const enabled = settings['localEnabled']
    return {
      from: ['machine.features.imageCache'],
      documents: enabled === undefined ? [] : [typed('ImageCacheConfig', { local: { enabled } })],
    }
  },
}

const runtimeSpec: BlockDefinition = {
  id: 'runtime-spec',
  since: 14,
  find(legacy) {
    const overrides = legacy.map('machine.baseRuntimeSpecOverrides')
    if (Object.keys(overrides).length === 0) return undefined
    return {
      from: ['machine.baseRuntimeSpecOverrides'],
      documents: [typed('CRIBaseRuntimeSpecConfig', { overrides })],
    }
  },
}

const diskEncryption: BlockDefinition = {
  id: 'disk-encryption',
  since: 11,
  risk: 'storage',
  find(legacy) {
    const old = legacy.map('machine.systemDiskEncryption')
    const volumes = ['state', 'ephemeral'].filter((volume) => isMap(old[volume]))
    if (volumes.length === 0) return undefined
    return {
      from: ['machine.systemDiskEncryption'],
      documents: volumes.map((volume) =>
        typed('VolumeConfig', { name: volume.toUpperCase(), encryption: old[volume] }),
      ),
    }
  },
}

const install: BlockDefinition = {
  id: 'install',
  since: 14,
  risk: 'install',
  find(legacy): FoundBlock | undefined {
    const old = legacy.at('machine.install')
    if (!isMap(old)) return undefined
    const from = ['machine.install']
    const blocked = (code: 'disk-selector' | 'kernel-arguments', key: string): FoundBlock => ({
      from,
      documents: [],
      obstacle: { code, at: `machine.install.${key}` },
    })
    const disk = textOf(old['disk'])
    if (old['diskSelector'] !== undefined || disk === '') return blocked('disk-selector', 'diskSelector')
    if (asList(old['extraKernelArgs']).length > 0) return blocked('kernel-arguments', 'extraKernelArgs')
    return {
      from,
      documents: [
        typed('UnattendedInstallConfig', {
          ...(textOf(old['image']) === '' ? {} : { installer: { image: old['image'] } }),
          provisioning: compact({ diskSelector: { match: `disk.dev_path == "${disk}"` }, wipe: old['wipe'] }),
        }),
      ],
    }
  },
}

const talosApiAccess: BlockDefinition = {
  id: 'talos-api-access',
  since: 14,
  find(legacy) {
    const old = legacy.at('machine.features.kubernetesTalosAPIAccess')
    if (!isMap(old)) return undefined
    const { enabled, allowedRoles, allowedKubernetesNamespaces } = old
    return {
      from: ['machine.features.kubernetesTalosAPIAccess'],
      documents:
        enabled === true
          ? [typed('KubeTalosAPIAccessConfig', { allowedRoles, allowedKubernetesNamespaces })]
          : [],
    }
  },
}

const staticPods: BlockDefinition = {
  id: 'static-pods',
  since: 14,
  find(legacy): FoundBlock | undefined {
    const pods = legacy.list('machine.pods')
    if (pods.length === 0) return undefined
    const from = ['machine.pods']
    const documents: PatchDocument[] = []
    for (const [index, pod] of pods.entries()) {
      const name = asMap(asMap(pod)['metadata'])['name']
      if (textOf(name) === '')
        return { from, documents: [], obstacle: { code: 'unreadable', at: `machine.pods[${index}]` } }
      documents.push(typed('KubeStaticPodConfig', { name, pod }))
    }
    return { from, documents }
  },
}

const inlineManifests: BlockDefinition = {
  id: 'inline-manifests',
  since: 14,
  find(legacy) {
    const manifests = legacy.list('cluster.inlineManifests')
    if (manifests.length === 0) return undefined
    return {
      from: ['cluster.inlineManifests'],
      documents: manifests.map((manifest) => {
        const { name, contents } = asMap(manifest)
        return typed('KubeInlineManifestConfig', { name, manifest: contents })
      }),
    }
  },
}

const externalManifests: BlockDefinition = {
  id: 'external-manifests',
  since: 14,
  find(legacy) {
    const urls = legacy.list('cluster.extraManifests')
    if (urls.length === 0) return undefined
    const headers = legacy.at('cluster.extraManifestHeaders')
    return {
      from: has(legacy, 'cluster.extraManifests', 'cluster.extraManifestHeaders'),
      documents: urls.map((url, index) =>
        typed('KubeExternalManifestConfig', { name: manifestName(textOf(url), index), url, headers }),
      ),
    }
  },
}

/** A name from the last part of the URL; the number keeps two of the same apart. */
export function manifestName(url: string, index: number): string {
  const last =
    url
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? ''
  const name = last
    .replace(/\.ya?ml$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return `${name === '' ? 'manifest' : name}-${index + 1}`
}

export const SYSTEM_BLOCKS: readonly BlockDefinition[] = [
  mapBlock('environment', 13, 'machine.env', 'EnvironmentConfig', 'variables'),
  mapBlock('sysctls', 14, 'machine.sysctls', 'SysctlConfig', 'params'),
  mapBlock('sysfs', 14, 'machine.sysfs', 'SysfsConfig', 'params'),
  kernelModules,
  udev,
  imageCache,
  runtimeSpec,
  diskEncryption,
  install,
  talosApiAccess,
  staticPods,
  inlineManifests,
  externalManifests,
]
