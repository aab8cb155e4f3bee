import { toLines } from './line-changes.ts'

/**
 * One entry of the document outline: a typed document, or one of the two halves of the v1alpha1 document.
 * `line` is 1-based; a document that only the base has stands at the end, without one.
 */
export interface OutlineEntry {
  /** `v1alpha1` for the legacy document; empty for one that does not say. `key` is unique in one outline: identity of the document (behaviour.md §4.1) plus its section. */
  readonly key: string
  readonly kind: string
  readonly name?: string
  readonly section?: 'machine' | 'cluster'
  readonly line?: number
  readonly to?: number
  readonly change: 'added' | 'changed' | 'removed' | 'same'
}

export interface Outline {
  readonly entries: readonly OutlineEntry[]
  /** Documents of the draft, counted as YAML does; removed ones apart. */
  readonly documents: number
  readonly removed: number
  readonly lines: number
  /** Columns of one step; Talos writes four. */
  readonly indent: number
}

interface Part {
  readonly key: string
  readonly kind: string
  readonly name?: string
  readonly section?: 'machine' | 'cluster'
  readonly line: number
  readonly to: number
  readonly body: string
}

/** Reads documents by their top-level keys alone, so it also answers while the text is half typed. */
export function outlineOf(base: string, draft: string): Outline {
  const before = partsOf(base)
  const after = partsOf(draft)
  const old = new Map(before.parts.map((part) => [part.key, part]))
  const kept = new Set(after.parts.map((part) => part.key))
  const entries = after.parts.map((part): OutlineEntry => {
    const was = old.get(part.key)
    const change = was === undefined ? 'added' : was.body === part.body ? 'same' : 'changed'
    return { ...named(part), line: part.line, to: part.to, change }
  })
  const removed = before.parts
    .filter((part) => !kept.has(part.key))
    .map((part): OutlineEntry => ({ ...named(part), change: 'removed' }))
  return {
    entries: [...entries, ...removed],
    documents: after.documents,
    removed: removed.length,
    lines: after.lines,
    indent: after.indent,
  }
}

const TALOS_INDENT = 4

/** As the first indented line has it. */
function indentOf(lines: readonly string[]): number {
  for (const line of lines) {
    const width = /^( {1,8})[^\s#-]/.exec(line)?.[1]?.length
    if (width !== undefined) return width
  }
  return TALOS_INDENT
}

/** The document a line of the text is in. */
export function entryAt(outline: Outline, line: number): OutlineEntry | undefined {
  let found: OutlineEntry | undefined
  for (const entry of outline.entries) {
    if (entry.line !== undefined && entry.line <= line) found = entry
  }
  return found
}

/** `LinkConfig enp3s0`, `v1alpha1 machine`: how a document is called beside its problems. */
export function entryTitle(entry: Pick<OutlineEntry, 'kind' | 'name' | 'section'>): string {
  return [entry.kind, entry.section ?? entry.name]
    .filter((word) => word !== undefined && word !== '')
    .join(' ')
}

function named(part: Part): Pick<OutlineEntry, 'key' | 'kind' | 'name' | 'section'> {
  return {
    key: part.key,
    kind: part.kind,
    ...(part.name === undefined ? {} : { name: part.name }),
    ...(part.section === undefined ? {} : { section: part.section }),
  }
}

const TOP_LEVEL = /^([A-Za-z][\w-]*):(?:\s+(.*))?$/

function partsOf(text: string): {
  readonly parts: readonly Part[]
  readonly documents: number
  readonly lines: number
  readonly indent: number
} {
  const lines = toLines(text)
  const parts: Part[] = []
  const seen = new Map<string, number>()
  let documents = 0
  let start = 0
  for (let index = 0; index <= lines.length; index++) {
    const line = lines[index]
    if (line !== undefined && !/^---(\s|$)/.test(line)) continue
    const found = partsOfDocument(lines, start, index)
    if (found.length > 0) documents++
    for (const part of found) {
      const times = (seen.get(part.key) ?? 0) + 1
      seen.set(part.key, times)
      parts.push(times === 1 ? part : { ...part, key: `${part.key}#${times}` })
    }
    start = index + 1
  }
  return { parts, documents, lines: lines.length, indent: indentOf(lines) }
}

/** Lines `from` up to but not including `to`, 0-based. */
function partsOfDocument(lines: readonly string[], from: number, to: number): readonly Part[] {
  const top = new Map<string, { readonly at: number; readonly value: string }>()
  for (let index = from; index < to; index++) {
    const match = TOP_LEVEL.exec(lines[index] ?? '')
    const key = match?.[1]
    if (key !== undefined && !top.has(key)) top.set(key, { at: index, value: bare(match?.[2] ?? '') })
  }
  const [first] = [...top.values()]
  if (first === undefined) return []
  const kind = top.get('kind')?.value
  const name = top.get('name')?.value
  if (kind !== undefined && kind !== '') {
    const key = name === undefined || name === '' ? kind : `${kind}/${name}`
    return [
      {
        key,
        kind,
        ...(name === undefined || name === '' ? {} : { name }),
        line: first.at + 1,
        to,
        body: bodyOf(lines, first.at, to),
      },
    ]
  }
  return legacyParts(lines, first.at, to, top)
}

function legacyParts(
  lines: readonly string[],
  first: number,
  to: number,
  top: ReadonlyMap<string, { readonly at: number }>,
): readonly Part[] {
  const sections = (['machine', 'cluster'] as const)
    .flatMap((section) => {
      const at = top.get(section)?.at
      return at === undefined ? [] : [{ section, at }]
    })
    .sort((a, b) => a.at - b.at)
  if (sections.length === 0) {
    // Half typed: neither says what it is.
    const isLegacy = top.has('version') || top.has('debug')
    if (!isLegacy)
      return [{ key: 'without-kind', kind: '', line: first + 1, to, body: bodyOf(lines, first, to) }]
    return [{ key: 'v1alpha1', kind: 'v1alpha1', line: first + 1, to, body: bodyOf(lines, first, to) }]
  }
  return sections.map(({ section, at }, index) => {
    const end = sections[index + 1]?.at ?? to
    const start = index === 0 ? Math.min(first, at) : at
    return {
      key: `v1alpha1/${section}`,
      kind: 'v1alpha1',
      section,
      line: at + 1,
      to: end,
      body: bodyOf(lines, start, end),
    }
  })
}

/** Comments and blank lines at the end belong to what follows, and change nothing on a node. */
function bodyOf(lines: readonly string[], from: number, to: number): string {
  let end = to
  while (end > from && /^\s*(#.*)?$/.test(lines[end - 1] ?? '')) end--
  return lines.slice(from, end).join('\n')
}

function bare(value: string): string {
  const text = value.replace(/\s+#.*$/, '').trim()
  const quoted = /^(["'])(.*)\1$/.exec(text)
  return quoted?.[2] ?? text
}
