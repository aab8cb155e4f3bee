import type { ExtensionChange, OfferedExtension } from '#contract/images.ts'
import type { Known } from '../upgrades/known.ts'

/**
 * Names that the factory understands although they are no longer on its list. Source: the Image Factory's own list of
 * renamed extensions.
 */
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  'siderolabs/v4l-uvc': ['siderolabs/v4l-uvc-drivers'],
  'siderolabs/usb-modem': ['siderolabs/usb-modem-drivers'],
  'siderolabs/gasket': ['siderolabs/gasket-driver'],
  'siderolabs/talos-vmtoolsd': ['siderolabs/vmtoolsd-guest-agent'],
  'siderolabs/xe-guest-utilities': ['siderolabs/xen-guest-agent'],
  'siderolabs/nvidia-container-toolkit': ['siderolabs/nvidia-container-toolkit-lts'],
  'siderolabs/nvidia-open-gpu-kernel-modules': ['siderolabs/nvidia-open-gpu-kernel-modules-lts'],
  'siderolabs/nonfree-kmod-nvidia': ['siderolabs/nonfree-kmod-nvidia-lts'],
  'siderolabs/nvidia-fabricmanager': [
    'siderolabs/nvidia-fabric-manager-lts',
    'siderolabs/nvidia-fabricmanager-lts',
  ],
  'siderolabs/i915-ucode': ['siderolabs/i915'],
  'siderolabs/amdgpu-firmware': ['siderolabs/amdgpu'],
}

export interface ExtensionsInput {
  /** As the node tells them: `iscsi-tools` and its version. */
  readonly installed: readonly { readonly name: string; readonly version: string }[]
  /** As its schematic names them; `undefined` where its content is not known. */
  readonly before: readonly string[] | undefined
  /** As the next schematic names them; `undefined` where the same schematic stays and its content is not known. */
  readonly after: readonly string[] | undefined
  /** The next image is known to have none of them. */
  readonly lost: boolean
  /** What is published for the target. */
  readonly offered: Known<readonly OfferedExtension[]>
}

/** Every extension that is or will be there, by name. */
export function extensionChanges(input: ExtensionsInput): readonly ExtensionChange[] {
  const { installed, before, after, lost } = input
  const was = before ?? installed.map(({ name }) => name)
  const will = lost ? [] : (after ?? was)
  const names = [...new Set([...was, ...will])].sort((a, b) => shortName(a).localeCompare(shortName(b)))
  return names.map((name) => {
    const version = installed.find((one) => one.name === name || one.name === shortName(name))?.version
    const old = was.includes(name) ? { before: version ?? '' } : {}
    if (lost) return { name, ...old, state: 'lost' }
    if (!will.includes(name)) return { name, ...old, state: 'removed' }
    return { name, ...old, ...next(name, version, was.includes(name), input) }
  })
}

function next(
  name: string,
  version: string | undefined,
  present: boolean,
  { offered, before, after }: ExtensionsInput,
): Pick<ExtensionChange, 'state' | 'after' | 'description'> {
  if (!offered.known) return { state: present ? 'unknown' : 'added' }
  const exact = offered.value.find((one) => one.name === name || shortName(one.name) === name)
  const renamed = (RENAMED[name] ?? []).flatMap(
    (now) => offered.value.find((one) => one.name === now) ?? [],
  )[0]
  const found = exact ?? renamed
  if (found === undefined) {
    // A node tells names that need not be those of its schematic.
    return { state: before === undefined && after === undefined ? 'unknown' : 'missing' }
  }
  const told = { after: found.version, description: found.description }
  if (exact === undefined) return { ...told, after: `${found.name} ${found.version}`, state: 'renamed' }
  if (!present) return { ...told, state: 'added' }
  return { ...told, state: version === undefined || sameVersion(version, found.version) ? 'kept' : 'updated' }
}

/** `iscsi-tools` of `siderolabs/iscsi-tools`. */
export function shortName(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}

function sameVersion(a: string, b: string): boolean {
  return a.replace(/^v/, '') === b.replace(/^v/, '')
}
