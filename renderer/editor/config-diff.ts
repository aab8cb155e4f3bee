// @ts-expect-error Monaco ships the tokenizer of YAML without types.
import { language } from 'monaco-editor/languages/definitions/yaml/yaml'
import { monaco } from './monaco.ts'
import { editorFont, followTheme } from './theme.ts'

export interface DiffView {
  readonly setTexts: (before: string, after: string) => void
  readonly dispose: () => void
}

export interface DiffLabels {
  readonly before: string
  readonly after: string
}

/** Older left, newer right, read only; equal stretches fold. Whoever makes it calls `dispose`. */
export function createDiffView(host: HTMLElement, labels: DiffLabels): DiffView {
  followTheme()
  const diff = monaco.editor.createDiffEditor(host, {
    ...editorFont(),
    automaticLayout: true,
    readOnly: true,
    originalEditable: false,
    renderSideBySide: true,
    useInlineViewWhenSpaceIsLimited: false,
    originalAriaLabel: labels.before,
    modifiedAriaLabel: labels.after,
    minimap: { enabled: false },
    stickyScroll: { enabled: false },
    scrollBeyondLastLine: false,
    renderOverviewRuler: false,
    fixedOverflowWidgets: true,
    hideUnchangedRegions: { enabled: true, contextLineCount: 3, minimumLineCount: 6 },
    padding: { top: 6, bottom: 6 },
    // Tab must reach what comes after a text that cannot be typed in.
    tabFocusMode: true,
  })
  // The diff editor loses these labels on the way to its two halves.
  diff.getOriginalEditor().updateOptions({ ariaLabel: labels.before })
  diff.getModifiedEditor().updateOptions({ ariaLabel: labels.after })
  let models = toModels('', '')
  diff.setModel(models)
  return {
    setTexts(before, after) {
      const old = models
      models = toModels(before, after)
      diff.setModel(models)
      old.original.dispose()
      old.modified.dispose()
    },
    dispose() {
      diff.dispose()
      models.original.dispose()
      models.modified.dispose()
    },
  }
}

/** YAML's colours without its language service: these are two texts to be read. */
const READ_ONLY_YAML = 'yaml-to-read'
let registered = false

function toModels(before: string, after: string): monaco.editor.IDiffEditorModel {
  if (!registered) {
    registered = true
    monaco.languages.register({ id: READ_ONLY_YAML })
    monaco.languages.setMonarchTokensProvider(READ_ONLY_YAML, language as monaco.languages.IMonarchLanguage)
  }
  return {
    original: monaco.editor.createModel(before, READ_ONLY_YAML),
    modified: monaco.editor.createModel(after, READ_ONLY_YAML),
  }
}
