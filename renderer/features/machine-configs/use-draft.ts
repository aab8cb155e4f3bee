import { useCallback, useEffect, useState } from 'react'
import type { ChangeTable, ConfigForEditing, RedactedConfig, Review } from '#contract/machine-configs.ts'
import type { WireError } from '#contract/wire-error.ts'
import type { EditorProblem } from '../../editor/problems.ts'
import { useTalosClient } from '../../ipc/client-context.ts'
import { createDraftSaver, type DraftState } from './draft-saver.ts'

export interface NodePlace {
  readonly context: string
  readonly node: string
}

/** What is edited: the config on disk where one is staged, since the next reboot makes it the active one. */
export function baseOf(config: ConfigForEditing): RedactedConfig {
  return config.persistent ?? config.active
}

/** The text on screen and where it stands on this computer. `place` and `config` stay the same while it lives. */
export function useDraft({ context, node }: NodePlace, config: ConfigForEditing) {
  const client = useTalosClient()
  const base = baseOf(config)
  // A draft that was sent and is now what the node has is no draft any more.
  const kept = config.draft?.text === base.text ? undefined : config.draft
  const [text, setShown] = useState(kept?.text ?? base.text)
  const [state, setState] = useState<DraftState>(
    kept === undefined ? { kind: 'same' } : { kind: 'saved', at: kept.savedAt },
  )
  const [saver] = useState(() =>
    createDraftSaver({
      base: base.text,
      initial: text,
      save: async (newest) => {
        const baseHash = kept?.baseHash ?? base.hash
        const saved = await client.call('machine-configs.save-draft', {
          context,
          node,
          text: newest,
          baseHash,
        })
        return saved.ok ? { ok: true, at: saved.value.savedAt } : saved
      },
      discard: async () => {
        const gone = await client.call('machine-configs.discard-draft', { context, node })
        return gone.ok ? { ok: true, at: new Date().toISOString() } : gone
      },
      onState: setState,
    }),
  )
  useEffect(() => () => void saver.flush(), [saver])
  const isSpent = config.draft !== undefined && kept === undefined
  useEffect(() => {
    if (isSpent) void client.call('machine-configs.discard-draft', { context, node })
  }, [client, context, node, isSpent])
  const setText = useCallback(
    (newest: string) => {
      setShown(newest)
      saver.take(newest)
    },
    [saver],
  )
  /** For a draft that was sent and proven: it goes, even where it holds more than the node shows of it. */
  const drop = useCallback(async () => {
    await saver.flush()
    await client.call('machine-configs.discard-draft', { context, node })
  }, [client, context, node, saver])
  return { base, text, setText, state, flush: saver.flush, drop, isSame: text === base.text }
}

/** Texts of which nothing is worked out unasked but their problems: some 25,000 lines. */
export function isHuge(text: string): boolean {
  return text.length > 1_000_000
}

const PROBLEMS_PAUSE_MS = 250

/** What main says of the text, a moment after it changed. The last answer stays until there is a newer one. */
export function useProblems({ context, node }: NodePlace, text: string): readonly EditorProblem[] {
  const client = useTalosClient()
  const [problems, setProblems] = useState<readonly EditorProblem[]>([])
  useEffect(() => {
    const call = new AbortController()
    const timer = setTimeout(() => {
      void client.call('machine-configs.problems', { context, node, text }, call.signal).then((answer) => {
        if (call.signal.aborted || !answer.ok) return
        setProblems(answer.value.problems.map((problem) => ({ ...problem, origin: 'ichor' as const })))
      })
    }, PROBLEMS_PAUSE_MS)
    return () => {
      clearTimeout(timer)
      call.abort()
    }
  }, [client, context, node, text])
  return problems
}

const COUNT_PAUSE_MS = 900

export interface ChangeCounts {
  readonly all: number
  /** By the key of the outline's entry. */
  readonly byEntry: ReadonlyMap<string, number>
}

/** How many fields the draft changes, as a review of this very text counts them; `undefined` while nobody knows. */
export function useChangeCounts(
  { context, node }: NodePlace,
  text: string,
  isNothing: boolean,
): ChangeCounts | undefined {
  const client = useTalosClient()
  const [counted, setCounted] = useState<{ readonly text: string; readonly counts: ChangeCounts }>()
  useEffect(() => {
    if (isNothing || isHuge(text)) return
    const call = new AbortController()
    const timer = setTimeout(() => {
      void client.call('machine-configs.review', { context, node, text }, call.signal).then((answer) => {
        if (!call.signal.aborted && answer.ok) setCounted({ text, counts: countChanges(answer.value.table) })
      })
    }, COUNT_PAUSE_MS)
    return () => {
      clearTimeout(timer)
      call.abort()
    }
  }, [client, context, node, text, isNothing])
  return !isNothing && counted?.text === text ? counted.counts : undefined
}

/** Fields that change, by the document or the half of the v1alpha1 document that the outline lists. */
export function countChanges({ groups, counts }: ChangeTable): ChangeCounts {
  const byEntry = new Map<string, number>()
  for (const { kind, name, section, rows } of groups) {
    for (const { path } of rows) {
      const half = (section === '' ? path : section).split(/[.[]/)[0] ?? ''
      const key = kind === 'v1alpha1' ? `${kind}/${half}` : name === undefined ? kind : `${kind}/${name}`
      byEntry.set(key, (byEntry.get(key) ?? 0) + 1)
    }
  }
  return { all: counts.all, byEntry }
}

/** Asks for the change table. */
export function useReview({ context, node }: NodePlace) {
  const client = useTalosClient()
  const [busy, setBusy] = useState(false)
  const ask = useCallback(
    async (text: string): Promise<{ readonly review: Review } | { readonly error: WireError }> => {
      setBusy(true)
      const answer = await client.call('machine-configs.review', { context, node, text })
      setBusy(false)
      return answer.ok ? { review: answer.value } : { error: answer.error }
    },
    [client, context, node],
  )
  return { busy, ask }
}
