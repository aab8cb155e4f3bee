import type { Context, TalosconfigPreview } from '#contract/contexts.ts'
import { ContextName } from '#contract/names.ts'
import type { ClockPort } from '../clock-port.ts'
import { isFailure, TalosFailure } from '../talos-failure.ts'
import type { CertificateReader } from '../talosconfig/certificate-reader.ts'
import { mergeContexts, type ImportDecision } from '../talosconfig/merge-contexts.ts'
import { parseTalosconfig } from '../talosconfig/parse-talosconfig.ts'
import type { ParsedContext, ParsedTalosconfig } from '../talosconfig/parsed-talosconfig.ts'
import { freeName, previewImport } from '../talosconfig/preview-import.ts'
import { serialiseTalosconfig } from '../talosconfig/serialise-talosconfig.ts'

const SPINES = ['bronze', 'slate', 'moss', 'plum'] as const
/** Previews nobody imported; the oldest goes. Each holds a key, in memory only. */
const KEPT_PREVIEWS = 8

/** Keeps the imported contexts, keys included, unreadable at rest. */
export interface ContextStorePort {
  /** Throws `locked` or `store-damaged`. */
  load(): Promise<Uint8Array | undefined>
  save(talosconfig: Uint8Array): Promise<void>
}

/** The contexts this app knows, with their keys. Nothing that leaves it holds a key but `contextOf`. */
export interface ContextBook {
  /** Reads what was stored. While the key store is locked the book is empty; call again once it is not. */
  load(): Promise<void>
  contexts(): readonly Context[]
  contextOf(name: ContextName): ParsedContext & { readonly demo: boolean }
  preview(bytes: Uint8Array, source: string): TalosconfigPreview
  importPreview(
    previewId: string,
    decisions: readonly ImportDecision[],
  ): Promise<{ imported: ContextName[]; current?: ContextName }>
  select(name: ContextName): Promise<void>
  forget(name: ContextName): Promise<void>
  /** A context that is never stored: the demo cluster's. It becomes current. */
  addDemo(talosconfig: Uint8Array): ContextName
  removeDemo(): void
  onChange(listener: () => void): () => void
}

interface Deps {
  readonly store: ContextStorePort
  readonly reader: CertificateReader
  readonly clock: ClockPort
  readonly newId: () => string
}

export function createContextBook({ store, reader, clock, newId }: Deps): ContextBook {
  let stored: readonly ParsedContext[] = []
  let demo: ParsedContext | undefined
  let current: string | undefined
  const previews = new Map<string, ParsedTalosconfig>()
  const listeners = new Set<() => void>()

  function all(): readonly ParsedContext[] {
    return demo === undefined ? stored : [...stored, demo]
  }

  function tell(): void {
    for (const listener of listeners) listener()
  }

  /** One colour per cluster: contexts with the same authority share it. */
  function spineOf(context: ParsedContext): Context['spine'] {
    const authorities = [...new Set(all().map(({ certificate }) => certificate.authority))]
    return SPINES[authorities.indexOf(context.certificate.authority) % SPINES.length] ?? 'bronze'
  }

  function find(name: string): ParsedContext {
    const found = all().find((context) => context.name === name)
    if (found === undefined)
      throw new TalosFailure('context-not-found', `There is no context "${name}" here any more.`)
    return found
  }

  /** Kept in memory only when it is on disk: a failed write changes nothing. */
  async function keep(next: readonly ParsedContext[], nextCurrent: string | undefined): Promise<void> {
    const storedCurrent = next.some(({ name }) => name === nextCurrent) ? nextCurrent : undefined
    await store.save(new TextEncoder().encode(serialiseTalosconfig(next, storedCurrent)))
    stored = next
    current = nextCurrent
    tell()
  }

  return {
    async load() {
      const bytes = await store.load()
      const parsed = bytes === undefined ? undefined : readStored(bytes)
      stored = parsed?.entries.flatMap(({ context }) => (context === undefined ? [] : [context])) ?? []
      current = demo?.name ?? parsed?.currentContext ?? stored[0]?.name
      tell()
    },

    contexts: () =>
      all().map((context) => ({
        name: ContextName.parse(context.name),
        endpoints: [...context.endpoints],
        nodes: [...context.nodes],
        certificate: context.certificate,
        current: context.name === current,
        demo: context === demo,
        spine: spineOf(context),
      })),

    contextOf(name) {
      const found = find(name)
      return { ...found, demo: found === demo }
    },

    preview(bytes, source) {
      const parsed = parseTalosconfig(bytes, reader, clock.now())
      const previewId = newId()
      previews.set(previewId, parsed)
      const [oldest] = previews.keys()
      if (previews.size > KEPT_PREVIEWS && oldest !== undefined) previews.delete(oldest)
      return {
        previewId,
        source,
        sizeBytes: parsed.sizeBytes,
        contexts: previewImport(parsed, all(), clock.now()),
        talosctl: `talosctl config merge ${quoted(source)}`,
        ...(parsed.currentContext === undefined ? {} : { currentContext: parsed.currentContext }),
      }
    },

    async importPreview(previewId, decisions) {
      const parsed = previews.get(previewId)
      if (parsed === undefined) {
        throw new TalosFailure('not-found', 'That file was read too long ago. Drop it again.')
      }
      const demoName = demo?.name
      const merged = mergeContexts(stored, current === demoName ? undefined : current, parsed, decisions)
      await keep(merged.contexts, merged.currentContext ?? merged.imported[0] ?? current)
      previews.delete(previewId)
      const imported = merged.imported.map((name) => ContextName.parse(name))
      return current === undefined ? { imported } : { imported, current: ContextName.parse(current) }
    },

    async select(name) {
      find(name)
      if (name === demo?.name) {
        current = name
        tell()
        return
      }
      await keep(stored, name)
    },

    async forget(name) {
      find(name)
      const next = stored.filter((context) => context.name !== name)
      await keep(next, current === name ? next[0]?.name : current)
    },

    addDemo(talosconfig) {
      const parsed = parseTalosconfig(talosconfig, reader, clock.now())
      const context = parsed.entries[0]?.context
      if (context === undefined)
        throw new TalosFailure('talosconfig-no-contexts', 'The demo cluster gave no context.')
      const name = freeName(context.name, new Set(stored.map((other) => other.name)))
      demo = { ...context, name }
      current = name
      tell()
      return ContextName.parse(name)
    },

    removeDemo() {
      if (demo === undefined) return
      const wasCurrent = current === demo.name
      demo = undefined
      if (wasCurrent) current = stored[0]?.name
      tell()
    },

    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }

  function readStored(bytes: Uint8Array): ParsedTalosconfig | undefined {
    try {
      return parseTalosconfig(bytes, reader, clock.now())
    } catch (error) {
      // The last context was forgotten: a talosconfig without contexts is what is then stored.
      if (isFailure(error, 'talosconfig-no-contexts', 'talosconfig-empty')) return undefined
      if (isFailure(error))
        throw new TalosFailure(
          'store-damaged',
          'The stored contexts cannot be read any more. Import the talosconfig again.',
          { cause: error },
        )
      throw error
    }
  }
}

/** A path for a POSIX shell: quoted only when it must be. */
function quoted(path: string): string {
  return /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
