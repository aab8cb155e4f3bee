import { createHash } from 'node:crypto'
import { ContextName, NodeAddress, RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import type { Cluster } from '../../main/domain/nodes/clusters-port.ts'
import type { ApplyAnswer, TalosPort } from '../../main/domain/nodes/talos-port.ts'
import { createRunEngine } from '../../main/domain/runs/run-engine.ts'
import { isOpen } from '../../main/domain/runs/run-state.ts'
import type { SealPort } from '../../main/domain/seal-port.ts'
import { TalosFailure } from '../../main/domain/talos-failure.ts'
import { createMachineConfigHandlers } from '../../main/ipc/handlers/machine-configs.ts'
import { createConfigHistory } from '../../main/store/config-history.ts'
import { createConfigResources } from '../../main/store/config-resources.ts'
import { createDraftStore } from '../../main/store/draft-store.ts'
import type { FakeNode } from './fake-node.ts'
import { createInMemoryTalos } from './in-memory-talos-port.ts'
import { createManualClock, settle } from './manual-clock.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { createRecordingLog } from './recording-log.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Nothing may rest on this computer. */
export const memorySeal: SealPort = {
  persistent: false,
  seal: async (plain) => plain,
  unseal: async (sealed) => sealed,
}

/** What goes wrong with the next apply that is no dry run. */
export type ApplyTrouble =
  'refuses' | 'answer-lost-after' | 'answer-lost-before' | 'cuts-itself-off' | 'writes-in-its-own-hand'

/** Applies as a node does (behaviour.md §4.2), with the timer of a try on the scene's clock. */
function configurable(talos: TalosPort, node: FakeNode, troubles: Set<ApplyTrouble>) {
  const sent: { mode: string; dryRun: boolean; text: string }[] = []
  let trying: { readonly back: string } | undefined
  let refusal = 'the node says no'
  function activate(text: string): void {
    const written = troubles.has('writes-in-its-own-hand') ? `${text.replace(/ +#.*$/gm, '')}\n\n` : text
    node.config = { text: written, version: String(Number(node.config.version) + 1) }
  }
  async function applyConfiguration(
    address: string,
    request: Parameters<TalosPort['applyConfiguration']>[1],
    signal: AbortSignal,
  ): Promise<ApplyAnswer> {
    await talos.version(address, signal)
    const { mode, dryRun, text } = request
    sent.push({ mode, dryRun, text })
    if (mode !== 'try') trying = undefined
    if (troubles.has('refuses')) throw new TalosFailure('refused', refusal, { node: address })
    if (troubles.has('answer-lost-before') && !dryRun) {
      throw new TalosFailure('interrupted', `The connection to ${address} went.`, { node: address })
    }
    if (dryRun) {
      const details = `Dry run summary:\nApplied configuration without a reboot (skipped in dry-run).\nConfig diff:\n\n--- a\n+++ b\n@@ -1,1 +1,1 @@\n-  token: ${/token: (\S+)/.exec(text)?.[1] ?? ''}\n+  mtu: 9000\n`
      return { warnings: [], mode, details }
    }
    if (mode === 'staged') node.persistent = text
    else if (mode === 'try') {
      const mine = { back: trying?.back ?? node.config.text }
      trying = mine
      activate(text)
      if (troubles.has('cuts-itself-off')) node.troubles.add('off')
      const { trySeconds = 60 } = request
      node.after(trySeconds * 1000, () => {
        if (trying !== mine) return
        trying = undefined
        activate(mine.back)
      })
    } else {
      node.persistent = text
      if (mode === 'reboot') {
        node.after(22_500, () => activate(text))
        node.restart('')
      } else activate(text)
    }
    if (troubles.has('answer-lost-after')) {
      throw new TalosFailure('interrupted', `The connection to ${address} went.`, { node: address })
    }
    return {
      warnings: ['.machine.files is deprecated'],
      mode,
      details: 'Applied configuration without a reboot',
    }
  }
  return {
    port: { ...talos, applyConfiguration },
    sent,
    refuseWith(words: string) {
      refusal = words
      troubles.add('refuses')
    },
  }
}

export interface ConfigSceneOptions {
  readonly text: string
  readonly version?: string
  readonly seal?: SealPort
  readonly folder?: string
  /** More control planes of the same cluster. */
  readonly others?: number
}

/** The handlers over one node in memory. Time moves only through `finish` and `clock`. */
export function createConfigScene({
  text,
  version = 'v1.13.9',
  seal = memorySeal,
  folder = '/nonexistent',
  others: more = 0,
}: ConfigSceneOptions) {
  const clock = createManualClock()
  const log = createRecordingLog()
  const journal = createMemoryJournal()
  const memory = createInMemoryTalos(clock, [
    { address: '10.0.20.13', hostname: 'bronce-3', role: 'controlplane', version, config: text },
    ...Array.from({ length: more }, (_, n) => ({
      address: `10.0.20.${n + 11}`,
      hostname: `bronce-${n + 1}`,
      role: 'controlplane' as const,
      version,
      config: text,
    })),
  ])
  const others = [...memory.nodes.values()].slice(1)
  const node = memory.node('bronce-3')
  const troubles = new Set<ApplyTrouble>()
  const { port, sent, refuseWith } = configurable(memory, node, troubles)
  let ids = 0
  const engine = createRunEngine({ journal, clock, newId: () => `run-${++ids}`, who: 'ana', log })
  const ref = { context: ContextName.parse('casa'), node: NodeAddress.parse('10.0.20.13') }
  const cluster: Cluster = {
    name: ref.context,
    talos: port,
    endpoints: [ref.node],
    nodes: [ref.node],
    certificate: {
      roles: ['os:admin'],
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2027-01-01T00:00:00Z',
      authority: 'x',
    },
    demo: false,
  }
  const handlers = createMachineConfigHandlers({
    clusters: { cluster: async () => cluster },
    runs: engine,
    clock,
    drafts: createDraftStore(`${folder}/drafts`, seal, log),
    history: createConfigHistory(`${folder}/history`, seal),
    schemas: createConfigResources('resources'),
    log,
    who: 'ana',
    sha256,
    newId: () => `review-${++ids}`,
  })
  const signal = new AbortController().signal

  /** Edits what the editor shows and reviews it. */
  async function review(edit: (shown: string) => string) {
    const { active } = await handlers['machine-configs.read'](ref, signal)
    return handlers['machine-configs.review']({ ...ref, text: edit(active.text) }, signal)
  }
  async function apply(
    review: { reviewId: string; toAccept: { id: string }[] },
    mode: Parameters<(typeof handlers)['machine-configs.apply']>[0]['mode'],
  ) {
    const accepted = review.toAccept.map(({ id }) => id)
    const { runId } = await handlers['machine-configs.apply'](
      { ...ref, reviewId: review.reviewId, mode, accepted },
      signal,
    )
    return runId
  }
  /** Lets time pass until the run has ended. */
  async function finish(runId: string): Promise<Run> {
    for (let step = 0; step < 3_000 && isOpen(engine.get(runId)); step++) await clock.advance(500)
    return engine.get(RunId.parse(runId))
  }
  /** Lets time pass in small steps, so that what starts on the way gets its share. */
  async function pass(milliseconds: number): Promise<void> {
    for (let gone = 0; gone < milliseconds; gone += 500) await clock.advance(500)
  }
  return {
    handlers,
    pass,
    ref,
    signal,
    clock,
    node,
    others,
    troubles,
    sent,
    refuseWith,
    engine,
    journal,
    log,
    review,
    apply,
    finish,
    settle,
  }
}
