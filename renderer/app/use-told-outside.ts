import { useEffect, useRef } from 'react'
import { useRuns } from '../ipc/stores/stores-context.ts'
import { useText } from '../ui/i18n/text.tsx'
import { newsOf, progressOf, type Told } from './told-outside.ts'

/**
 * What the tab says of runs: `41 %` before its title while one goes; and, where the person has allowed messages of this
 * page, one when a run ends or asks. Only the browser host needs it: the other has the task bar.
 */
export function useToldOutside(host: 'electron' | 'browser'): string | undefined {
  const text = useText()
  const runs = useRuns((state) => state.runs)
  const told = useRef<Told['states']>(new Map())
  useEffect(() => {
    if (host !== 'browser') return
    const { states, news } = newsOf(told.current, runs, text)
    told.current = states
    for (const { title, body } of news) notify(title, body)
  }, [host, runs, text])
  return host === 'browser' ? progressOf(runs, text) : undefined
}

/** Nobody is asked for the permission by itself: the browser offers it beside the address. */
function notify(title: string, body: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return
  new Notification(title, { body })
}
