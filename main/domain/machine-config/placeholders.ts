/** What one placeholder stands for. Lives in the main process only. */
export interface VaultEntry {
  readonly value: string
  /** The characters of the text that it replaced. */
  readonly slice: string
  /** `raw`: the slice is put back wherever the placeholder stands. */
  readonly style: 'plain' | 'single' | 'double' | 'block' | 'raw'
  /** Columns before the line's first word, for texts over several lines. */
  readonly indent: number
}

/** By placeholder name: `machine.token`. */
export type Vault = ReadonlyMap<string, VaultEntry>

/** A name has no blanks in it, so it fits a plain scalar. */
export const PLACEHOLDER = /«secret:([^»\s]*)»/g

export function placeholderOf(name: string): string {
  return `«secret:${name}»`
}

/** `machine.token` of `«secret:machine.token»`; `undefined` when the text is not one whole placeholder. */
export function nameOf(placeholder: string): string | undefined {
  return /^«secret:([^»\s]*)»$/.exec(placeholder)?.[1]
}

export interface Unresolved {
  readonly name: string
  readonly from: number
  readonly to: number
}

/**
 * Puts the values back, wherever in the text the placeholders have been moved or copied to, written so that the
 * place they stand in stays valid. Those the vault does not know are left and listed.
 */
export function restoreText(
  text: string,
  vault: Vault,
): { readonly text: string; readonly unresolved: readonly Unresolved[] } {
  const unresolved: Unresolved[] = []
  let result = ''
  let done = 0
  for (const match of text.matchAll(PLACEHOLDER)) {
    const name = match[1] ?? ''
    const from = match.index
    const to = from + match[0].length
    const entry = entryOf(vault, name)
    if (entry === undefined) {
      unresolved.push({ name, from, to })
      continue
    }
    const written = writeAt(text, from, to, entry)
    result += text.slice(done, from - written.widen) + written.text
    done = to + written.widen
  }
  return { text: result + text.slice(done), unresolved }
}

/** `«secret:cluster.ca.key~pem»` is the text that `cluster.ca.key` has in base64: the 1.14 documents take keys that way. */
const DECODED = '~pem'

/** What a placeholder stands for; `undefined` for one that nobody knows. */
export function entryOf(vault: Vault, name: string): VaultEntry | undefined {
  const own = vault.get(name)
  if (own !== undefined || !name.endsWith(DECODED)) return own
  const encoded = vault.get(name.slice(0, -DECODED.length))?.value
  if (encoded === undefined) return undefined
  try {
    const value = atob(encoded.replace(/\s/g, ''))
    return { value, slice: escaped(value), style: 'double', indent: 0 }
  } catch {
    return undefined
  }
}

/** How a value is written at a place; `widen` is 1 when the quotes around the placeholder go too. */
export function writeAt(
  text: string,
  from: number,
  to: number,
  entry: VaultEntry,
): { readonly text: string; readonly widen: 0 | 1 } {
  if (entry.style === 'raw') return { text: entry.slice, widen: 0 }
  const before = text[from - 1]
  const after = text[to]
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from)
  if (before === '"' && after === '"') {
    return { text: entry.style === 'double' ? entry.slice : escaped(entry.value), widen: 0 }
  }
  if (before === "'" && after === "'") {
    if (entry.style === 'single') return { text: entry.slice, widen: 0 }
    if (/[\n\r]/.test(entry.value)) return { text: `"${escaped(entry.value)}"`, widen: 1 }
    return { text: entry.value.replaceAll("'", "''"), widen: 0 }
  }
  if (!standsAlone(line, text, to)) {
    return { text: /[\n\r]/.test(entry.value) ? escaped(entry.value) : entry.value, widen: 0 }
  }
  if (entry.style === 'plain' || entry.style === 'block') {
    const lines = entry.slice.includes('\n')
    const fits = lines ? indentOf(line) === entry.indent : !/[,[\]{}]/.test(entry.slice) || !isInFlow(line)
    if (fits) return { text: entry.slice, widen: 0 }
  }
  return { text: `"${escaped(entry.value)}"`, widen: 0 }
}

/** Column of the first word, dashes of list items before it included. */
export function indentOf(line: string): number {
  return /^[ -]*/.exec(line)?.[0].length ?? 0
}

function standsAlone(line: string, text: string, to: number): boolean {
  if (/(?:^|\s)#/.test(line)) return false
  if (!/(?:^|[:\-,[{])\s*$/.test(line) || /[^\s]$/.test(line)) return line.trim() === ''
  const rest = /^[^\n]*/.exec(text.slice(to, to + 200))?.[0] ?? ''
  return /^(?:\s*$|\s+#|\s*[,\]}])/.test(rest)
}

function isInFlow(line: string): boolean {
  return /[[{]/.test(line.replace(/"[^"]*"|'[^']*'/g, ''))
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}
