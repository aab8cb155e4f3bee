import type { WireError } from '#contract/wire-error.ts'

/** Where the text on screen stands. `same`: it is what the node has, so there is no draft. */
export type DraftState =
  | { readonly kind: 'same' }
  | { readonly kind: 'unsaved' }
  | { readonly kind: 'saved'; readonly at: string }
  | { readonly kind: 'failed'; readonly error: WireError }

type Saved = { readonly ok: true; readonly at: string } | { readonly ok: false; readonly error: WireError }

export interface DraftSaver {
  /** Takes the newest text; it is on disk half a second after the last one came. */
  readonly take: (text: string) => void
  /** Writes what is waiting now, and answers when it is on disk. */
  readonly flush: () => Promise<void>
}

const PAUSE_MS = 500

/**
 * Keeps a text on this computer as it is typed. Writes go one after the other, so an older text never lands on a
 * newer one. `base` is the node's own text: back at it, the draft goes away.
 */
export function createDraftSaver(options: {
  readonly base: string
  readonly initial: string
  readonly save: (text: string) => Promise<Saved>
  readonly discard: () => Promise<Saved>
  readonly onState: (state: DraftState) => void
}): DraftSaver {
  const { base, save, discard, onState } = options
  let newest = options.initial
  let kept = options.initial
  let timer: ReturnType<typeof setTimeout> | undefined
  let writing = Promise.resolve()

  async function write() {
    const text = newest
    if (text === kept) return
    const saved = text === base ? await discard() : await save(text)
    if (saved.ok) kept = text
    if (text !== newest) return
    if (!saved.ok) onState({ kind: 'failed', error: saved.error })
    else onState(text === base ? { kind: 'same' } : { kind: 'saved', at: saved.at })
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  return {
    take(text) {
      if (text === newest) return
      newest = text
      onState({ kind: 'unsaved' })
      clearTimeout(timer)
      timer = setTimeout(() => void flush(), PAUSE_MS)
    },
    flush,
  }
}
