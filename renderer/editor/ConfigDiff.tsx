import './editor.css'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { DiffView } from './config-diff.ts'
import { prepareMonacoLanguage } from './monaco-language.ts'

export interface ConfigDiffProps {
  readonly before: string
  readonly after: string
  readonly beforeLabel: string
  readonly afterLabel: string
}

/** Two redacted texts side by side, older left. */
export function ConfigDiff({ before, after, beforeLabel, afterLabel }: ConfigDiffProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<DiffView | undefined>(undefined)
  const [ready, setReady] = useState(false)

  const latest = useEffectEvent(() => ({ before, after }))

  useEffect(() => {
    const element = host.current
    if (element === null) return
    let wanted = true
    void prepareMonacoLanguage()
      .then(() => import('./config-diff.ts'))
      .then(({ createDiffView }) => {
        if (!wanted) return
        const texts = latest()
        view.current = createDiffView(element, { before: beforeLabel, after: afterLabel })
        view.current.setTexts(texts.before, texts.after)
        setReady(true)
      })
    return () => {
      wanted = false
      view.current?.dispose()
      view.current = undefined
      setReady(false)
    }
  }, [beforeLabel, afterLabel])

  useEffect(() => view.current?.setTexts(before, after), [before, after])

  return (
    <div className="mc-diff" aria-busy={!ready}>
      <div ref={host} className="mc-diff-host" />
    </div>
  )
}
