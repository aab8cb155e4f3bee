import type { BootSlot } from '#contract/node-actions.ts'
import type { Run } from '#contract/runs.ts'
import type { BootMenu } from '../nodes/talos-port.ts'
import { valueOf, type Known } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { hasTouched, installs, nodePart } from './past-runs.ts'
import type { CheckFinding } from './preflight.ts'

/** What a refused rollback says when the other slot is empty (behaviour.md §5.9). */
const NO_OTHER = /cannot rollback|label does not exist/i

export interface SlotEvidence {
  readonly facts: NodeFacts
  /** Runs of this cluster, oldest first. */
  readonly past: readonly Run[]
  /** Label of what runs. */
  readonly running: string | undefined
  /** META 0x06: an upgrade that has not proved itself, so there is the one before as well. */
  readonly fallback: Known<string | undefined>
  /** The other slot starts next. */
  readonly waits: boolean
  readonly menu: BootMenu | undefined
}

export interface SlotContent {
  readonly content: NonNullable<BootSlot['content']>
  /** What tells, where nothing else of the slot names it: `LoaderEntries`, a run of this app. */
  readonly sources: readonly string[]
}

/**
 * Whether anything is in the other slot; `undefined` where nobody can tell, as with GRUB on a node that no run of this
 * app upgraded: Talos mounts the boot partition only while it installs.
 */
export function contentOf(evidence: SlotEvidence): SlotContent | undefined {
  const { facts, running, fallback, waits, menu } = evidence
  const isMarked = valueOf(fallback) !== undefined
  if (waits || isMarked) return { content: 'something', sources: [] }
  const past = sinceReset(evidence.past, facts.node)
  const refusal = refusalOf(past, facts)
  // An installation by someone else after it would have left its marker until the next boot.
  if (refusal !== undefined && fallback.known) {
    return { content: 'empty-by-refusal', sources: [`run ${refusal.startedAt}`] }
  }
  if (installs(past, facts.node).length > 0) return { content: 'something', sources: [] }
  if (menu === undefined || running === undefined || !menu.entries.includes(running)) return undefined
  if (menu.entries.length > 1) return { content: 'something', sources: [] }
  // One of our runs that was cut off may have written something since the menu was made.
  const isLeftOpen = past.some((run) => run.kind === 'upgrade' && hasTouched(run, facts.node))
  if (isLeftOpen || !fallback.known) return undefined
  return { content: 'empty-by-menu', sources: ['LoaderEntries'] }
}

/** True where it is known that nothing is in it. */
export function isEmpty(slot: BootSlot | undefined): boolean {
  return slot?.content === 'empty-by-menu' || slot?.content === 'empty-by-refusal'
}

/**
 * Preflight of a rollback: an empty slot is refused by Talos only after the node was drained. `running`: the label of what
 * runs, which is all that the menu has where the other slot is empty.
 */
export function otherSlotCheck(other: BootSlot | undefined, running = '–'): CheckFinding {
  const { content, label, talos, sources = [] } = other ?? {}
  const evidence = [talos, label].filter((part) => part !== undefined).join(', ') || '–'
  // Of an empty one the first source says so; the others only name it.
  const [source = '–'] = sources
  switch (content) {
    case 'something': {
      const readings = sources.map((each) => ({ source: each, found: evidence }))
      return { outcome: 'pass', evidence, ...(readings.length === 0 ? {} : { readings }) }
    }
    case 'empty-by-menu':
      return {
        outcome: 'block',
        evidence: running,
        because: 'other-slot-empty',
        readings: [{ source, found: running }],
      }
    case 'empty-by-refusal': {
      const found = 'label does not exist'
      return {
        outcome: 'block',
        evidence: found,
        because: 'other-slot-refused',
        readings: [{ source, found }],
      }
    }
    case undefined: {
      const untold = label === undefined ? '–' : `${label}: –`
      return { outcome: 'unknown', evidence: untold, because: 'other-slot-untold', accept: true }
    }
  }
}

/** A reset may take the slots with it: what was before tells nothing. */
function sinceReset(past: readonly Run[], node: string): readonly Run[] {
  const last = past.findLastIndex((run) => run.kind === 'reset' && run.node === node)
  return past.slice(last + 1)
}

/** The rollback that Talos refused in this very boot for want of another slot, unless something was installed after it. */
function refusalOf(past: readonly Run[], facts: NodeFacts): Run | undefined {
  const bootId = valueOf(facts.bootId)
  const last = past.findLast(
    (run) => (run.kind === 'rollback' || run.kind === 'upgrade') && nodePart(run, facts.node) !== undefined,
  )
  if (bootId === undefined || last?.kind !== 'rollback') return undefined
  if (last.error?.code !== 'rollback-impossible' || !NO_OTHER.test(last.error.message)) return undefined
  const boot = nodePart(last, facts.node)?.verdict.find(({ fact }) => fact === 'boot-id')
  return boot?.before === bootId ? last : undefined
}
