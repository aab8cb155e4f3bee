import { useMemo } from 'react'
import { useQuery } from '../../../ipc/use-call.ts'
import { useText } from '../../../ui/i18n/text.tsx'
import type { NodePlace } from '../use-draft.ts'

/** Which values of the draft a saved patch set, as sentences by place: `LinkConfig enp3s0: mtu`. */
export function useOrigins(place: NodePlace, text: string): ReadonlyMap<string, string> {
  const { t } = useText()
  const found = useQuery('patches.origins', { ...place, text }).value?.origins
  return useMemo(
    () =>
      new Map(
        found?.map(({ document, path, patch }) => [`${document}: ${path}`, t('patch.from', { patch })]),
      ),
    [found, t],
  )
}
