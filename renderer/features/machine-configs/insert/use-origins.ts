import { useEffect, useMemo, useState } from 'react'
import type { PatchOrigin } from '#contract/patches.ts'
import { useTalosClient } from '../../../ipc/client-context.ts'
import { useText } from '../../../ui/i18n/text.tsx'
import { isHuge, type NodePlace } from '../use-draft.ts'

const PAUSE_MS = 900

/** Which values of the draft a saved patch set, as sentences by place: `LinkConfig enp3s0: mtu`. */
export function useOrigins({ context, node }: NodePlace, text: string): ReadonlyMap<string, string> {
  const { t } = useText()
  const client = useTalosClient()
  const [found, setFound] = useState<readonly PatchOrigin[]>()
  useEffect(() => {
    if (isHuge(text)) return
    const call = new AbortController()
    const timer = setTimeout(() => {
      void client.call('patches.origins', { context, node, text }, call.signal).then((answer) => {
        if (!call.signal.aborted && answer.ok) setFound(answer.value.origins)
      })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      call.abort()
    }
  }, [client, context, node, text])
  return useMemo(
    () =>
      new Map(
        found?.map(({ document, path, patch }) => [`${document}: ${path}`, t('patch.from', { patch })]),
      ),
    [found, t],
  )
}
