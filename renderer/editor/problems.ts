import type { Problem } from '#contract/machine-configs.ts'
import { toLines } from './line-changes.ts'
import { entryAt, entryTitle, outlineOf, type Outline } from './outline.ts'
import { keysAt, nearestKey, type JsonSchema } from './schema-keys.ts'
import { findPlaceholders } from './secrets.ts'
import { pathAt, pathText } from './yaml-path.ts'

/**
 * A problem of the text, whoever found it: Ichor's own reading, the schema of the node's Talos version, or the node
 * itself when it refused. `words` are the parts of the schema's sentence, so the page can say it in its language.
 */
export interface EditorProblem extends Problem {
  readonly origin: 'ichor' | 'schema' | 'node'
  readonly words?: Readonly<Record<string, string>>
}

/** What Monaco calls a marker; severity 8 is an error, which the schema's service uses for YAML itself. */
export interface SchemaMarker {
  readonly severity: number
  readonly message: string
  readonly startLineNumber: number
  readonly startColumn: number
  readonly endLineNumber: number
  readonly endColumn: number
}

const SYNTAX = 8

export interface ProblemSources {
  /** From main, and from the node. */
  readonly own: readonly EditorProblem[]
  readonly schema: readonly SchemaMarker[]
  readonly lines: readonly string[]
  readonly outline: Outline
  readonly jsonSchema: JsonSchema | undefined
  /** The text the node has: what stands there the node took, whatever the schema says. */
  readonly base: string
}

/**
 * One list, in the order of the text. The schema's service repeats what main says of the same line's syntax, and
 * finds fault with placeholders where the real value is fine; both are left out.
 */
export function mergeProblems(sources: ProblemSources): readonly EditorProblem[] {
  const broken = new Set(sources.own.filter((own) => own.severity === 'error').map((own) => own.from.line))
  const fromSchema = sources.schema
    .filter((marker) => !(marker.severity === SYNTAX && broken.size > 0))
    .filter((marker) => !broken.has(marker.startLineNumber))
    .filter((marker) => !coversPlaceholder(marker, sources.lines))
    .map((marker) => fromMarker(marker, sources))
  const located = sources.own.map((problem) => withPlace(problem, sources))
  return [...located, ...fromSchema].sort(
    (a, b) => a.from.line - b.from.line || a.from.column - b.from.column || rank(a) - rank(b),
  )
}

function rank(problem: Problem): number {
  return ['error', 'warning', 'hint'].indexOf(problem.severity)
}

function coversPlaceholder(marker: SchemaMarker, lines: readonly string[]): boolean {
  if (marker.startLineNumber !== marker.endLineNumber) return false
  return findPlaceholders(lines[marker.startLineNumber - 1] ?? '').some(
    ({ from, to }) => marker.startColumn - 1 < to && marker.endColumn - 1 > from,
  )
}

function withPlace(problem: EditorProblem, { lines, outline }: ProblemSources): EditorProblem {
  const entry = entryAt(outline, problem.from.line)
  const document = problem.document ?? (entry === undefined ? undefined : entryTitle(entry))
  const path = problem.path ?? pathText(pathAt(lines, problem.from.line))
  return {
    ...problem,
    ...(document === undefined ? {} : { document }),
    ...(path === '' ? {} : { path }),
  }
}

function fromMarker(marker: SchemaMarker, sources: ProblemSources): EditorProblem {
  const read = readMessage(marker.message)
  const problem: EditorProblem = {
    origin: 'schema',
    // Talos' schemas leave out deprecated keys that the node still takes, so an unknown key is no error by itself.
    severity: read.code === 'schema-unknown-key' || read.code === 'schema' ? 'warning' : 'error',
    code: marker.severity === SYNTAX ? 'config-syntax' : read.code,
    message: marker.message,
    from: { line: marker.startLineNumber, column: marker.startColumn },
    to: { line: marker.endLineNumber, column: marker.endColumn },
    words: read.words,
  }
  const placed = asUnknownKind(withPlace(problem, sources), sources)
  if (problem.code !== 'config-syntax' && standsInBase(placed, sources)) {
    return { ...placed, severity: 'hint', code: 'schema-accepted' }
  }
  return read.code === 'schema-unknown-key' ? withMend(placed, sources) : placed
}

/** A wrong value of `kind` is a document this Talos does not know; the list of all it knows helps nobody. */
function asUnknownKind(problem: EditorProblem, { lines }: ProblemSources): EditorProblem {
  if (problem.code !== 'schema-wrong-value' || problem.path !== 'kind') return problem
  const kind = (lines[problem.from.line - 1] ?? '').replace(/^\s*kind:\s*/, '').trim()
  const known = [...(problem.words?.['values'] ?? '').matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '')
  const meant = nearestKey(kind, known)
  return {
    ...problem,
    code: 'schema-unknown-kind',
    words: { kind, ...(meant === undefined ? {} : { meant }) },
    ...(meant === undefined ? {} : { fix: { title: meant, text: meant } }),
  }
}

/** Whether the node already has this very line at this very path. */
function standsInBase(problem: EditorProblem, { lines, outline, base }: ProblemSources): boolean {
  const line = (lines[problem.from.line - 1] ?? '').trim()
  if (line === '' || !base.includes(line)) return false
  const entry = entryAt(outline, problem.from.line)
  const baseOutline = outlineOf(base, base)
  const baseLines = toLines(base)
  const there = baseOutline.entries.find((candidate) => candidate.key === entry?.key)
  if (there?.line === undefined) return false
  const path = pathText(pathAt(lines, problem.from.line))
  for (let at = there.line; at <= (there.to ?? there.line); at++) {
    if (baseLines[at - 1]?.trim() === line && pathText(pathAt(baseLines, at)) === path) return true
  }
  return false
}

const MESSAGES: readonly {
  readonly code: string
  readonly pattern: RegExp
  readonly names: readonly string[]
}[] = [
  { code: 'schema-unknown-key', pattern: /^Property (.+) is not allowed\.$/, names: ['key'] },
  { code: 'schema-missing-key', pattern: /^Missing property "(.+)"\.$/, names: ['key'] },
  { code: 'schema-wrong-type', pattern: /^Incorrect type\. Expected "(.+)"\.$/, names: ['type'] },
  {
    code: 'schema-wrong-value',
    pattern: /^Value is not accepted\. Valid values: (.+)\.$/,
    names: ['values'],
  },
  {
    code: 'schema-wrong-pattern',
    pattern: /^String does not match the pattern of "(.+)"\.$/,
    names: ['pattern'],
  },
]

/** The schema's service has no codes for its sentences, so they are told apart by their shape. */
function readMessage(message: string): {
  readonly code: string
  readonly words: Readonly<Record<string, string>>
} {
  for (const { code, pattern, names } of MESSAGES) {
    const match = pattern.exec(message)
    if (match !== null) {
      return { code, words: Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ''])) }
    }
  }
  return { code: 'schema', words: {} }
}

/** Adds the key that was meant, where the schema has one that is a slip away. */
function withMend(problem: EditorProblem, { lines, outline, jsonSchema }: ProblemSources): EditorProblem {
  const entry = entryAt(outline, problem.from.line)
  const key = problem.words?.['key']
  if (jsonSchema === undefined || entry === undefined || key === undefined) return problem
  const known = keysAt(jsonSchema, entry.kind, pathAt(lines, problem.from.line).slice(0, -1))
  const meant = known === undefined ? undefined : nearestKey(key, known.keys())
  if (meant === undefined) return problem
  // The marker may reach over the value; the mend replaces the key alone.
  const start = (lines[problem.from.line - 1] ?? '').indexOf(key, problem.from.column - 1)
  if (start < 0) return problem
  const from = { line: problem.from.line, column: start + 1 }
  const to = { line: problem.from.line, column: start + 1 + key.length }
  return {
    ...problem,
    severity: 'error',
    from,
    to,
    words: { ...problem.words, meant },
    fix: { title: meant, text: meant },
  }
}

/** The words in which a node names the place of a refusal: `(line 12)`, `line 12:`, `yaml: line 12`. */
const LINE_OF_NODE = /\bline (\d+)\b/i

/** A refusal as a problem at the line it names, or at the first line when it names none. */
export function problemOfRefusal(
  message: string,
  lines: readonly string[],
  at?: Problem['from'],
): EditorProblem {
  const named = Number(LINE_OF_NODE.exec(message)?.[1] ?? Number.NaN)
  const line = at?.line ?? (Number.isInteger(named) && named >= 1 && named <= lines.length ? named : 1)
  const text = lines[line - 1] ?? ''
  const column = at?.column ?? text.length - text.trimStart().length + 1
  return {
    origin: 'node',
    severity: 'error',
    code: 'config-refused',
    message,
    from: { line, column },
    to: { line, column: text.trimEnd().length + 1 },
  }
}
