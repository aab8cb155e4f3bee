import { readBootMark, type BootWatch } from '../upgrades/await-boot.ts'
import { TalosFailure } from '../talos-failure.ts'
import { gatherNodeFacts } from '../upgrades/gather.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import { quorumAtRisk } from '../upgrades/preflight.ts'
import type { RunPart, StepResult } from '../upgrades/run-step.ts'
import { read, type ApplyScene } from './apply-scene.ts'
import { minorOf } from './config-facts.ts'

/** What tells a reboot, read before anything is sent. */
export interface Restart {
  readonly before: BootWatch['before']
  readonly facts: NodeFacts
}

export interface Preflight {
  readonly before: ApplyScene
  readonly restart: Restart | undefined
}

/**
 * Throws `config-moved` when the node no longer holds what the review was computed against, or runs another version
 * than the effects were for. Gives what is on its disk; `undefined` where the node does not tell.
 */
export async function requireUnmoved(scene: ApplyScene): Promise<string | undefined> {
  const { talos, control, request } = scene
  const { node, hostname } = request
  const found = await read(scene)
  if (!found.active.known) {
    throw found.active.failure ?? new TalosFailure('node-error', found.active.reason, { node })
  }
  if (found.active.value !== request.base.real) {
    throw new TalosFailure(
      'config-moved',
      `${hostname} no longer runs the configuration that was reviewed.`,
      { node },
    )
  }
  const { tag } = await talos.version(node, control.signal)
  if (tag !== request.talosVersion) {
    const message = `${hostname} runs Talos ${tag} now; the review was for ${request.talosVersion}.`
    throw new TalosFailure('config-moved', message, { node })
  }
  const disk = found.persistent.known ? found.persistent.value : undefined
  if (disk !== undefined && disk !== '' && disk !== (request.staged ?? request.base).real) {
    const message = `Another configuration waits on the disk of ${hostname} than when this was reviewed.`
    throw new TalosFailure('config-moved', message, { node })
  }
  return disk
}

/** The node must be as it was reviewed, and where it restarts, etcd must be able to do without it. */
export async function* preflight(scene: ApplyScene): RunPart<StepResult<Preflight>> {
  const { talos, control, request, know } = scene
  const { node, talosVersion: tag } = request
  yield { kind: 'step-progress', id: 'preflight', progress: 0 }
  const disk = await requireUnmoved(scene)
  const before = disk === undefined ? scene : { ...scene, diskBefore: know(disk) }
  const mayReboot = ['reboot', 'auto'].includes(request.mode) && (minorOf(tag) ?? 0) < 14
  if (!mayReboot) return { value: { before, restart: undefined }, detail: tag }
  const [mark, facts] = await Promise.all([
    readBootMark(talos, node, control.signal),
    gatherNodeFacts(talos, node, control.signal),
  ])
  const risk = request.restarts ? quorumAtRisk(facts) : undefined
  if (risk !== undefined) throw new TalosFailure('plan-blocked', `etcd: ${risk}`, { node })
  return { value: { before, restart: { before: mark, facts } }, detail: tag }
}
