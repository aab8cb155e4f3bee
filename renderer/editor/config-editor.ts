import type { TextPosition } from '#contract/wire-error.ts'
import { changeDecorations, secretDecorations, type EditorTexts, type Revealed } from './decorations.ts'
import { hoverOverKeys, type FieldWords, type KeyField } from './key-hover.ts'
import { lineChanges } from './line-changes.ts'
import { listenToSchemaMarkers, modelUri, monaco, registerSchema } from './monaco.ts'
import { outlineOf, type Outline } from './outline.ts'
import { mergeProblems, type EditorProblem, type SchemaMarker } from './problems.ts'
import type { JsonSchema } from './schema-keys.ts'
import { placeholderNear } from './secrets.ts'
import { completeDocuments } from './skeletons.ts'
import { editorFont, followTheme } from './theme.ts'

/** What the editor tells its page. Texts come 150 ms after the last keystroke, the rest with them. */
interface EditorListener {
  readonly onText: (text: string) => void
  readonly onCursor: (position: TextPosition) => void
  readonly onOutline: (outline: Outline) => void
  readonly onProblems: (problems: readonly EditorProblem[]) => void
  /** Answers with the value, or `undefined` when it may not be shown; the page says why. */
  readonly onReveal: (placeholder: string) => Promise<string | undefined>
  /** The sentence of a problem in the person's language. */
  readonly describe: (problem: EditorProblem) => string
  /** What a hover tells of a key besides its type. */
  readonly onField: (field: KeyField) => Promise<FieldWords>
  /** Opens a page of the official reference. */
  readonly onOpenPage: (url: string) => void
}

export interface ConfigEditor {
  readonly text: () => string
  /** Replaces everything as one step that can be undone. */
  readonly setText: (text: string) => void
  readonly setBase: (text: string) => void
  readonly setOwnProblems: (problems: readonly EditorProblem[]) => void
  readonly setSchema: (schema: JsonSchema) => void
  /** Sentences for the hover, by place: `LinkConfig enp3s0: mtu`. */
  readonly setOrigins: (origins: ReadonlyMap<string, string>) => void
  readonly goTo: (position: TextPosition) => void
  /** Puts a mend's text in place, as one step that can be undone. */
  readonly mend: (problem: EditorProblem) => void
  readonly focus: () => void
  readonly dispose: () => void
}

export interface ConfigEditorOptions {
  readonly host: HTMLElement
  readonly text: string
  readonly base: string
  /** `v1.14` */
  readonly schemaVersion: string
  readonly readOnly: boolean
  readonly texts: EditorTexts
  readonly listener: EditorListener
}

const PAUSE_MS = 150
const REVEAL_MS = 10_000
const PROBLEMS_OWNER = 'ichor'
const REVEAL_COMMAND = 'ichor.reveal-secret'
const OPEN_COMMAND = 'ichor.open-page'

/** Hovers carry the command by name, so it is registered once and finds the editor that is in use. */
let revealIn: ((placeholder: string) => void) | undefined
let openPage: ((url: string) => void) | undefined
let commandRegistered = false

/** Builds the editor in `host`. Whoever makes it calls `dispose`. */
export function createConfigEditor(options: ConfigEditorOptions): ConfigEditor {
  const { texts, listener } = options
  followTheme()
  let base = options.base
  let own: readonly EditorProblem[] = []
  let markers: readonly SchemaMarker[] = []
  let jsonSchema: JsonSchema | undefined
  let origins: ReadonlyMap<string, string> = new Map()
  let revealed: Revealed | undefined
  let hideTimer: ReturnType<typeof setTimeout> | undefined
  let pauseTimer: ReturnType<typeof setTimeout> | undefined

  const model = monaco.editor.createModel(options.text, 'yaml', modelUri(options.schemaVersion))
  const { indent } = outlineOf(base, options.text)
  model.updateOptions({ tabSize: indent, indentSize: indent, insertSpaces: true, trimAutoWhitespace: true })
  listenToSchemaMarkers(model, (found) => {
    markers = found
    showProblems()
  })
  const editor = monaco.editor.create(options.host, {
    model,
    readOnly: options.readOnly,
    ariaLabel: `${texts.label}. ${texts.leaveNote}`,
    ...editorFont(),
    ...LOOK,
  })
  const bars = editor.createDecorationsCollection()
  const chips = editor.createDecorationsCollection()

  function showBars() {
    bars.set(changeDecorations(lineChanges(base, model.getValue()), texts))
  }
  function showChips() {
    chips.set(secretDecorations(model.getLinesContent(), texts, REVEAL_COMMAND, revealed))
  }
  function showProblems() {
    if (model.isDisposed()) return
    const outline = outlineOf(base, model.getValue())
    const problems = mergeProblems({
      own,
      schema: markers,
      lines: model.getLinesContent(),
      outline,
      jsonSchema,
      base,
    })
    monaco.editor.setModelMarkers(
      model,
      PROBLEMS_OWNER,
      problems.map((problem) => ({
        severity: SEVERITY[problem.severity],
        message: listener.describe(problem),
        startLineNumber: problem.from.line,
        startColumn: problem.from.column,
        endLineNumber: problem.to.line,
        endColumn: problem.to.column,
        ...(problem.code === 'legacy-field' ? { tags: [monaco.MarkerTag.Deprecated] } : {}),
      })),
    )
    listener.onProblems(problems)
  }
  function settle() {
    clearTimeout(pauseTimer)
    pauseTimer = undefined
    const text = model.getValue()
    showBars()
    showChips()
    listener.onOutline(outlineOf(base, text))
    listener.onText(text)
  }
  async function reveal(placeholder: string) {
    const value = await listener.onReveal(placeholder)
    if (value === undefined || model.isDisposed()) return
    clearTimeout(hideTimer)
    revealed = { placeholder, value }
    showChips()
    hideTimer = setTimeout(hide, REVEAL_MS)
  }
  function hide() {
    revealed = undefined
    if (!model.isDisposed()) showChips()
  }

  registerCommands()
  openPage = (url) => listener.onOpenPage(url)
  const revealHere = (placeholder: string) => void reveal(placeholder)
  const subscriptions = [
    model.onDidChangeContent(() => {
      clearTimeout(pauseTimer)
      pauseTimer = setTimeout(settle, PAUSE_MS)
    }),
    editor.onDidChangeCursorPosition(({ position }) => {
      listener.onCursor({ line: position.lineNumber, column: position.column })
    }),
    editor.onDidFocusEditorText(() => {
      revealIn = revealHere
    }),
    editor.onMouseMove(() => {
      revealIn = revealHere
    }),
    editor.addAction({
      id: 'ichor.reveal-secret-here',
      label: texts.revealSecret,
      keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyMod.Alt | monaco.KeyCode.KeyR],
      contextMenuGroupId: '9_secret',
      run: () => {
        const position = editor.getPosition()
        if (position === null) return
        const found = placeholderNear(model.getLineContent(position.lineNumber), position.column)
        if (found !== undefined) void reveal(found.text)
      },
    }),
    editor.addAction({
      id: 'ichor.about-key',
      label: texts.aboutKey,
      keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyMod.Alt | monaco.KeyCode.KeyI],
      contextMenuGroupId: '8_about',
      run: () => {
        editor.trigger('ichor', 'editor.action.showHover', { focus: 'focusIfVisible' })
      },
    }),
    hoverOverKeys(model, {
      schema: () => jsonSchema,
      oneOf: texts.oneOf,
      originOf: (place) => origins.get(place),
      fieldWords: (field) => listener.onField(field),
      openCommand: OPEN_COMMAND,
    }),
    completeDocuments(model, () => jsonSchema, texts.newDocument),
    keepCursorInSight(editor),
    letTabOut(editor),
  ]

  showBars()
  showChips()
  listener.onOutline(outlineOf(base, options.text))
  showProblems()

  return {
    text: () => model.getValue(),
    setText(text) {
      if (text === model.getValue()) return
      editor.pushUndoStop()
      editor.executeEdits('ichor', [{ range: model.getFullModelRange(), text }])
      editor.pushUndoStop()
    },
    setBase(text) {
      base = text
      showBars()
      listener.onOutline(outlineOf(base, model.getValue()))
      showProblems()
    },
    setOwnProblems(problems) {
      own = problems
      showProblems()
    },
    setSchema(schema) {
      jsonSchema = schema
      registerSchema(options.schemaVersion, schema)
    },
    setOrigins(found) {
      origins = found
    },
    goTo({ line, column }) {
      const position = { lineNumber: Math.min(line, model.getLineCount()), column }
      editor.setPosition(position)
      editor.revealPositionInCenterIfOutsideViewport(position)
      editor.focus()
    },
    mend({ fix, from, to }) {
      if (fix === undefined) return
      editor.pushUndoStop()
      editor.executeEdits('ichor', [
        { range: new monaco.Range(from.line, from.column, to.line, to.column), text: fix.text },
      ])
      editor.pushUndoStop()
      editor.focus()
    },
    focus: () => editor.focus(),
    dispose() {
      if (pauseTimer !== undefined) settle()
      clearTimeout(hideTimer)
      if (revealIn === revealHere) revealIn = undefined
      for (const subscription of subscriptions) subscription.dispose()
      editor.dispose()
      model.dispose()
    },
  }
}

const SEVERITY = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  hint: monaco.MarkerSeverity.Info,
} as const

const LOOK = {
  automaticLayout: true,
  minimap: { enabled: false },
  stickyScroll: { enabled: false },
  scrollBeyondLastLine: false,
  lineNumbersMinChars: 5,
  lineDecorationsWidth: 4,
  folding: true,
  showFoldingControls: 'always',
  renderLineHighlight: 'line',
  renderWhitespace: 'selection',
  detectIndentation: false,
  fixedOverflowWidgets: true,
  fontLigatures: false,
  padding: { top: 6, bottom: 6 },
  wordBasedSuggestions: 'off',
  inlineSuggest: { enabled: false },
  acceptSuggestionOnEnter: 'smart',
  quickSuggestions: { other: true, strings: true, comments: false },
  unicodeHighlight: { allowedCharacters: { '«': true, '»': true } },
  scrollbar: { verticalScrollbarSize: 12, horizontalScrollbarSize: 12, useShadows: false },
  overviewRulerBorder: false,
  guides: { indentation: false },
  bracketPairColorization: { enabled: false },
  occurrencesHighlight: 'off',
} as const satisfies monaco.editor.IStandaloneEditorConstructionOptions

function registerCommands() {
  if (commandRegistered) return
  commandRegistered = true
  monaco.editor.registerCommand(REVEAL_COMMAND, (_accessor, placeholder: unknown) => {
    if (typeof placeholder === 'string') revealIn?.(placeholder)
  })
  monaco.editor.registerCommand(OPEN_COMMAND, (_accessor, url: unknown) => {
    if (typeof url === 'string') openPage?.(url)
  })
}

/** The panel below takes room as problems come; what is being typed stays in sight. */
function keepCursorInSight(editor: monaco.editor.IStandaloneCodeEditor): monaco.IDisposable {
  let frame = 0
  const layout = editor.onDidLayoutChange(() => {
    cancelAnimationFrame(frame)
    // Scrolling in the middle of a layout leaves the line numbers one line off.
    frame = requestAnimationFrame(() => {
      const position = editor.getPosition()
      if (position !== null && editor.hasTextFocus()) editor.revealPosition(position)
    })
  })
  return {
    dispose() {
      cancelAnimationFrame(frame)
      layout.dispose()
    },
  }
}

/** Esc with nothing open lets the next Tab leave the editor; typing or coming back takes Tab in again. */
function letTabOut(editor: monaco.editor.IStandaloneCodeEditor): monaco.IDisposable {
  const OPEN = [
    'suggestWidgetVisible',
    'findWidgetVisible',
    'markersNavigationVisible',
    'editorHasSelection',
    'editorHasMultipleSelections',
    'inSnippetMode',
    'parameterHintsVisible',
    'editorHoverFocused',
  ]
  editor.addCommand(
    monaco.KeyCode.Escape,
    () => {
      editor.updateOptions({ tabFocusMode: true })
    },
    OPEN.map((key) => `!${key}`).join(' && '),
  )
  const back = () => {
    editor.updateOptions({ tabFocusMode: false })
  }
  const typed = editor.onDidChangeModelContent(back)
  const left = editor.onDidBlurEditorText(back)
  return {
    dispose() {
      typed.dispose()
      left.dispose()
    },
  }
}
