import type { BootDisk } from './boot-disk.ts'
import { generateConfig } from './config/generate.ts'
import type { MachineCore } from './core.ts'
import { mainLink } from './resources/network.ts'
import { schematicId } from './schematic.ts'
import { lineOf, newestOf } from './versions.ts'

type Installed = Pick<BootDisk, 'entries' | 'defaultLabel' | 'fallbackLabel' | 'config'>

const before = new WeakMap<MachineCore, Installed>()

/** Makes the machine one of the Talos line before its own, the line after it for the oldest, and restarts it. */
export function moveToOtherLine(core: MachineCore): void {
  const { disk, spec } = core
  const minor = Number(lineOf(spec.talos).split('.')[1])
  const talos = newestOf(`1.${minor > 9 ? minor - 1 : minor + 1}`)
  before.set(core, {
    entries: disk.entries,
    defaultLabel: disk.defaultLabel,
    fallbackLabel: disk.fallbackLabel,
    config: disk.config,
  })
  const label = disk.loader === 'grub' ? 'A' : `Talos-${talos}.efi`
  const { extensions, kernelArguments } = spec
  const image = {
    talos,
    extensions,
    kernelArguments,
    schematic: schematicId({ extensions, kernelArguments }),
  }
  Object.assign<BootDisk, Installed>(disk, {
    entries: [{ label, ...image }],
    defaultLabel: label,
    fallbackLabel: undefined,
    config: generateConfig({
      spec: { ...spec, talos },
      clusterName: core.cluster.name,
      endpoint: core.cluster.endpoint,
      secrets: core.secrets,
      link: mainLink(core).name,
    }),
  })
  if (core.life.power) core.hooks.restart('kexec')
}

/** What was on its disk is there again. */
export function moveBack(core: MachineCore): void {
  const installed = before.get(core)
  if (!installed) return
  before.delete(core)
  Object.assign(core.disk, installed)
  if (core.life.power) core.hooks.restart('kexec')
}
