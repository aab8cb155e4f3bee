import { TalosFailure } from '../talos-failure.ts'
import type { ParsedContext, ParsedTalosconfig, TalosconfigEntry } from './parsed-talosconfig.ts'
import { freeName, isBlocked, isSameAuthority } from './preview-import.ts'

export interface ImportDecision {
  readonly name: string
  readonly action: 'add' | 'renew' | 'leave'
}

export interface MergedContexts {
  readonly contexts: readonly ParsedContext[]
  /** Names of what was added or renewed, as they are now. */
  readonly imported: readonly string[]
  readonly currentContext?: string
}

/**
 * What the person chose, applied. An existing context is never overwritten; `renew` puts a new key under the old
 * name and is refused when the new key belongs to another cluster. The file's current context becomes current, as
 * with `talosctl config merge` (behaviour.md §1.3). Throws before anything is merged, or not at all.
 */
export function mergeContexts(
  existing: readonly ParsedContext[],
  currentContext: string | undefined,
  parsed: ParsedTalosconfig,
  decisions: readonly ImportDecision[],
): MergedContexts {
  const contexts = [...existing]
  const renames = new Map<string, string>()
  for (const { name, action } of decisions) {
    if (action === 'leave') continue
    const incoming = importable(
      parsed.entries.find((entry) => entry.name === name),
      name,
    )
    if (action === 'renew') {
      const place = contexts.findIndex((context) => context.name === name)
      contexts[place] = renewed(contexts[place], incoming)
      renames.set(name, name)
    } else {
      const free = freeName(name, new Set(contexts.map((context) => context.name)))
      contexts.push({ ...incoming, name: free })
      renames.set(name, free)
    }
  }
  const imported = [...renames.values()]
  const fromFile = parsed.currentContext === undefined ? undefined : renames.get(parsed.currentContext)
  const current = fromFile ?? currentContext ?? imported[0]
  return { contexts, imported, ...(current === undefined ? {} : { currentContext: current }) }
}

function importable(entry: TalosconfigEntry | undefined, name: string): ParsedContext {
  if (entry === undefined) {
    throw new TalosFailure('context-not-found', `The file has no context "${name}".`)
  }
  if (entry.context === undefined || isBlocked(entry)) {
    throw (
      entry.failure ??
      new TalosFailure('talosconfig-bad-certificate', `Context "${name}" cannot be imported.`)
    )
  }
  return entry.context
}

function renewed(old: ParsedContext | undefined, incoming: ParsedContext): ParsedContext {
  if (old === undefined) {
    throw new TalosFailure(
      'context-not-found',
      `There is no context "${incoming.name}" here whose key could be renewed.`,
    )
  }
  if (!isSameAuthority(old, incoming)) {
    throw new TalosFailure(
      'wrong-ca',
      `The new key of "${incoming.name}" belongs to another cluster than the context of that name here. Add it beside.`,
    )
  }
  const { ca, crt, key, certificate, authorities } = incoming
  return { ...old, ca, crt, key, certificate, authorities }
}
