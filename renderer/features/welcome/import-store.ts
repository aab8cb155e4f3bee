import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PreviewedContext, TalosconfigPreview, TalosconfigSource } from '#contract/contexts.ts'
import type { WireError } from '#contract/wire-error.ts'
import type { TalosClient } from '../../ipc/talos-client.ts'
import { toBase64 } from '../../ipc/base64.ts'

export type ImportAction = 'add' | 'renew' | 'leave'

/** One file, paste or default path on its way to the table. */
export interface ImportSource {
  readonly id: string
  readonly name: string
  readonly state:
    | { readonly kind: 'reading' }
    | { readonly kind: 'failed'; readonly error: WireError }
    | { readonly kind: 'ready'; readonly preview: TalosconfigPreview }
}

/** One context of one source, as the table shows it. */
export interface ImportRow {
  /** Unique among all sources. */
  readonly id: string
  readonly sourceId: string
  readonly context: PreviewedContext
  readonly action: ImportAction
}

export interface ImportState {
  readonly sources: readonly ImportSource[]
  /** By row id; what the person chose where it is not the usual. */
  readonly chosen: Readonly<Record<string, ImportAction>>
  readonly writing: boolean
  readonly writeError: WireError | undefined
}

export interface ImportStore extends StoreApi<ImportState> {
  readonly readFiles: (files: readonly File[]) => Promise<void>
  /** Pasted text, the default path or the native dialog; `name` until main tells the real one. */
  readonly read: (source: TalosconfigSource, name: string) => Promise<void>
  readonly choose: (rowId: string, action: ImportAction) => void
  readonly dismiss: (sourceId: string) => void
  readonly clear: () => void
  /** Writes what is chosen. Resolves to the imported names and the one to open, or nothing when it failed. */
  readonly write: () => Promise<
    { readonly imported: readonly string[]; readonly current?: string } | undefined
  >
}

/** Read whole, a file beyond this is refused by main; this only keeps a film from being turned into base64 first. */
const READ_AT_MOST = 9_000_000

const EMPTY: ImportState = { sources: [], chosen: {}, writing: false, writeError: undefined }

/** What is being imported outlives a change of screen; nothing of it is written before `write`. */
export function createImportStore(client: TalosClient): ImportStore {
  const store = createStore<ImportState>(() => EMPTY)

  function setSource(source: ImportSource) {
    store.setState(({ sources }) => {
      const at = sources.findIndex((one) => one.id === source.id)
      return { sources: at === -1 ? [...sources, source] : sources.with(at, source), writeError: undefined }
    })
  }

  function drop(sourceId: string) {
    store.setState(({ sources }) => ({ sources: sources.filter((one) => one.id !== sourceId) }))
  }

  async function preview(id: string, name: string, source: TalosconfigSource) {
    const answer = await client.call('talosconfigs.preview', { source })
    // Dismissed or cleared while it was read.
    if (!store.getState().sources.some((one) => one.id === id)) return
    if (!answer.ok) setSource({ id, name, state: { kind: 'failed', error: answer.error } })
    else if (answer.value.preview === undefined) drop(id)
    else {
      setSource({
        id,
        name: answer.value.preview.source,
        state: { kind: 'ready', preview: answer.value.preview },
      })
    }
  }

  async function read(source: TalosconfigSource, name: string) {
    const id = crypto.randomUUID()
    setSource({ id, name, state: { kind: 'reading' } })
    await preview(id, name, source)
  }

  async function readFile(file: File) {
    const id = crypto.randomUUID()
    setSource({ id, name: file.name, state: { kind: 'reading' } })
    try {
      const bytes = new Uint8Array(await file.slice(0, READ_AT_MOST).arrayBuffer())
      await preview(id, file.name, { kind: 'bytes', name: file.name.slice(0, 255), base64: toBase64(bytes) })
    } catch (error) {
      // A folder, or a file that went away between the drop and now.
      const message = error instanceof Error ? error.message : 'The file cannot be read.'
      setSource({
        id,
        name: file.name,
        state: { kind: 'failed', error: { code: 'talosconfig-unreadable', message, retryable: true } },
      })
    }
  }

  return {
    ...store,
    readFiles: async (files) => {
      await Promise.all(files.map(readFile))
    },
    read,
    choose: (rowId, action) => {
      store.setState(({ chosen }) => ({ chosen: { ...chosen, [rowId]: action } }))
    },
    dismiss: drop,
    clear: () => {
      store.setState(EMPTY)
    },
    async write() {
      store.setState({ writing: true, writeError: undefined })
      const imported: string[] = []
      let current: string | undefined
      // One after another: the names that the second file gets depend on what the first one added.
      for (const source of store.getState().sources) {
        if (source.state.kind !== 'ready') continue
        const rows = selectRows(store.getState()).filter((row) => row.sourceId === source.id)
        if (rows.every((row) => row.action === 'leave')) continue
        const answer = await client.call('talosconfigs.import', {
          previewId: source.state.preview.previewId,
          choices: rows.map((row) => ({ name: row.context.name, action: row.action })),
        })
        if (!answer.ok) {
          store.setState({ writing: false, writeError: answer.error })
          return undefined
        }
        imported.push(...answer.value.imported)
        current = answer.value.current ?? current
        drop(source.id)
      }
      store.setState(EMPTY)
      return current === undefined ? { imported } : { imported, current }
    },
  }
}

/**
 * Every context of every file that was read, with what will become of it. Main named each file's contexts by what is
 * here now; two files with the same name in them give the later one the next free number, as importing them will.
 */
export function selectRows(state: Pick<ImportState, 'sources' | 'chosen'>): readonly ImportRow[] {
  const taken = new Set<string>()
  return state.sources.flatMap((source) =>
    source.state.kind === 'ready'
      ? source.state.preview.contexts.map((context): ImportRow => {
          const id = `${source.id}/${context.name}`
          const action = state.chosen[id] ?? usualAction(context)
          if (action !== 'add') return { id, sourceId: source.id, context, action }
          const becomes = freeName(context, taken)
          taken.add(becomes)
          return { id, sourceId: source.id, context: { ...context, becomes }, action }
        })
      : [],
  )
}

function freeName({ name, becomes }: PreviewedContext, taken: ReadonlySet<string>): string {
  let free = becomes
  for (let number = 1; taken.has(free); number += 1) free = `${name}-${String(number)}`
  return free
}

/** What cannot be imported stays out; everything else is added beside what is here, as talosctl does. */
export function usualAction(context: PreviewedContext): ImportAction {
  return context.blockedBy === undefined ? 'add' : 'leave'
}
