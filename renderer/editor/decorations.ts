import { editor, type IMarkdownString } from 'monaco-editor/editor'
import type { LineChange } from './line-changes.ts'
import { findPlaceholders } from './secrets.ts'

/** The sentences of the editor itself, in the person's language. */
export interface EditorTexts {
  readonly label: string
  /** Said to screen readers: how to leave the editor. */
  readonly leaveNote: string
  readonly onTheNode: string
  readonly removedHere: string
  readonly addedHere: string
  /** Before the values that a key takes. */
  readonly oneOf: string
  /** Entry of the context menu: what is known of the key under the cursor. */
  readonly aboutKey: string
  /** Beside a kind in the list of completions: it begins a document. */
  readonly newDocument: string
  readonly secretHidden: string
  readonly revealSecret: string
}

type Decoration = editor.IModelDeltaDecoration

/** Lines of the past that a hover shows; the diff view has the rest. */
const HOVER_LINES = 12

/** Bars in the margin: solid for added, striped for modified, a line at the foot for removed. */
export function changeDecorations(changes: readonly LineChange[], texts: EditorTexts): Decoration[] {
  return changes.map((change) => {
    const line = Math.max(change.from, 1)
    const kind = change.kind === 'removed' && change.from === 0 ? 'removed-above' : change.kind
    return {
      range: {
        startLineNumber: line,
        startColumn: 1,
        endLineNumber: Math.max(change.to, 1),
        endColumn: 1,
      },
      options: {
        isWholeLine: true,
        marginClassName: `mc-margin mc-${kind}`,
        ...(change.kind === 'added' ? { className: 'mc-added-line' } : {}),
        lineNumberHoverMessage: hoverOf(change, texts),
        // The overview at the right edge is drawn on a canvas, which takes theme colours only.
        overviewRuler: { color: { id: 'editorInfo.foreground' }, position: editor.OverviewRulerLane.Left },
      },
    }
  })
}

function hoverOf(change: LineChange, texts: EditorTexts): IMarkdownString {
  if (change.kind === 'added') return { value: texts.addedHere }
  const title = change.kind === 'removed' ? texts.removedHere : texts.onTheNode
  const shown = change.before.slice(0, HOVER_LINES).join('\n')
  const more = change.before.length > HOVER_LINES ? '\n…' : ''
  // Four tildes: a fence that no MachineConfig holds.
  return { value: `${title}\n\n~~~~yaml\n${shown}${more}\n~~~~` }
}

/** A revealed secret, until its time is over. */
export interface Revealed {
  readonly placeholder: string
  readonly value: string
}

/** Each placeholder as a chip. The value never enters the text: it is drawn behind the chip and goes again. */
export function secretDecorations(
  lines: readonly string[],
  texts: EditorTexts,
  command: string,
  revealed: Revealed | undefined,
): Decoration[] {
  return lines.flatMap((text, index) =>
    text.includes('«secret:')
      ? findPlaceholders(text).map(({ text: placeholder, from, to }): Decoration => {
          const open = revealed?.placeholder === placeholder
          const argument = encodeURIComponent(JSON.stringify([placeholder]))
          return {
            range: {
              startLineNumber: index + 1,
              startColumn: from + 1,
              endLineNumber: index + 1,
              endColumn: to + 1,
            },
            options: {
              inlineClassName: 'mc-secret',
              stickiness: editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
              hoverMessage: {
                value: `${texts.secretHidden} · [${texts.revealSecret}](command:${command}?${argument})`,
                isTrusted: { enabledCommands: [command] },
              },
              ...(open
                ? {
                    after: {
                      content: `  ${revealed.value}`,
                      inlineClassName: 'mc-revealed',
                      cursorStops: editor.InjectedTextCursorStops.None,
                    },
                  }
                : {}),
            },
          }
        })
      : [],
  )
}
