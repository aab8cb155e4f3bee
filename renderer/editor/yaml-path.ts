/** A key, or the place in a list, 0-based. */
export type PathStep = string | number

const ENTRY = /^(\s*)((?:- +)*)(?:("[^"]*"|'[^']*'|[^\s#"'[{&*!|>%@`-][^:#]*?|-[^\s:#][^:#]*?)\s*:(?:\s|$))?/

interface Read {
  /** Columns before the key, list dashes included. */
  readonly indent: number
  /** Columns before each dash of this line. */
  readonly dashes: readonly number[]
  readonly key?: string
}

function read(line: string): Read | undefined {
  if (/^\s*(#.*)?$/.test(line) || /^(---|\.\.\.)(\s|$)/.test(line)) return undefined
  const match = ENTRY.exec(line)
  const lead = match?.[1] ?? ''
  // A dash at the end of its line has no blank after it.
  const marks = match?.[2] === '' && /^\s*-\s*$/.test(line) ? '-' : (match?.[2] ?? '')
  const dashes: number[] = []
  for (let at = 0; at < marks.length; at++) if (marks[at] === '-') dashes.push(lead.length + at)
  const key = match?.[3]?.replace(/^(["'])(.*)\1$/, '$2')
  return { indent: lead.length + marks.length, dashes, ...(key === undefined ? {} : { key }) }
}

/**
 * Path of a 1-based line inside its document, read from indentation alone, so it also answers for a text that does
 * not parse: `['routes', 1, 'metric']`. Flow collections and block scalars count as their key.
 */
export function pathAt(lines: readonly string[], line: number): readonly PathStep[] {
  const own = read(lines[line - 1] ?? '')
  if (own === undefined) return []
  const path: PathStep[] = own.key === undefined ? [] : [own.key]
  let limit = own.indent
  let dashes = [...own.dashes]
  let at = line - 1
  for (;;) {
    const dash = dashes.pop()
    if (dash !== undefined) {
      path.unshift(countBefore(lines, at, dash))
      limit = dash
      // YAML lets a list stand as far left as its key; then the key is the next line that is no dash.
      const owner = ownerOf(lines, at, dash, true)
      if (owner === undefined) return path
      if (dashes.length > 0) continue
      path.unshift(owner.key)
      limit = owner.indent
      at = owner.at
      dashes = [...owner.dashes]
      continue
    }
    const owner = ownerOf(lines, at, limit, false)
    if (owner === undefined) return path
    if (owner.kind === 'item') {
      dashes = [...owner.dashes]
      at = owner.at
      continue
    }
    path.unshift(owner.key)
    limit = owner.indent
    at = owner.at
    dashes = [...owner.dashes]
  }
}

type Owner =
  | {
      readonly kind: 'key'
      readonly key: string
      readonly indent: number
      readonly at: number
      readonly dashes: readonly number[]
    }
  | {
      readonly kind: 'item'
      readonly key: string
      readonly indent: number
      readonly at: number
      readonly dashes: readonly number[]
    }

/** The line above that holds what stands at `limit`: a key further left, or the dash of the same mapping. */
function ownerOf(lines: readonly string[], from: number, limit: number, ofList: boolean): Owner | undefined {
  for (let at = from - 1; at >= 0; at--) {
    const text = lines[at] ?? ''
    if (/^(---|\.\.\.)(\s|$)/.test(text)) return undefined
    const line = read(text)
    if (line?.key === undefined) continue
    if (!ofList && line.indent === limit && line.dashes.length > 0) {
      return { kind: 'item', key: line.key, indent: line.indent, at, dashes: line.dashes }
    }
    const reaches = ofList ? line.dashes.length === 0 && line.indent <= limit : line.indent < limit
    const nested = ofList && line.dashes.length > 0 && line.indent <= limit
    if (reaches || nested) return { kind: 'key', key: line.key, indent: line.indent, at, dashes: line.dashes }
  }
  return undefined
}

/** How many items of the same list stand above this one. */
function countBefore(lines: readonly string[], from: number, dash: number): number {
  let count = 0
  for (let at = from - 1; at >= 0; at--) {
    const text = lines[at] ?? ''
    const line = read(text)
    if (line === undefined) {
      if (/^(---|\.\.\.)(\s|$)/.test(text)) break
      continue
    }
    if (line.dashes.includes(dash)) count += 1
    else if ((line.dashes[0] ?? line.indent) <= dash) break
  }
  return count
}

/** `routes[1].metric`, as the change table writes paths. */
export function pathText(path: readonly PathStep[]): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join('')
}
