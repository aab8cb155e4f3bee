export interface Shortcut {
  readonly keys: string
  readonly title: string
  readonly group: string
  readonly onPress: () => void
}

/** The part of a `KeyboardEvent` that is read. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly target: EventTarget | null
  readonly defaultPrevented: boolean
  readonly timeStamp: number
  readonly preventDefault: () => void
}

export interface ShortcutRegistry {
  /** The newest binding of the same keys wins. Returns what takes it away again. */
  readonly add: (shortcut: Shortcut) => () => void
  readonly press: (event: KeyPress) => void
  readonly subscribe: (listener: () => void) => () => void
  readonly list: () => readonly Shortcut[]
}

/** The second key of a pair (`g f`) counts for this long. */
const PAIR_MS = 1200

export function createShortcutRegistry(): ShortcutRegistry {
  let shortcuts: readonly Shortcut[] = []
  let first: { readonly chord: string; readonly at: number } | undefined
  const listeners = new Set<() => void>()

  function change(next: readonly Shortcut[]) {
    shortcuts = next
    for (const listener of listeners) listener()
  }

  function run(keys: string, event: KeyPress): boolean {
    const shortcut = shortcuts.findLast((one) => one.keys === keys)
    if (shortcut === undefined) return false
    event.preventDefault()
    shortcut.onPress()
    return true
  }

  return {
    add(shortcut) {
      change([...shortcuts, shortcut])
      return () => {
        change(shortcuts.filter((one) => one !== shortcut))
      }
    },
    press(event) {
      if (event.defaultPrevented) return
      const chord = chordOf(event)
      if (chord === undefined) return
      const held = chord.startsWith('mod+') || /^f\d+$/.test(chord)
      if (!held && (isTyping(event.target) || isInDialog(event.target))) return
      const pair = first !== undefined && event.timeStamp - first.at < PAIR_MS ? first.chord : undefined
      first = undefined
      if (pair !== undefined && run(`${pair} ${chord}`, event)) return
      if (run(chord, event)) return
      if (shortcuts.some((one) => one.keys.startsWith(`${chord} `))) first = { chord, at: event.timeStamp }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    list: () => shortcuts,
  }
}

function chordOf(event: KeyPress): string | undefined {
  if (event.altKey || ['Control', 'Meta', 'Shift', 'Alt'].includes(event.key)) return undefined
  const key = event.key.toLowerCase()
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : ''
  // For a letter or a named key Shift is part of the chord; for `?` it is how the key is made.
  const shift = event.shiftKey && (/^[a-z]$/.test(key) || key.length > 1) ? 'shift+' : ''
  return `${mod}${shift}${key}`
}

interface Place {
  readonly closest: (selector: string) => unknown
}

function placeOf(target: EventTarget | null): Place | undefined {
  return target !== null && 'closest' in target ? (target as unknown as Place) : undefined
}

function isTyping(target: EventTarget | null): boolean {
  return (
    placeOf(target)?.closest(
      'input:not([type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable=true], .monaco-editor',
    ) != null
  )
}

function isInDialog(target: EventTarget | null): boolean {
  return placeOf(target)?.closest('[role=dialog], [role=menu]') != null
}
