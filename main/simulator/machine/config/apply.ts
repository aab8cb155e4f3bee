import { Code, SimulatedStatus, type ApplyReply, type ApplyRequest } from '../../machine-api.ts'
import { applyInMaintenance } from '../../maintenance/apply-config.ts'
import { powerOf, talosOf, type MachineCore } from '../core.ts'
import { goDuration } from '../go-format.ts'
import { reconcile } from '../reconcile.ts'
import { selectableDisks } from '../resources/hardware.ts'
import { publishConfigs } from '../resources/runtime.ts'
import { atLeast } from '../versions.ts'
import { offendingDiff, unifiedDiff } from './config-diff.ts'
import type { ConfigFile } from './config-file.ts'
import { parseConfig } from './parse.ts'
import { validateConfig, warningsOf } from './validate.ts'

const APPLIED = 'Applied configuration without a reboot'
const APPLIED_REBOOT = 'Applied configuration with a reboot'
const STAGED = 'Staged configuration to be applied after the next reboot'

interface Decision {
  readonly mode: ApplyRequest['mode']
  readonly details: string
}

/** The ApplyConfiguration handler of a configured node, by version (behaviour.md §4.2–4.4). */
export async function applyConfiguration(core: MachineCore, request: ApplyRequest): Promise<ApplyReply> {
  const talos = talosOf(core)
  const { life } = core
  if (life.maintenance) return applyInMaintenance(core, request)
  const { active } = life
  if (!active) throw new SimulatedStatus(Code.UNIMPLEMENTED, 'API is not implemented in maintenance mode')
  core.kernel.talos(`apply config request: mode ${request.mode.toLowerCase().replace('_', '-')}`)
  // First thing in the handler, so even a dry run or a refused call leaves a tried config without its timer.
  if (request.mode !== 'TRY') confirmTrial(core)
  if (atLeast(talos, '1.12') && life.applying)
    throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'another apply configuration is already in progress')
  if (atLeast(talos, '1.12') && !atLeast(talos, '1.14') && life.rebootPending)
    throw new SimulatedStatus(
      Code.FAILED_PRECONDITION,
      'configuration was already applied and node is rebooting, please wait for the reboot to finish',
    )
  life.applying = true
  try {
    const next = readRequest(core, request.data)
    const decision = decide(core, active, next, request)
    if (request.dryRun)
      return { warnings: [], mode: decision.mode, modeDetails: dryRunText(active, next, decision) }
    const warnings = warningsOf(next, { talos, loader: core.disk.loader })
    // A real handler is busy for a moment, in which a second one would be refused.
    await core.clock.sleep(60, powerOf(core))
    carryOut(core, active, next, decision, request.tryTimeout)
    return { warnings, mode: decision.mode, modeDetails: decision.details }
  } finally {
    life.applying = false
  }
}

function readRequest(core: MachineCore, data: Buffer): ConfigFile {
  const talos = talosOf(core)
  const next = parseConfig(data.toString('utf8'), { talos, schemaDir: core.schemaDir })
  if (atLeast(talos, '1.10') && !next.documents.some(({ kind }) => kind === ''))
    throw new SimulatedStatus(
      Code.INVALID_ARGUMENT,
      "the applied machine configuration doesn't contain v1alpha1 config, did you mean to patch the machine config instead?",
    )
  const problem = validateConfig(next, { talos, disks: selectableDisks(core) })
  if (problem !== undefined) throw new SimulatedStatus(Code.INVALID_ARGUMENT, problem)
  return next
}

function decide(core: MachineCore, active: ConfigFile, next: ConfigFile, request: ApplyRequest): Decision {
  const talos = talosOf(core)
  const { mode } = request
  if (mode === 'STAGED') return { mode, details: STAGED }
  if (atLeast(talos, '1.14')) {
    if (mode === 'REBOOT')
      throw new SimulatedStatus(
        Code.UNIMPLEMENTED,
        'the REBOOT mode is not supported, please use AUTO or NO_REBOOT modes instead',
      )
    return immediate(mode, request.tryTimeout)
  }
  if (mode === 'REBOOT') return { mode, details: APPLIED_REBOOT }
  const offending = offendingDiff(active, next)
  if (offending === undefined) return immediate(mode, request.tryTimeout)
  const reason = `this config change can't be applied in immediate mode\ndiff: ${offending}`
  if (mode === 'AUTO') return { mode: 'REBOOT', details: `${APPLIED_REBOOT}: ${reason}` }
  throw new SimulatedStatus(Code.INVALID_ARGUMENT, reason)
}

function immediate(mode: ApplyRequest['mode'], tryTimeout: number): Decision {
  if (mode !== 'TRY') return { mode: 'NO_REBOOT', details: APPLIED }
  return {
    mode,
    details: `${APPLIED}\nThe config is applied in 'try' mode and will be automatically reverted back in ${goDuration(tryTimeout)}`,
  }
}

function dryRunText(active: ConfigFile, next: ConfigFile, { details }: Decision): string {
  const diff = unifiedDiff(active, next)
  const [what = ''] = details.split(': this config')
  return `Dry run summary:\n${what} (skipped in dry-run).\nConfig diff:\n\n${diff ?? 'No changes.'}`
}

function carryOut(
  core: MachineCore,
  active: ConfigFile,
  next: ConfigFile,
  { mode }: Decision,
  tryTimeout: number,
): void {
  if (core.troubles.has('apply-kills-network') && next.text !== active.text) core.life.fatalConfig = next.text
  if (mode === 'TRY') {
    startTrial(core, active, next, tryTimeout)
    return
  }
  core.disk.config = next.text
  if (mode === 'STAGED' || mode === 'REBOOT') {
    publishConfigs(core)
    if (mode === 'STAGED') return
    core.life.rebootPending = true
    void core.sequences.run('reboot', { talos: talosOf(core), takeover: true })
    return
  }
  activate(core, active, next)
}

function activate(core: MachineCore, before: ConfigFile, next: ConfigFile): void {
  core.life.active = next
  reconcile(core, before)
}

/** Applied but not written to disk; goes back by itself unless a call in another mode comes first. */
function startTrial(core: MachineCore, active: ConfigFile, next: ConfigFile, timeout: number): void {
  core.life.trial?.abort.abort(new Error('another trial began'))
  const abort = new AbortController()
  core.life.trial = { before: active, abort }
  activate(core, active, next)
  void revertAfter(core, abort.signal, timeout)
}

async function revertAfter(core: MachineCore, signal: AbortSignal, timeout: number): Promise<void> {
  try {
    await core.clock.wait(timeout, AbortSignal.any([signal, powerOf(core)]))
  } catch {
    return
  }
  const { trial, active } = core.life
  if (!trial || !active) return
  core.life.trial = undefined
  core.kernel.talos('rolling back the configuration, try mode timed out')
  activate(core, active, trial.before)
}

function confirmTrial(core: MachineCore): void {
  core.life.trial?.abort.abort(new Error('confirmed'))
  core.life.trial = undefined
}
