import { hostnameOf, isAuthorityOurs, talosOf, type MachineCore } from './core.ts'
import { isInstalled } from './boot-disk.ts'
import type { ConfigFile } from './config/config-file.ts'
import { parseConfig } from './config/parse.ts'
import { put } from './resources/keys.ts'
import { reconcile } from './reconcile.ts'
import { atLeast } from './versions.ts'

/**
 * Reads STATE. Without a config, or with one that this version cannot decode, the machine waits in maintenance for
 * another one (behaviour.md §5.9, §9.2).
 */
export async function loadConfig(core: MachineCore, signal: AbortSignal): Promise<void> {
  await core.clock.sleep(180, signal)
  const found = readState(core)
  const active = found ?? (await maintain(core, signal))
  core.life.active = active
  core.hooks.findHome()
  core.disk.role = active.facts.machineType === 'controlplane' ? 'controlplane' : 'worker'
  core.kernel.controller('config.AcquireController', 'machine config loaded successfully', {
    sources: [found ? 'state' : 'maintenance'],
  })
  if (isInstalled(core.disk)) {
    core.disk.config = active.text
    if (isAuthorityOurs(core)) core.hooks.joinCluster()
  }
  reconcile(core, undefined)
}

function readState(core: MachineCore): ConfigFile | undefined {
  if (core.disk.config === '' || !isInstalled(core.disk)) return undefined
  try {
    return parseConfig(core.disk.config, { talos: talosOf(core), schemaDir: core.schemaDir })
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    core.kernel.controller('config.AcquireController', 'config loading failed', { error: text })
    core.events.publish('ConfigLoadErrorEvent', { error: text })
    return undefined
  }
}

/** Serves the maintenance API until it is given a config; rejects when the power goes or a reboot takes over. */
async function maintain(core: MachineCore, signal: AbortSignal): Promise<ConfigFile> {
  const { kernel, life, events } = core
  events.publish('TaskEvent', { task: 'runningMaintenance', action: 'START' })
  kernel.controller('config.AcquireController', 'entering maintenance service')
  put(core, 'config', 'MachineTypes.config', 'machine-type', 'unknown', { rawYaml: 'unknown\n' })
  core.hooks.review()
  try {
    const config = await accepted(core, signal)
    kernel.controller('config.AcquireController', 'leaving maintenance service')
    events.publish('TaskEvent', { task: 'runningMaintenance', action: 'STOP' })
    return config
  } finally {
    life.maintenance = undefined
  }
}

async function accepted(core: MachineCore, signal: AbortSignal): Promise<ConfigFile> {
  const config = await new Promise<ConfigFile>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    core.life.maintenance = {
      certificateIssued: (fingerprint) => tellHow(core, fingerprint),
      accept: resolve,
    }
    core.hooks.reach()
  })
  // Long enough for the reply to leave; then the API closes, or goes on with the certificates of the config.
  await core.clock.wait(300, signal)
  core.life.maintenance = undefined
  core.life.active = config
  core.hooks.findHome()
  if (atLeast(talosOf(core), '1.13')) core.hooks.reconnect()
  else core.hooks.reach()
  return config
}

/** What stands on the console of a machine that waits. */
function tellHow(core: MachineCore, fingerprint: string): void {
  const { kernel, spec } = core
  kernel.controller('config.AcquireController', 'server certificate issued', { fingerprint })
  kernel.talos('this machine is reachable at:')
  kernel.talos(`\t${spec.address}`)
  kernel.talos(`upload configuration using talosctl for ${hostnameOf(core)}:`)
  kernel.talos(`\ttalosctl apply-config --insecure --nodes ${spec.address} --file <config.yaml>`)
  kernel.talos('optionally with node fingerprint check:')
  kernel.talos(
    `\ttalosctl apply-config --insecure --nodes ${spec.address} --cert-fingerprint '${fingerprint}' --file <config.yaml>`,
  )
}
