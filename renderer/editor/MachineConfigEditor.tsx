import './editor.css'
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react'
import type { TextPosition } from '#contract/wire-error.ts'
import type { ConfigEditor } from './config-editor.ts'
import type { EditorTexts } from './decorations.ts'
import type { FieldWords, KeyField } from './key-hover.ts'
import { prepareMonacoLanguage } from './monaco-language.ts'
import type { Outline } from './outline.ts'
import type { EditorProblem } from './problems.ts'
import type { JsonSchema } from './schema-keys.ts'

export interface MachineConfigEditorProps {
  /** The text to start with, and to go back to whenever this value changes from outside. */
  readonly value: string
  /** The text of the node, against which the bars are drawn. */
  readonly base: string
  readonly schemaVersion: string
  readonly schema: JsonSchema | undefined
  /** What main and the node found; the schema's own come on top. */
  readonly problems: readonly EditorProblem[]
  /** What a hover tells besides of a value, by place. */
  readonly origins: ReadonlyMap<string, string>
  readonly readOnly?: boolean
  readonly texts: EditorTexts
  readonly onText: (text: string) => void
  readonly onCursor: (position: TextPosition) => void
  readonly onOutline: (outline: Outline) => void
  readonly onProblems: (problems: readonly EditorProblem[]) => void
  readonly onReveal: (placeholder: string) => Promise<string | undefined>
  readonly describe: (problem: EditorProblem) => string
  readonly onField: (field: KeyField) => Promise<FieldWords>
  readonly onOpenPage: (url: string) => void
  /** Called with the editor once it stands, and with `undefined` when it goes. */
  readonly onReady?: (editor: ConfigEditor | undefined) => void
}

/** Monaco as a component. Its code is loaded when the first one is shown; until then the box is empty and `aria-busy`. */
export function MachineConfigEditor(props: MachineConfigEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<ConfigEditor | undefined>(undefined)
  /** What the editor told last: when it comes back as `value`, the person may have typed on already. */
  const emitted = useRef<string | undefined>(undefined)
  const [ready, setReady] = useState(false)
  const { schemaVersion, readOnly = false, texts } = props

  /** The props of the last render, for what happens later. */
  const latest = useEffectEvent(() => props)

  useEffect(() => {
    const element = host.current
    if (element === null) return
    let wanted = true
    const start = async () => {
      await prepareMonacoLanguage()
      const { createConfigEditor } = await import('./config-editor.ts')
      if (!isStill(wanted)) return
      const made = createConfigEditor({
        host: element,
        text: latest().value,
        base: latest().base,
        schemaVersion,
        readOnly,
        texts,
        listener: {
          onText: (text) => {
            emitted.current = text
            latest().onText(text)
          },
          onCursor: (position) => latest().onCursor(position),
          onOutline: (outline) => latest().onOutline(outline),
          onProblems: (problems) => latest().onProblems(problems),
          onReveal: (placeholder) => latest().onReveal(placeholder),
          describe: (problem) => latest().describe(problem),
          onField: (field) => latest().onField(field),
          onOpenPage: (url) => latest().onOpenPage(url),
        },
      })
      editor.current = made
      const { schema, problems, origins, onReady } = latest()
      if (schema !== undefined) made.setSchema(schema)
      made.setOwnProblems(problems)
      made.setOrigins(origins)
      setReady(true)
      onReady?.(made)
    }
    void start()
    return () => {
      wanted = false
      latest().onReady?.(undefined)
      editor.current?.dispose()
      editor.current = undefined
      setReady(false)
    }
  }, [schemaVersion, readOnly, texts])

  useEffect(() => {
    if (props.value !== emitted.current) editor.current?.setText(props.value)
  }, [props.value])
  useEffect(() => editor.current?.setBase(props.base), [props.base])
  useEffect(() => {
    if (props.schema !== undefined) editor.current?.setSchema(props.schema)
  }, [props.schema])
  useEffect(() => editor.current?.setOwnProblems(props.problems), [props.problems])
  useEffect(() => editor.current?.setOrigins(props.origins), [props.origins])

  return (
    <div className="mc-editor" aria-busy={!ready} onKeyDownCapture={passToWindow}>
      <div ref={host} className="mc-editor-host" />
    </div>
  )
}

/** Keys of the whole window, which Monaco would keep for its own chords. */
function isWindowKey(event: KeyboardEvent): boolean {
  if (event.key === 'F6') return true
  return (event.ctrlKey || event.metaKey) && !event.altKey && ['k', 'K', 'Enter', '`'].includes(event.key)
}

function passToWindow(event: KeyboardEvent<HTMLElement>): void {
  if (!isWindowKey(event)) return
  event.stopPropagation()
  event.preventDefault()
  event.currentTarget.parentElement?.dispatchEvent(new globalThis.KeyboardEvent('keydown', event.nativeEvent))
}

/** A closure may have changed it in the meantime; the compiler cannot know. */
function isStill(wanted: boolean): boolean {
  return wanted
}
