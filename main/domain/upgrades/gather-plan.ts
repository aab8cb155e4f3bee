import { DIAGNOSTIC, SYSTEM_DISK } from '../nodes/resource-types.ts'
import { numberField, textField } from '../nodes/spec-fields.ts'
import type { ReadingPort, ResourceKey, TalosEvent } from '../nodes/talos-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { gatherNodeFacts, type GatherPort } from './gather.ts'
import { ask, askIfThere } from './known.ts'
import type { BootPartition, Diagnostic, MemoryFacts, OpenSequence, PlanFacts } from './node-facts.ts'

const DISCOVERED_VOLUME: ResourceKey = {
  namespace: 'runtime',
  type: 'DiscoveredVolumes.block.talos.dev',
}

/** Silences that are waited for at most. */
const ROUNDS = 40
/** Silences in a row after which a sequence that has no end yet is believed to be under way, and not just slowly told. */
const SILENCES_IF_OPEN = 6

/** Resolves when no more of a node's past events are on their way; rejects when `signal` is aborted. */
export type Quiet = (signal: AbortSignal) => Promise<void>

/** A node as a plan needs it: what a verdict needs, and what could stand in the way. Changes nothing. */
export async function gatherPlanFacts(
  talos: GatherPort,
  node: string,
  quiet: Quiet,
  signal: AbortSignal,
): Promise<PlanFacts> {
  const [facts, memory, bootPartitions, diagnostics, sequence] = await Promise.all([
    gatherNodeFacts(talos, node, signal),
    ask(signal, () => readMemory(talos, node, signal)),
    ask(signal, () => readBootPartitions(talos, node, signal)),
    ask(signal, () => readDiagnostics(talos, node, signal)),
    ask(signal, () => readSequence(talos, node, quiet, signal)),
  ])
  return { ...facts, memory, bootPartitions, diagnostics, sequence }
}

async function readMemory(talos: ReadingPort, node: string, signal: AbortSignal): Promise<MemoryFacts> {
  const { memoryTotal, ephemeral } = await talos.counters(node, signal)
  return { total: memoryTotal, ...(ephemeral === undefined ? {} : { ephemeral }) }
}

/** Of the system disk where the node tells which it is, else of any. */
async function readBootPartitions(
  talos: ReadingPort,
  node: string,
  signal: AbortSignal,
): Promise<readonly BootPartition[]> {
  const [volumes, disk] = await Promise.all([
    talos.list(node, DISCOVERED_VOLUME, signal),
    askIfThere(signal, () => talos.get(node, { ...SYSTEM_DISK, id: 'system-disk' }, signal)),
  ])
  const system = disk.known ? textField(disk.value?.spec, 'diskID') : undefined
  return volumes.flatMap(({ spec }) => {
    const label = textField(spec, 'partition_label') ?? textField(spec, 'partitionLabel')
    const size = numberField(spec, 'size')
    const parent = textField(spec, 'parent')
    if ((label !== 'EFI' && label !== 'BOOT') || size === undefined) return []
    return system === undefined || parent === undefined || parent === system ? [{ label, size }] : []
  })
}

async function readDiagnostics(
  talos: ReadingPort,
  node: string,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const found = await talos.list(node, DIAGNOSTIC, signal)
  return found.map(({ id, spec }) => ({ id, message: textField(spec, 'message') ?? '' }))
}

/**
 * What the node's own events leave open. It tells its past at once and then goes on, without a mark between: the past
 * is over when it falls quiet.
 */
export async function readSequence(
  talos: Pick<ReadingPort, 'events'>,
  node: string,
  quiet: Quiet,
  signal: AbortSignal,
): Promise<OpenSequence | undefined> {
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  let open: OpenSequence | undefined
  let heard = 0
  let begin: () => void = () => undefined
  const hasBegun = new Promise<void>((resolve) => (begin = resolve))
  const listening = (async () => {
    for await (const { payload } of talos.events(node, { tailEvents: -1 }, either)) {
      heard++
      begin()
      open = after(open, payload)
    }
  })()
  // Once it fell quiet the stream is cut off, and what it says to that is of no interest.
  listening.catch(() => undefined)
  try {
    const telling = { heard: () => heard, hasBegun, isOpen: () => open !== undefined }
    await Promise.race([listening, untilQuiet(telling, quiet, either)])
  } finally {
    done.abort()
  }
  return open
}

/** A node has at least the events of its own boot to tell: silence from the start says nothing about it. */
async function untilQuiet(
  {
    heard,
    hasBegun,
    isOpen,
  }: { readonly heard: () => number; readonly hasBegun: Promise<void>; readonly isOpen: () => boolean },
  quiet: Quiet,
  signal: AbortSignal,
): Promise<void> {
  let silences = 0
  for (let round = 0; round < ROUNDS; round++) {
    const before = heard()
    await (before > 0 ? quiet(signal) : Promise.race([hasBegun, quiet(signal)]))
    silences = before > 0 && heard() === before ? silences + 1 : 0
    if (silences >= (isOpen() ? SILENCES_IF_OPEN : 1)) return
  }
  // One that never falls quiet has told its past long ago.
  if (heard() === 0) throw new TalosFailure('timeout', 'The node told none of its events.')
}

function after(open: OpenSequence | undefined, payload: TalosEvent['payload']): OpenSequence | undefined {
  switch (payload.kind) {
    case 'sequence':
      if (payload.action === 'start') return { sequence: payload.sequence }
      // A request that came while another sequence ran says nothing about that one's end.
      return payload.error?.code === 'locked'
        ? { sequence: payload.sequence, ...open, locked: true }
        : undefined
    case 'phase':
      return open === undefined || payload.action === 'stop' ? open : { ...open, phase: payload.phase }
    case 'restart':
      return undefined
    case 'task':
    case 'service':
    case 'machine-status':
    case 'config-error':
    case 'other':
      return open
  }
}
