import { type BootImage, installEntry, isInstalled } from './boot-disk.ts'
import type { UnattendedFacts } from './config/config-file.ts'
import { selectDisks } from './config/disk-selector.ts'
import { type InstallPhase, isAuthorityOurs, powerOf, talosOf, type MachineCore } from './core.ts'
import { fetchLayers } from './images.ts'
import { installerLines } from './installer-lines.ts'
import { publishVolumes } from './resources/block.ts'
import { selectableDisks } from './resources/hardware.ts'
import { put, remove, withoutEmpty } from './resources/keys.ts'
import { publishMeta } from './resources/runtime.ts'
import { atLeast } from './versions.ts'

const CONTROLLER = 'runtime.UnattendedInstallController'
/** Controllers are started again after a failure, ever later. */
const FIRST_PAUSE = 2000
const LONGEST_PAUSE = 60_000

/** The document that installs the machine while it boots; from 1.14 on. */
export function unattendedOf(core: Pick<MachineCore, 'life'>): UnattendedFacts | undefined {
  return atLeast(talosOf(core), '1.14') ? core.life.active?.facts.unattended : undefined
}

/** What a node tells that has Talos on its disk already, and removes when the document is gone. */
export function publishUnattendedInstall(core: MachineCore): void {
  const wanted = unattendedOf(core)
  if (!wanted) {
    core.life.installPhase = undefined
    remove(core, 'runtime', 'UnattendedInstallStatuses.runtime', 'unattended-install')
    return
  }
  const { installPhase } = core.life
  const isDone = installPhase === 'installed' || installPhase === 'waiting-for-reboot'
  if (isDone || isInstalled(core.disk)) tell(core, isDone ? installPhase : 'installed')
}

/**
 * Installs a blank machine on the first disk that the selector matches, and asks for a reboot. Without a disk it waits
 * for another config; a failure is told and tried again (1.14, facts of its UnattendedInstallController).
 */
export async function installUnattended(core: MachineCore): Promise<void> {
  const power = powerOf(core)
  let pause = FIRST_PAUSE
  try {
    while (!isInstalled(core.disk)) {
      const wanted = unattendedOf(core)
      if (!wanted) return
      try {
        if (await tryInstall(core, wanted)) return
      } catch (error) {
        power.throwIfAborted()
        const text = error instanceof Error ? error.message : String(error)
        tell(core, 'failed', text)
        core.kernel.controller(CONTROLLER, 'controller failed', {
          error: `failed to run installer: ${text}`,
        })
        await core.clock.sleep(pause, power)
        pause = Math.min(LONGEST_PAUSE, pause * 2)
      }
    }
  } catch (error) {
    if (!power.aborted) throw error
  }
}

/** Resolves when nothing keeps the boot from going on: no document, or installed and not about to reboot. */
export async function untilInstalled(core: MachineCore, signal: AbortSignal): Promise<void> {
  while (unattendedOf(core) && core.life.installPhase !== 'installed') await core.clock.sleep(250, signal)
}

async function tryInstall(core: MachineCore, wanted: UnattendedFacts): Promise<boolean> {
  const matched = selectDisks(wanted.selector, selectableDisks(core))
  const [first] = matched
  if (!first) {
    tell(core, 'pending', 'no disk matched the selector')
    await core.clock.sleep(1000, powerOf(core))
    return false
  }
  const disk = `/dev/${first.id}`
  if (matched.length > 1)
    core.kernel.controller(CONTROLLER, 'multiple disks matched the install selector, using the first one', {
      matched: matched.length,
      disk,
    })
  const image = wanted.image === '' ? imageOfEntry(core) : wanted.image
  if (wanted.image === '')
    core.kernel.controller(
      CONTROLLER,
      'installer image not specified in config, using image from boot entry',
      {
        image,
      },
    )
  tell(core, 'installing')
  core.kernel.controller(CONTROLLER, 'installing Talos', { disk, image })
  if (!chooseDisk(core, first.id)) throw new Error(`${disk} cannot be installed to`)
  await install(core, await pulled(core, image))
  core.kernel.controller(CONTROLLER, 'install successful')
  if (wanted.reboots) {
    core.kernel.controller(CONTROLLER, 'requesting reboot after successful install')
    tell(core, 'waiting-for-reboot')
    core.kernel.controller('runtime.RebootController', 'reboot requested via RebootRequest resource')
    void core.sequences.run('reboot', { talos: talosOf(core) })
    return true
  }
  core.kernel.controller(CONTROLLER, 'not rebooting after successful install (reboot disabled)')
  tell(core, 'installed')
  publishVolumes(core)
  // It goes on from its stick, a member from now on.
  if (isAuthorityOurs(core)) core.hooks.joinCluster()
  return true
}

async function pulled(core: MachineCore, reference: string): Promise<BootImage> {
  core.kernel.talos(`pulling image ${reference}`)
  const layers = fetchLayers(core, reference, powerOf(core))
  while (!(await layers.next()).done);
  return core.cluster.registry.installer(reference)
}

async function install(core: MachineCore, image: BootImage): Promise<void> {
  for (const [text, milliseconds] of installerLines(core, image)) {
    await core.clock.sleep(milliseconds, powerOf(core))
    core.kernel.talos(text)
  }
  installEntry(core.disk, core.life.entry.label, image)
  core.disk.config = core.life.active?.text ?? ''
  publishMeta(core)
}

function imageOfEntry({ life }: MachineCore): string {
  return `factory.talos.dev/metal-installer/${life.entry.schematic}:${life.entry.talos}`
}

/** False for a device that is no drive. */
function chooseDisk({ hardware }: MachineCore, id: string): boolean {
  const { systemDisk, dataDisk } = hardware
  if (id === dataDisk.name) {
    hardware.systemDisk = dataDisk
    hardware.dataDisk = systemDisk
    return true
  }
  return id === systemDisk.name
}

function tell(core: MachineCore, phase: InstallPhase, error = ''): void {
  core.life.installPhase = phase
  put(
    core,
    'runtime',
    'UnattendedInstallStatuses.runtime',
    'unattended-install',
    withoutEmpty({ image: unattendedOf(core)?.image, phase, error }),
    { owner: CONTROLLER },
  )
}
