import { Code, SimulatedStatus, type ApplyReply, type ApplyRequest } from '../machine-api.ts'
import type { ConfigFile } from '../machine/config/config-file.ts'
import { parseConfig } from '../machine/config/parse.ts'
import { validateConfig, warningsOf } from '../machine/config/validate.ts'
import { talosOf, type MachineCore } from '../machine/core.ts'
import { selectableDisks } from '../machine/resources/hardware.ts'
import { publishNetwork } from '../machine/resources/network.ts'
import { publishConfigs } from '../machine/resources/runtime.ts'
import { atLeast } from '../machine/versions.ts'

const MODE_NAMES = {
  REBOOT: 'reboot',
  AUTO: 'auto',
  NO_REBOOT: 'no-reboot',
  STAGED: 'staged',
  TRY: 'try',
} as const

/** ApplyConfiguration of a machine that waits for a config, in the manner of its version (behaviour.md §9.1). */
export function applyInMaintenance(core: MachineCore, request: ApplyRequest): ApplyReply {
  return atLeast(talosOf(core), '1.13') ? applyOrdinarily(core, request) : applySmall(core, request)
}

/** ≤1.12: a server of its own. */
function applySmall(core: MachineCore, { mode, data, dryRun }: ApplyRequest): ApplyReply {
  if (mode !== 'AUTO' && mode !== 'REBOOT' && mode !== 'TRY')
    throw new SimulatedStatus(
      Code.UNIMPLEMENTED,
      `apply configuration --mode='${MODE_NAMES[mode]}' is not supported in maintenance mode`,
    )
  const file = parsed(
    core,
    data,
    (text) => new SimulatedStatus(Code.UNKNOWN, `failed to parse config: ${text}`),
  )
  const problem = problemOf(core, file) ?? missingLegacy(file)
  if (problem !== undefined)
    throw new SimulatedStatus(Code.INVALID_ARGUMENT, `configuration validation failed: ${problem}`)
  const warnings = warningsOf(file, { talos: talosOf(core), loader: core.disk.loader })
  if (dryRun)
    return {
      warnings,
      mode: 'REBOOT',
      modeDetails: 'Dry run summary:\nNode is running in maintenance mode and does not have a config yet.',
    }
  core.life.maintenance?.accept(file)
  return { warnings, mode: 'REBOOT', modeDetails: '' }
}

/** From 1.13 on: the usual handler; a config that does not make a machine yet is kept while it waits on. */
function applyOrdinarily(core: MachineCore, { mode, data, dryRun }: ApplyRequest): ApplyReply {
  const file = parsed(core, data, (text) => new SimulatedStatus(Code.INVALID_ARGUMENT, text))
  const problem = problemOf(core, file)
  if (problem !== undefined) throw new SimulatedStatus(Code.INVALID_ARGUMENT, problem)
  const details =
    mode === 'STAGED'
      ? 'Staged configuration to be applied after the next reboot'
      : 'Applied configuration without a reboot'
  const taken = mode === 'REBOOT' || mode === 'AUTO' ? 'NO_REBOOT' : mode
  if (dryRun)
    return {
      warnings: [],
      mode: taken,
      modeDetails: `Dry run summary:\n${details} (skipped in dry-run).\nConfig diff:\n\n${additions(file)}`,
    }
  const warnings = warningsOf(file, { talos: talosOf(core), loader: core.disk.loader })
  if (mode !== 'STAGED') take(core, file)
  return { warnings, mode: taken, modeDetails: details }
}

function take(core: MachineCore, file: ConfigFile): void {
  if (file.facts.machineType !== 'unknown') {
    core.life.maintenance?.accept(file)
    return
  }
  core.life.active = file
  publishConfigs(core)
  publishNetwork(core)
  core.hooks.reach()
}

function parsed(core: MachineCore, data: Buffer, refusal: (text: string) => SimulatedStatus): ConfigFile {
  try {
    return parseConfig(data.toString('utf8'), { talos: talosOf(core), schemaDir: core.schemaDir })
  } catch (error) {
    throw refusal(error instanceof Error ? error.message : String(error))
  }
}

function problemOf(core: MachineCore, file: ConfigFile): string | undefined {
  return validateConfig(file, { talos: talosOf(core), disks: selectableDisks(core) })
}

function missingLegacy({ facts }: ConfigFile): string | undefined {
  return facts.machineType === 'unknown' ? 'machine instructions are required' : undefined
}

/** Against nothing every line is new. */
function additions({ text }: ConfigFile): string {
  const lines = text.trimEnd().split('\n')
  return ['--- a', '+++ b', `@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)].join('\n')
}
