import { findLooseSecrets, hideLooseSecrets } from '../nodes/loose-secrets.ts'
import type { SecretPath } from './config-facts.ts'
import type { ParsedConfig } from './parse-config.ts'
import { indentOf, PLACEHOLDER, placeholderOf, writeAt, type Vault, type VaultEntry } from './placeholders.ts'
import { findSecrets, type FoundSecret } from './secret-paths.ts'

export interface Redaction {
  /** The text with a placeholder for each secret, everything else as it was. `restoreText(text, vault)` undoes it. */
  readonly text: string
  readonly vault: Vault
  /** How many fields are secret. */
  readonly secrets: number
}

interface Edit {
  readonly from: number
  readonly to: number
  readonly name: string
  entry: VaultEntry
}

/** A text shorter than this is too common to be looked for outside the fields that hold it. */
const SEARCHED_ANYWHERE = 12
const SEARCHED_IN_COMMENTS = 6

/** Last words of the paths whose value someone may have left behind in a comment. */
const SECRET_KEYS =
  'token|secret|password|passphrase|identityToken|privateKey|presharedKey|apiToken|uniqueToken|clusterSecret|aescbcEncryptionSecret|secretboxEncryptionSecret'
const COMMENTED_SECRET = new RegExp(
  String.raw`^[^\n#]*#[^\n]*?\b(?:${SECRET_KEYS})["']?:[ \t]+["']?([^\s"'«][^\s"']*)`,
  'gm',
)

/**
 * Hides the secrets of a configuration (behaviour.md §4.7): the fields of the table, and every further place where
 * one of their values, or one of `alsoHide`, stands. Throws `config-syntax` when the text is not YAML, as nothing
 * could be told about its fields then.
 */
export function redactConfig(
  config: ParsedConfig,
  table: readonly SecretPath[],
  alsoHide: Vault = new Map(),
): Redaction {
  const { text } = config
  const found = findSecrets(config, table)
  const names = new Set<string>()
  const edits: Edit[] = []
  for (const secret of found) {
    const edit = editOf(text, secret, names)
    if (edit !== undefined) edits.push(edit)
  }
  edits.sort((a, b) => a.from - b.from)
  const known = new Map([...alsoHide, ...edits.map((edit) => [edit.name, edit.entry] as const)])
  const strays = findStrays(text, edits, known, createNames(names, alsoHide))
  const all = [...edits, ...strays].sort((a, b) => a.from - b.from)
  const redacted = applyEdits(text, all)
  return { text: redacted, vault: vaultOf(redacted, all), secrets: edits.length }
}

/** Every secret value of a vault, for hiding them in texts that are not configurations. */
export function valuesOf(...vaults: readonly Vault[]): readonly string[] {
  const values = vaults.flatMap((vault) =>
    [...vault]
      // Words of a comment that only looks like a secret would blank half of a node's answer.
      .filter(([name, entry]) => !/^(?:comment|text)~/.test(name) || entry.value.length >= SEARCHED_ANYWHERE)
      .map(([, entry]) => entry.value),
  )
  return [...new Set(values)]
}

function editOf(text: string, secret: FoundSecret, names: Set<string>): Edit | undefined {
  const { scalar } = secret
  const lineStart = text.lastIndexOf('\n', scalar.start - 1) + 1
  const indent = indentOf(text.slice(lineStart, scalar.start))
  let from = scalar.start
  let to = scalar.end
  let style: VaultEntry['style'] = scalar.style
  let value = scalar.value
  if (secret.query !== undefined) {
    const slice = text.slice(from, to)
    const match = new RegExp(`[?&]${secret.query}=([^&\\s"'#]+)`).exec(slice)
    const hidden = match?.[1]
    if (match === null || hidden === undefined) return undefined
    from += match.index + match[0].length - hidden.length
    to = from + hidden.length
    style = 'raw'
    value = hidden
  } else if (style === 'single' || style === 'double') {
    from++
    to--
  } else if (style === 'block') {
    to = from + text.slice(from, to).trimEnd().length
  }
  return {
    from,
    to,
    name: unused(secret.name, names),
    entry: { value, slice: text.slice(from, to), style, indent },
  }
}

function unused(wanted: string, names: Set<string>): string {
  let name = wanted
  for (let count = 2; names.has(name); count++) name = `${wanted}~${count}`
  names.add(name)
  return name
}

/** The same characters get the same name again, in this text and in the next version of it. */
function createNames(names: Set<string>, earlier: Vault): (wanted: string, slice: string) => string {
  const bySlice = new Map<string, string>()
  for (const [name, entry] of earlier) {
    if (entry.style === 'raw' && !names.has(name)) bySlice.set(entry.slice, name)
  }
  for (const name of earlier.keys()) names.add(name)
  return (wanted, slice) => {
    const name = bySlice.get(slice) ?? unused(`${wanted.replace(/~\d*$/, '')}~`, names)
    bySlice.set(slice, name)
    return name
  }
}

/** Values of secrets in other places: comments, copies, and texts that look like placeholders but are none. */
function findStrays(
  text: string,
  edits: readonly Edit[],
  known: ReadonlyMap<string, VaultEntry>,
  nameOfSlice: (wanted: string, slice: string) => string,
): Edit[] {
  const strays: Edit[] = []
  const needles = needlesOf(known)
  let done = 0
  const visit = (from: number, to: number): void => {
    const taken: { from: number; to: number; name: string; value: string }[] = []
    const take = (start: number, length: number, name: string, value: string): void => {
      const end = start + length
      if (start >= from && end <= to && !taken.some((t) => start < t.to && t.from < end)) {
        taken.push({ from: start, to: end, name, value })
      }
    }
    const gap = text.slice(from, to)
    for (const match of gap.matchAll(PLACEHOLDER)) {
      take(from + match.index, match[0].length, 'text', match[0])
    }
    for (const { needle, name, value } of needles) {
      for (let at = gap.indexOf(needle); at >= 0; at = gap.indexOf(needle, at + needle.length)) {
        if (needle.length >= SEARCHED_ANYWHERE || isInComment(text, from + at)) {
          take(from + at, needle.length, name, value)
        }
      }
    }
    for (const loose of findLooseSecrets(gap)) {
      const value = gap.slice(loose.from, loose.to)
      take(from + loose.from, value.length, 'text', value)
    }
    for (const match of gap.matchAll(COMMENTED_SECRET)) {
      const value = match[1] ?? ''
      take(from + match.index + match[0].length - value.length, value.length, 'comment', value)
    }
    for (const { name, value, ...range } of taken) {
      const slice = text.slice(range.from, range.to)
      strays.push({
        ...range,
        name: nameOfSlice(name, slice),
        entry: { value, slice, style: 'raw', indent: 0 },
      })
    }
  }
  for (const edit of edits) {
    visit(done, edit.from)
    done = edit.to
  }
  visit(done, text.length)
  return strays
}

interface Needle {
  readonly needle: string
  readonly name: string
  readonly value: string
}

function needlesOf(known: ReadonlyMap<string, VaultEntry>): readonly Needle[] {
  const needles = new Map<string, Needle>()
  for (const [name, { value }] of known) {
    for (const needle of piecesOf(value)) {
      if (needle.length >= SEARCHED_IN_COMMENTS && !needles.has(needle))
        needles.set(needle, { needle, name, value })
    }
  }
  return [...needles.values()].sort((a, b) => b.needle.length - a.needle.length)
}

/** The value itself and, of one with several lines, the lines that tell something. */
function piecesOf(value: string): readonly string[] {
  const trimmed = value.trim()
  if (!trimmed.includes('\n')) return [trimmed]
  const lines = trimmed.split('\n').map((line) => line.trim())
  return lines.filter((line) => line.length >= SEARCHED_ANYWHERE && !line.startsWith('-----'))
}

function isInComment(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return /(?:^|\s)#/.test(line)
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let done = 0
  for (const edit of edits) {
    result += text.slice(done, edit.from) + placeholderOf(edit.name)
    done = edit.to
  }
  return result + text.slice(done)
}

/** A place that could not be written back as it was (a tag before it, an odd blank) keeps its characters as they are. */
function vaultOf(redacted: string, edits: readonly Edit[]): Vault {
  const places = [...redacted.matchAll(PLACEHOLDER)]
  for (const [index, edit] of edits.entries()) {
    const place = places[index]
    if (place === undefined) continue
    const written = writeAt(redacted, place.index, place.index + place[0].length, edit.entry)
    if (written.widen === 1 || written.text !== edit.entry.slice) edit.entry = { ...edit.entry, style: 'raw' }
  }
  return new Map(edits.map((edit) => [edit.name, edit.entry]))
}

const SECRET_LINE = new RegExp(String.raw`^([-+ \t]*(?:- )?(?:${SECRET_KEYS})["']?:[ \t]+)(?!«)\S.*$`, 'gm')
const LONG_KEY_LINE = /^([-+ \t]*(?:- )?key["']?:[ \t]+)["']?[A-Za-z0-9+/=]{40,}["']?[ \t]*$/gm
const PEM_KEY = /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g

/**
 * Hides secret values in what a node answers, in diffs and in logs: the values given (`valuesOf`), and whatever
 * stands behind a key that only ever holds a secret, as the node may know values that we do not.
 */
export function redactText(text: string, values: readonly string[]): string {
  let result = text
  const pieces = [
    ...new Set(values.flatMap((value) => [...piecesOf(value), JSON.stringify(value).slice(1, -1)])),
  ]
  for (const piece of pieces.sort((a, b) => b.length - a.length)) {
    if (piece.length >= SEARCHED_ANYWHERE) result = result.replaceAll(piece, '«secret»')
    else if (piece.length >= 4) result = result.replace(wordOf(piece), '«secret»')
  }
  return hideLooseSecrets(result)
    .replace(PEM_KEY, '$1 «secret» $2')
    .replace(SECRET_LINE, '$1«secret»')
    .replace(LONG_KEY_LINE, '$1«secret»')
}

function wordOf(piece: string): RegExp {
  const literal = piece.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])`, 'g')
}
