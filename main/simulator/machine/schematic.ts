import { createHash } from 'node:crypto'

export interface SchematicRequest {
  /** `siderolabs/iscsi-tools`, in the order given: another order is another id. */
  readonly extensions?: readonly string[]
  readonly kernelArguments?: readonly string[]
}

/** The canonical YAML of a schematic as the Image Factory writes it (behaviour.md §5.10). */
export function schematicYaml({ extensions = [], kernelArguments = [] }: SchematicRequest): string {
  const lines: string[] = []
  if (kernelArguments.length > 0) {
    lines.push('    extraKernelArgs:', ...kernelArguments.map((argument) => `        - ${argument}`))
  }
  if (extensions.length > 0) {
    lines.push('    systemExtensions:', '        officialExtensions:')
    lines.push(...extensions.map((extension) => `            - ${extension}`))
  }
  return lines.length === 0 ? 'customization: {}\n' : `customization:\n${lines.join('\n')}\n`
}

/** Lower-case hex SHA-256 of the canonical YAML. */
export function schematicId(request: SchematicRequest): string {
  return createHash('sha256').update(schematicYaml(request)).digest('hex')
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
  const [version, author, description] = EXTENSIONS[extension] ?? ['v1.0.0', 'Sidero Labs', name]
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
