import type { Resource } from '../../main/domain/nodes/talos-port.ts'
import { TalosFailure } from '../../main/domain/talos-failure.ts'
import type { FakeNode } from './fake-node.ts'

/** What a node in memory tells of itself, by full type. */
export function resourcesOf(node: FakeNode, all: readonly FakeNode[], type: string): readonly Resource[] {
  const { spec, running } = node
  const one = (id: string, value: unknown): Resource[] => [
    { namespace: 'any', type, id, version: '1', phase: 'running', labels: {}, annotations: {}, spec: value },
  ]
  switch (type) {
    case 'MachineStatuses.runtime.talos.dev':
      return one('machine', { stage: node.stage, status: { ready: node.ready, unmetConditions: node.unmet } })
    case 'MachineTypes.config.talos.dev':
      return one('machine-type', spec.role)
    case 'HostnameStatuses.net.talos.dev':
      return one('hostname', { hostname: spec.hostname })
    case 'ExtensionStatuses.runtime.talos.dev':
      return [
        ...running.extensions.flatMap((name, at) => one(`${at}`, { metadata: { name, version: 'v1' } })),
        ...(running.schematicId === undefined
          ? []
          : one('9', {
              metadata: { name: 'schematic', version: running.schematicId, extraInfo: spec.schematic ?? '' },
            })),
      ]
    case 'ImageFactorySchematics.runtime.talos.dev':
      return running.schematicId === undefined
        ? []
        : one('image-factory-schematic', {
            schematicId: running.schematicId,
            apiUrl: 'https://factory.talos.dev/',
          })
    case 'KernelCmdlines.runtime.talos.dev':
      return one('cmdline', { cmdline: running.cmdline })
    case 'SecurityStates.talos.dev':
      return one('securitystate', {
        secureBoot: spec.secureBoot ?? false,
        bootedWithUKI: spec.bootLoader !== 'grub',
      })
    case 'BootedEntries.talos.dev':
      return spec.bootLoader === 'grub' ? [] : one('bootedentry', { bootedEntry: running.entry })
    case 'KubeletSpecs.kubernetes.talos.dev':
      return one('kubelet', { image: `ghcr.io/siderolabs/kubelet:${spec.kubernetes ?? 'v1.36.3'}` })
    case 'Nodenames.kubernetes.talos.dev':
      return one('nodename', { nodename: spec.hostname })
    case 'NodeStatuses.kubernetes.talos.dev':
      return one(spec.hostname, { nodeReady: node.kubernetesReady, unschedulable: node.unschedulable })
    case 'TimeStatuses.v1alpha1.talos.dev':
      return one('node', { synced: node.timeSynced })
    case 'VolumeStatuses.block.talos.dev':
      return [
        ...one('META', { location: '/dev/sda2' }),
        ...one('STATE', { location: '/dev/sda3' }),
        ...one('EPHEMERAL', { location: '/dev/sda4' }),
        ...one('u-longhorn', { location: '/dev/sdb1' }),
        ...(node.hasEtcdVolume ? one('ETCD', { location: '/dev/sda5' }) : []),
      ]
    case 'SystemDisks.block.talos.dev':
      return one('system-disk', { diskID: 'sda', devPath: '/dev/sda' })
    case 'Disks.block.talos.dev':
      return [
        ...one('sda', { dev_path: '/dev/sda', pretty_size: '500 GB', model: 'T500', readonly: false }),
        ...one('sdb', { dev_path: '/dev/sdb', pretty_size: '1.0 TB', model: 'T1000', readonly: false }),
        ...one('loop0', { dev_path: '/dev/loop0', pretty_size: '73 MB', readonly: true }),
      ]
    case 'DiscoveredVolumes.block.talos.dev':
      return [
        ...['EFI', 'META', 'STATE', 'EPHEMERAL', ...(node.hasEtcdVolume ? ['ETCD'] : [])].flatMap(
          (label, at) =>
            one(`sda${at + 1}`, {
              type: 'partition',
              dev_path: `/dev/sda${at + 1}`,
              parent: 'sda',
              parent_dev_path: '/dev/sda',
              partition_label: label,
              partition_index: at + 1,
              pretty_size: '1 GB',
              size: label === 'EFI' ? node.efiBytes : 1024 ** 3,
            }),
        ),
        ...one('sdb1', {
          type: 'partition',
          dev_path: '/dev/sdb1',
          parent: 'sdb',
          parent_dev_path: '/dev/sdb',
          partition_label: 'u-longhorn',
          partition_index: 1,
        }),
      ]
    case 'MetaKeys.runtime.talos.dev':
      return node.fallback === undefined ? [] : one('0x06', { value: node.fallback })
    case 'Diagnostics.runtime.talos.dev':
      return node.diagnostics.flatMap(({ id, message }) => one(id, { message }))
    case 'Identities.cluster.talos.dev':
      return one('local', { nodeId: `id-of-${spec.hostname}` })
    case 'Members.cluster.talos.dev':
      return all.flatMap(({ spec: member }) =>
        one(member.hostname, {
          nodeId: `id-of-${member.hostname}`,
          hostname: member.hostname,
          machineType: member.role,
          addresses: [member.address],
        }),
      )
    default:
      throw new TalosFailure('unsupported-by-version', `no ${type}`)
  }
}
