import type { ContextsItem, TalosconfigSource } from '#contract/contexts.ts'
import type { ContextName } from '#contract/names.ts'
import type { ContextBook } from '../../domain/contexts/context-book.ts'
import { createLatestQueue } from '../../domain/latest-queue.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import type { Handlers } from '../handlers.ts'

type ContextHandlers = Pick<
  Handlers,
  | 'contexts.watch'
  | 'contexts.select'
  | 'contexts.forget'
  | 'talosconfigs.preview'
  | 'talosconfigs.import'
  | 'demo.start'
  | 'demo.stop'
>

/** Files of this computer that a talosconfig may be read from. Reads at most `limit` bytes and one more. */
export interface TalosconfigFilesPort {
  /** The file talosctl would use, or `undefined` when there is none. Throws `talosconfig-unreadable`. */
  readDefault(): Promise<{ readonly path: string; readonly bytes: Uint8Array } | undefined>
  /** Asks with the system's dialog; `undefined` when it was closed. */
  readChosen(): Promise<{ readonly path: string; readonly bytes: Uint8Array } | undefined>
}

export interface DemoPort {
  start(): Promise<ContextName>
  stop(): Promise<void>
}

interface Deps {
  readonly book: ContextBook
  readonly files: TalosconfigFilesPort
  readonly demo: DemoPort
}

/** Contexts: watched, previewed, imported, chosen, forgotten. Nothing is written before `talosconfigs.import`. */
export function createContextHandlers({ book, files, demo }: Deps): ContextHandlers {
  return {
    'contexts.watch': async function* (_input, signal) {
      const queue = createLatestQueue<string, ContextsItem>()
      const known = new Set<ContextName>()
      const stop = book.onChange(() => {
        const now = book.contexts()
        for (const context of now) queue.set(context.name, { kind: 'context', context })
        for (const name of known) {
          if (!now.some((context) => context.name === name)) queue.set(name, { kind: 'gone', name })
        }
        for (const context of now) known.add(context.name)
      })
      const end = (): void => queue.end()
      signal.addEventListener('abort', end, { once: true })
      try {
        for (const context of book.contexts()) {
          known.add(context.name)
          yield { kind: 'snapshot', item: { kind: 'context', context } }
        }
        yield { kind: 'ready' }
        for await (const [, item] of queue) yield { kind: 'change', item }
      } finally {
        signal.removeEventListener('abort', end)
        stop()
      }
    },

    'contexts.select': async ({ context }) => {
      await book.select(context)
      return {}
    },

    'contexts.forget': async ({ context }) => {
      if (book.contextOf(context).demo) await demo.stop()
      else await book.forget(context)
      return {}
    },

    'talosconfigs.preview': async ({ source }) => {
      const file = await read(source, files)
      return file === undefined ? {} : { preview: book.preview(file.bytes, file.path) }
    },

    'talosconfigs.import': async ({ previewId, choices }) => book.importPreview(previewId, choices),

    'demo.start': async () => ({ context: await demo.start() }),

    'demo.stop': async () => {
      await demo.stop()
      return {}
    },
  }
}

async function read(
  source: TalosconfigSource,
  files: TalosconfigFilesPort,
): Promise<{ readonly path: string; readonly bytes: Uint8Array } | undefined> {
  switch (source.kind) {
    case 'bytes':
      return { path: source.name, bytes: Buffer.from(source.base64, 'base64') }
    case 'pasted':
      return { path: 'talosconfig', bytes: new TextEncoder().encode(source.text) }
    case 'default': {
      const found = await files.readDefault()
      if (found === undefined) {
        throw new TalosFailure(
          'not-found',
          'There is no ~/.talos/config on this computer, nor at $TALOSCONFIG.',
        )
      }
      return found
    }
    case 'dialog':
      return files.readChosen()
  }
}
