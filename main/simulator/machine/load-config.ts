import { powerOf, talosOf, type MachineCore } from './core.ts'
import { parseConfig } from './config/parse.ts'
import { put } from './resources/keys.ts'
import { reconcile } from './reconcile.ts'

/**
 * Reads STATE. A config that this version cannot decode leaves the machine in maintenance
 * (behaviour.md §5.9): it waits there until the power goes.
 */
export async function loadConfig(core: MachineCore, signal: AbortSignal): Promise<void> {
  await core.clock.sleep(180, signal)
  try {
    core.life.active = parseConfig(core.disk.config, { talos: talosOf(core), schemaDir: core.schemaDir })
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    core.kernel.controller('config.AcquireController', 'config loading failed', { error: text })
    core.events.publish('ConfigLoadErrorEvent', { error: text })
    await maintain(core)
    return
  }
  core.kernel.controller('config.AcquireController', 'machine config loaded successfully', {
    sources: ['state'],
  })
  reconcile(core, undefined)
}

async function maintain(core: MachineCore): Promise<void> {
  core.events.publish('TaskEvent', { task: 'runningMaintenance', action: 'START' })
  core.life.stage = 'maintenance'
  core.kernel.controller('config.AcquireController', 'entering maintenance service')
  core.kernel.talos('this machine is reachable at:')
  core.kernel.talos(`\t${core.spec.address}`)
  put(core, 'config', 'MachineTypes.config', 'machine-type', 'unknown', { rawYaml: 'unknown\n' })
  core.hooks.review()
  await core.clock.sleep(365 * 24 * 3_600_000, powerOf(core))
}
