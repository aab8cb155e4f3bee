import { useCallback, useState } from 'react'
import type { WireError } from '#contract/wire-error.ts'
import type { FieldWords, KeyField } from '../../editor/key-hover.ts'
import type { EditorProblem } from '../../editor/problems.ts'
import { useTalosClient } from '../../ipc/client-context.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { fieldWords } from './field-words.ts'
import type { NodePlace } from './use-draft.ts'

const NOTHING: FieldWords = { lines: [] }

/** What the editor asks of main about keys: facts for a hover, their official page, the move of an old one. */
export function useFields({ context, node }: NodePlace, talosVersion: string) {
  const client = useTalosClient()
  const text = useText()
  const [error, setError] = useState<WireError>()

  const about = useCallback(
    async ({ document, name, path }: KeyField): Promise<FieldWords> => {
      const answer = await client.call('machine-configs.field', {
        context,
        node,
        document,
        path: [...path],
        ...(name === undefined ? {} : { name }),
      })
      // A hover without them still tells the type and the place.
      return answer.ok ? fieldWords(answer.value, talosVersion, text) : NOTHING
    },
    [client, context, node, talosVersion, text],
  )
  const openPage = useCallback(
    async (url: string) => {
      const answer = await client.call('app.open-link', { url })
      setError(answer.ok ? undefined : answer.error)
    },
    [client],
  )
  /** The draft with the problem's key moved into its documents; `undefined` when it cannot be, with `error` saying why. */
  const move = useCallback(
    async (draft: string, { move }: EditorProblem): Promise<string | undefined> => {
      if (move === undefined) return undefined
      const answer = await client.call('migrations.migrate', {
        context,
        node,
        text: draft,
        blocks: [move.block],
        to: 'documents',
      })
      setError(answer.ok ? undefined : answer.error)
      return answer.ok ? answer.value.text : undefined
    },
    [client, context, node],
  )
  return { about, openPage, move, error }
}
