import { monaco } from './monaco.ts'

/** Custom property by name, without its dashes: `ink`, `code-key`. */
type Token = (name: string) => string

const THEME = 'ichor'

/** Monaco takes six or eight hex digits only, and the bundler shortens `#ffffff` to `#fff`. */
function longHex(colour: string): string {
  return /^#[0-9a-f]{3}$/i.test(colour) ? colour.replace(/[0-9a-f]/gi, '$&$&') : colour
}

function themeFrom(token: Token, base: monaco.editor.BuiltinTheme): monaco.editor.IStandaloneThemeData {
  const bare = (name: string) => token(name).replace('#', '')
  return {
    base,
    inherit: true,
    rules: [
      { token: '', foreground: bare('ink') },
      { token: 'type', foreground: bare('code-key') },
      { token: 'string', foreground: bare('code-str') },
      // The themes that Monaco brings colour YAML's strings by their own, more precise name.
      { token: 'string.yaml', foreground: bare('code-str') },
      { token: 'number', foreground: bare('code-num') },
      { token: 'keyword', foreground: bare('code-num') },
      { token: 'comment', foreground: bare('code-com'), fontStyle: 'italic' },
      { token: 'operators', foreground: bare('ink-3') },
      { token: 'namespace', foreground: bare('ink-3') },
      { token: 'delimiter', foreground: bare('ink-2') },
      { token: 'tag', foreground: bare('code-com') },
    ],
    colors: {
      'editor.background': token('sheet'),
      'editor.foreground': token('ink'),
      'editorGutter.background': token('sheet'),
      'editorLineNumber.foreground': token('ink-3'),
      'editorLineNumber.activeForeground': token('ink'),
      'editor.lineHighlightBackground': token('select'),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': `${token('act')}40`,
      'editor.inactiveSelectionBackground': `${token('act')}26`,
      'editor.selectionHighlightBackground': `${token('act')}1f`,
      'editor.wordHighlightBackground': `${token('act')}1f`,
      'editor.findMatchBackground': token('mark'),
      'editor.findMatchHighlightBackground': `${token('mark')}80`,
      'editorCursor.foreground': token('ink'),
      'editorWhitespace.foreground': token('rule-2'),
      'editorIndentGuide.background1': token('rule'),
      'editorIndentGuide.activeBackground1': token('rule-2'),
      'editorError.foreground': token('decide-fill'),
      'editorWarning.foreground': token('caution-fill'),
      'editorInfo.foreground': token('after-edge'),
      'editorHint.foreground': token('ink-3'),
      'editorWidget.background': token('sheet'),
      'editorWidget.foreground': token('ink'),
      'editorWidget.border': token('rule-2'),
      'editorHoverWidget.background': token('sheet'),
      'editorHoverWidget.foreground': token('ink'),
      'editorHoverWidget.border': token('rule-2'),
      'editorSuggestWidget.background': token('sheet'),
      'editorSuggestWidget.foreground': token('ink'),
      'editorSuggestWidget.border': token('rule-2'),
      'editorSuggestWidget.selectedBackground': token('select'),
      'editorSuggestWidget.selectedForeground': token('ink'),
      'editorSuggestWidget.selectedIconForeground': token('ink'),
      'editorSuggestWidget.highlightForeground': token('act'),
      'editorSuggestWidget.focusHighlightForeground': token('act'),
      'list.hoverBackground': token('desk'),
      'list.focusBackground': token('select'),
      'quickInput.background': token('sheet'),
      'quickInput.foreground': token('ink'),
      'input.background': token('sheet'),
      'input.foreground': token('ink'),
      'input.border': token('rule-2'),
      'textLink.foreground': token('act'),
      'textLink.activeForeground': token('act'),
      'menu.background': token('sheet'),
      'menu.foreground': token('ink'),
      'menu.selectionBackground': token('select'),
      'menu.selectionForeground': token('ink'),
      'widget.shadow': '#00000033',
      'scrollbar.shadow': '#00000000',
      'scrollbarSlider.background': `${token('rule-2')}59`,
      'scrollbarSlider.hoverBackground': `${token('rule-2')}8c`,
      'scrollbarSlider.activeBackground': token('rule-2'),
      'editorOverviewRuler.border': token('rule'),
      'editorOverviewRuler.errorForeground': token('decide-fill'),
      'editorOverviewRuler.warningForeground': token('caution-fill'),
      focusBorder: token('focus'),
      'diffEditor.removedTextBackground': `${token('before-edge')}4d`,
      'diffEditor.removedLineBackground': token('before'),
      'diffEditor.insertedTextBackground': `${token('after-edge')}40`,
      'diffEditor.insertedLineBackground': token('after'),
      'diffEditorGutter.removedLineBackground': token('before-head'),
      'diffEditorGutter.insertedLineBackground': token('after-head'),
      'diffEditor.diagonalFill': token('rule'),
      'diffEditor.unchangedRegionBackground': token('desk'),
      'diffEditor.unchangedRegionForeground': token('ink-2'),
    },
  }
}

function applyTheme(): void {
  const root = document.documentElement
  const style = getComputedStyle(root)
  const dark = style.getPropertyValue('color-scheme').includes('dark')
  const contrast = matchMedia('(prefers-contrast: more), (forced-colors: active)').matches
  const base = contrast ? (dark ? 'hc-black' : 'hc-light') : dark ? 'vs-dark' : 'vs'
  monaco.editor.defineTheme(
    THEME,
    themeFrom((name) => longHex(style.getPropertyValue(`--${name}`).trim()), base),
  )
  monaco.editor.setTheme(THEME)
}

let watched = false

/** Takes the ledger's tokens over into Monaco, now and whenever the theme of the window changes. */
export function followTheme(): void {
  if (watched) return
  watched = true
  applyTheme()
  new MutationObserver(applyTheme).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'class', 'style'],
  })
  for (const query of [
    '(prefers-color-scheme: dark)',
    '(prefers-contrast: more)',
    '(forced-colors: active)',
  ]) {
    matchMedia(query).addEventListener('change', applyTheme)
  }
}

/** The same for every editor and diff of the app. */
export function editorFont(): {
  readonly fontFamily: string
  readonly fontSize: number
  readonly lineHeight: number
} {
  const fontFamily = getComputedStyle(document.documentElement).getPropertyValue('--mono').trim()
  return { fontFamily: fontFamily === '' ? 'monospace' : fontFamily, fontSize: 12.5, lineHeight: 20 }
}
