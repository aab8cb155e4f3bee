import { createHash } from 'node:crypto'
import { extensionAuthor } from '../data/factory-catalogue.ts'
import { goYaml } from './go-yaml.ts'

export interface SchematicRequest {
  readonly overlay?: {
    readonly image: string
    readonly name: string
    readonly options?: Readonly<Record<string, unknown>>
  }
  readonly embeddedMachineConfiguration?: string
  readonly kernelArguments?: readonly string[]
  readonly meta?: readonly { readonly key: number; readonly value: string }[]
  /** `siderolabs/iscsi-tools`, in the order given: another order is another id. */
  readonly extensions?: readonly string[]
  readonly bootloader?: string
  readonly secureboot?: { readonly enrollKeys?: string; readonly includeWellKnownCertificates?: boolean }
  readonly diskImage?: { readonly sectorSize?: number }
}

/** The canonical YAML of a schematic as the Image Factory writes it (behaviour.md §5.10). */
export function schematicYaml(request: SchematicRequest): string {
  const { overlay, extensions, secureboot, diskImage } = request
  const customization = filled({
    embeddedMachineConfiguration: request.embeddedMachineConfiguration,
    extraKernelArgs: request.kernelArguments,
    meta: request.meta?.map(({ key, value }) => ({ key, value })),
    systemExtensions: filled({ officialExtensions: extensions }),
    bootloader: request.bootloader,
    secureboot: filled({
      enrollKeys: secureboot?.enrollKeys,
      includeWellKnownCertificates: secureboot?.includeWellKnownCertificates,
    }),
    diskImage: filled({ sectorSize: diskImage?.sectorSize }),
  })
  return goYaml({
    ...(overlay
      ? {
          overlay: {
            image: overlay.image,
            name: overlay.name,
            ...filled({ options: overlay.options && sortedByKey(overlay.options) }),
          },
        }
      : {}),
    customization: customization ?? {},
  })
}

/** Without what Go's `omitempty` leaves out; `undefined` when nothing is left. */
function filled(fields: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const kept = Object.entries(fields).filter(
    ([, value]) =>
      value !== undefined &&
      value !== '' &&
      value !== false &&
      value !== 0 &&
      (typeof value !== 'object' || value === null || Object.keys(value).length > 0),
  )
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function sortedByKey(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Ids by what they were asked for: the machines of a cluster are of a few kinds. */
const ids = new Map<string, string>()
const MOST_IDS = 500

/** Lower-case hex SHA-256 of the canonical YAML. */
export function schematicId(request: SchematicRequest): string {
  const key = JSON.stringify(request)
  const known = ids.get(key)
  if (known !== undefined) return known
  const id = createHash('sha256').update(schematicYaml(request)).digest('hex')
  if (ids.size >= MOST_IDS) ids.clear()
  ids.set(key, id)
  return id
}

/** What official extensions carry in their manifest. Versions are those of the 1.13 line. */
const EXTENSIONS: Readonly<Record<string, readonly [version: string, author: string, description: string]>> =
  {
    'siderolabs/iscsi-tools': [
      'v0.2.0',
      'Sidero Labs',
      'This system extension provides iscsi-tools for iSCSI storage.',
    ],
    'siderolabs/util-linux-tools': [
      '2.41.2',
      'Sidero Labs',
      'This system extension provides linux util tools such as fstrim.',
    ],
    'siderolabs/qemu-guest-agent': [
      '10.2.0',
      'Markus Reiter',
      'This system extension provides the QEMU Guest Agent service.',
    ],
    'siderolabs/intel-ucode': ['20260210', 'Sidero Labs', 'This system extension provides Intel microcode.'],
    'siderolabs/amd-ucode': ['20260221', 'Sidero Labs', 'This system extension provides AMD microcode.'],
    'siderolabs/i915': [
      '20260221',
      'Sidero Labs',
      'This system extension provides Intel i915 drivers and firmware.',
    ],
    'siderolabs/tailscale': ['1.94.2', 'Sidero Labs', 'This system extension provides Tailscale.'],
    'siderolabs/nut-client': ['2.8.4', 'Sidero Labs', 'This system extension provides the NUT client.'],
    'siderolabs/zfs': ['2.4.1', 'Sidero Labs', 'This system extension provides the ZFS kernel module.'],
  }

export interface ExtensionFacts {
  readonly name: string
  readonly version: string
  readonly author: string
  readonly description: string
}

export function extensionFacts(extension: string): ExtensionFacts {
  const name = extension.slice(extension.indexOf('/') + 1)
  const [version, author, description] = EXTENSIONS[extension] ?? ['v1.0.0', extensionAuthor(name), name]
  return { name, version, author, description }
}

/** Extensions that bring a service `ext-…` with them. */
const EXTENSION_SERVICES: Readonly<Record<string, string>> = {
  'siderolabs/iscsi-tools': 'ext-iscsid',
  'siderolabs/qemu-guest-agent': 'ext-qemu-guest-agent',
  'siderolabs/tailscale': 'ext-tailscale',
  'siderolabs/nut-client': 'ext-nut-client',
}

export function extensionService(extension: string): string | undefined {
  return EXTENSION_SERVICES[extension]
}
