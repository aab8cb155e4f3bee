const isMac = /mac/i.test(navigator.userAgent)

const NAMES: Readonly<Record<string, string>> = {
  mod: isMac ? '⌘' : 'Ctrl',
  shift: 'Shift',
  enter: 'Enter',
  backspace: 'Backspace',
  escape: 'Esc',
  end: 'End',
}

/** How a binding is written on a key cap: `mod+k` → `Ctrl K`. */
export function keyName(keys: string): string {
  return keys
    .split('+')
    .map((part) => NAMES[part] ?? (part.length === 1 || /^f\d+$/.test(part) ? part.toUpperCase() : part))
    .join(' ')
}
