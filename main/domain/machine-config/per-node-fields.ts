import type { ChangeGroup } from '#contract/machine-configs.ts'
import type { FoldedWhy } from '#contract/config-sides.ts'
import { LEGACY } from './parse-config.ts'

/** Fields in which two nodes of one role are meant to differ; paths as the change table writes them. */
const FIELDS: readonly { readonly kind: string; readonly path: RegExp; readonly why: FoldedWhy }[] = [
  { kind: LEGACY, path: /^machine\.network\.hostname$/, why: 'hostname' },
  { kind: 'HostnameConfig', path: /^hostname$/, why: 'hostname' },
  {
    kind: LEGACY,
    path: /^machine\.network\.interfaces\[[^\]]*\](?:\.vlans\[[^\]]*\])?\.addresses\b/,
    why: 'address',
  },
  { kind: LEGACY, path: /^machine\.network\.interfaces\[[^\]]*\]\.deviceSelector\b/, why: 'address' },
  { kind: LEGACY, path: /^machine\.certSANs\b/, why: 'address' },
  { kind: LEGACY, path: /^machine\.kubelet\.extraArgs(?:\.node-ip|\["node-ip"\])/, why: 'address' },
  { kind: 'LinkConfig', path: /^addresses\b/, why: 'address' },
  { kind: 'VLANConfig', path: /^addresses\b/, why: 'address' },
  { kind: 'BondConfig', path: /^addresses\b/, why: 'address' },
  { kind: 'BridgeConfig', path: /^addresses\b/, why: 'address' },
  { kind: 'DummyLinkConfig', path: /^addresses\b/, why: 'address' },
  { kind: 'WireguardConfig', path: /^(?:addresses|privateKey)\b/, why: 'address' },
  { kind: LEGACY, path: /^machine\.install\.(?:disk|diskSelector)\b/, why: 'disk' },
  { kind: 'UnattendedInstallConfig', path: /^(?:disk|diskSelector)\b/, why: 'disk' },
  { kind: 'VolumeConfig', path: /^provisioning\.diskSelector\b/, why: 'disk' },
  { kind: 'UserVolumeConfig', path: /^provisioning\.diskSelector\b/, why: 'disk' },
  { kind: 'RawVolumeConfig', path: /^provisioning\.diskSelector\b/, why: 'disk' },
]

/**
 * Which rows between two nodes say no more than that they are two nodes: host name, addresses, disks. A document that
 * only one of them has is never among them.
 */
export function perNodeRows(
  groups: readonly ChangeGroup[],
): readonly { readonly id: string; readonly why: FoldedWhy }[] {
  return groups.flatMap(({ kind, section, change, rows }) =>
    change === 'changed'
      ? rows.flatMap(({ id, path }) => {
          const whole = [section, path].filter((part) => part !== '').join('.')
          const field = FIELDS.find((one) => one.kind === kind && one.path.test(whole))
          return field === undefined ? [] : [{ id, why: field.why }]
        })
      : [],
  )
}
