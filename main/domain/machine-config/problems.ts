import type { Problem } from '#contract/machine-configs.ts'
import { minorOf, type KindFacts } from './config-facts.ts'
import type { TextError } from './config-tree.ts'
import { mendIndent } from './mend-indent.ts'
import { keyOf, labelOf, LEGACY, type ConfigDocument, type ParsedConfig } from './parse-config.ts'
import { restoreText, type Vault } from './placeholders.ts'

export interface ProblemContext {
  readonly kinds: readonly KindFacts[]
  readonly talosVersion: string
  /** What placeholders may stand for. */
  readonly vault: Vault
  /** Parts of the node's own configuration: they are YAML, or it would not run. */
  readonly trusted: ReadonlySet<string>
}

/**
 * What keeps a draft from being sent, and what will surprise: syntax, documents, placeholders. No schema; the editor
 * has that. Messages never quote the text, which may hold a secret.
 */
export function findProblems(config: ParsedConfig, context: ProblemContext): readonly Problem[] {
  const place = (from: number, to: number): Pick<Problem, 'from' | 'to'> => ({
    from: config.positionAt(from),
    to: config.positionAt(Math.max(to, from + 1)),
  })
  if (config.documents.length === 0) {
    return [{ severity: 'error', code: 'empty', message: 'The configuration is empty.', ...place(0, 1) }]
  }
  const problems: Problem[] = [
    ...unresolvedPlaceholders(config, context.vault, place),
    ...oddCharacters(config, context.trusted, place),
  ]
  const broken = new Set<ConfigDocument>()
  for (const document of config.documents) {
    const errors = document.errors(context.trusted)
    if (errors.length > 0) broken.add(document)
    // A slip in one line is often told twice, with the same mend.
    const told = new Set<string>()
    for (const error of errors.slice(0, 20)) {
      const problem = syntaxProblem(config, error, place)
      const key = `${problem.code} ${String(problem.from.line)} ${problem.fix?.text ?? ''}`
      if (problem.fix === undefined || !told.has(key)) problems.push(problem)
      told.add(key)
    }
  }
  const whole = config.documents.filter((document) => !broken.has(document))
  const nearest = createNearest(context.kinds)
  for (const document of whole) {
    // What the node runs as it stands needs no second opinion.
    if (!context.trusted.has(document.text))
      problems.push(...documentProblems(document, context, place, nearest))
  }
  problems.push(...duplicates(whole, place))
  const missing = broken.size === 0 && !whole.some((document) => document.identity().kind === LEGACY)
  if (missing) {
    problems.push({
      severity: 'error',
      code: 'missing-v1alpha1',
      message:
        'The v1alpha1 document (machine and cluster) is missing. Talos needs the whole configuration each time.',
      ...place(0, 1),
    })
  }
  return problems.sort((a, b) => a.from.line - b.from.line || a.from.column - b.from.column)
}

type Place = (from: number, to: number) => Pick<Problem, 'from' | 'to'>

const PLACEHOLDERS_TOLD = 200

function unresolvedPlaceholders(config: ParsedConfig, vault: Vault, place: Place): Problem[] {
  // The first of them keeps the draft from being sent; thousands would only fill the screen.
  return restoreText(config.text, vault)
    .unresolved.slice(0, PLACEHOLDERS_TOLD)
    .map(({ name, from, to }) => ({
      severity: 'error',
      code: 'placeholder-unresolved',
      message: `This placeholder stands for no secret of this node: ${name}. Put the value itself here, or undo.`,
      ...place(from, to),
    }))
}

/** What Talos' YAML reader does not take, and what is left of a file that was not UTF-8. */
const ODD = new RegExp(
  String.raw`[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F\uFFFE\uFFFF]|\uFFFD|(?!^)\uFEFF|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]`,
  'g',
)
/** A binary file pasted by mistake has thousands. */
const ODD_TOLD = 20

function oddCharacters(config: ParsedConfig, trusted: ReadonlySet<string>, place: Place): Problem[] {
  const problems: Problem[] = []
  for (const { text, offset } of config.documents) {
    if (trusted.has(text)) continue
    for (const match of text.matchAll(ODD)) {
      // Where a document begins the text does, but for the first one.
      if (match[0] === '\uFEFF' && offset + match.index === 0) continue
      if (problems.length >= ODD_TOLD) return problems
      const at = offset + match.index
      problems.push({ ...oddWords(match[0]), ...place(at, at + 1) })
    }
  }
  return problems
}

function oddWords(character: string): Pick<Problem, 'severity' | 'code' | 'message'> {
  if (character === '\uFFFD') {
    const message = 'This character stands where a file was not UTF-8: what it was is lost.'
    return { severity: 'warning', code: 'replaced-character', message }
  }
  if (character === '\uFEFF') {
    const message = 'A byte order mark in the middle of the text. Talos takes it for a letter.'
    return { severity: 'warning', code: 'byte-order-mark', message }
  }
  const isHalf = /[\uD800-\uDFFF]/.test(character)
  return isHalf
    ? { severity: 'error', code: 'not-utf8', message: 'These characters are not valid text.' }
    : { severity: 'error', code: 'control-character', message: 'A control character stands here.' }
}

const SYNTAX: Readonly<Record<string, readonly [code: string, message: string]>> = {
  TAB_AS_INDENT: ['tab-indent', 'YAML is indented with blanks, not with tabs.'],
  DUPLICATE_KEY: ['duplicate-key', 'This key stands twice in the same block.'],
  BAD_INDENT: ['bad-indent', 'This line is not indented like the lines beside it.'],
  BAD_ALIAS: ['bad-alias', 'This alias names no anchor that stands before it.'],
  MISSING_CHAR: ['missing-char', 'A quote, a bracket or a comma is missing here.'],
  BLOCK_AS_IMPLICIT_KEY: [
    'nested-key',
    'A second key on the same line. Put the value in quotes or on its own line.',
  ],
  MULTILINE_IMPLICIT_KEY: ['nested-key', 'A key has to fit on one line. A colon or a quote may be missing.'],
  BLOCK_IN_FLOW: ['block-in-flow', 'A block may not stand inside brackets.'],
  TOO_LARGE: ['too-large', 'This document grows out of hand once its aliases are resolved.'],
}

/** What a line reads as when it stands too far left or right. */
const INDENT: ReadonlySet<string> = new Set(['BAD_INDENT', 'BLOCK_AS_IMPLICIT_KEY', 'MULTILINE_IMPLICIT_KEY'])

function syntaxProblem(config: ParsedConfig, error: TextError, place: Place): Problem {
  const tab = tabsAt(config.text, error)
  const [code, message] = SYNTAX[tab === undefined ? error.code : 'TAB_AS_INDENT'] ?? [
    'syntax',
    'This is not valid YAML.',
  ]
  if (tab === undefined) {
    const mend = INDENT.has(error.code) ? mendIndent(config.text, error.from) : undefined
    if (mend === undefined) return { severity: 'error', code, message, ...place(error.from, error.to) }
    return {
      severity: 'error',
      code: 'bad-indent',
      message: 'This line is not indented like the lines beside it.',
      ...place(mend.from, mend.to),
      fix: { title: 'Indent like the lines beside it', text: mend.text },
    }
  }
  return {
    severity: 'error',
    code,
    message,
    ...place(tab.from, tab.to),
    fix: { title: 'Replace the tabs by blanks', text: tab.text },
  }
}

/** Blanks before the first word of the error's line, when a tab is among them; each tab becomes two blanks. */
function tabsAt(text: string, error: TextError): { from: number; to: number; text: string } | undefined {
  const from = text.lastIndexOf('\n', Math.max(0, error.from - 1)) + 1
  for (const start of text[error.from] === '\n' ? [error.from + 1, from] : [from]) {
    const blanks = /^[ \t]*/.exec(text.slice(start, start + 200))?.[0] ?? ''
    if (blanks.includes('\t')) {
      return { from: start, to: start + blanks.length, text: blanks.replaceAll('\t', '  ') }
    }
  }
  return undefined
}

/** Minor of the newest line whose kinds are in our tables. A newer Talos may know more than we do. */
const NEWEST_KNOWN = 15

function documentProblems(
  document: ConfigDocument,
  context: ProblemContext,
  place: Place,
  nearest: Nearest,
): Problem[] {
  const root = document.root()
  if (root === undefined) return []
  if (root.kind !== 'map') {
    const message = 'A document is a mapping: keys with values.'
    return [{ severity: 'error', code: 'not-a-mapping', message, ...place(root.start, root.end) }]
  }
  const identity = document.identity()
  if (identity.kind === LEGACY) return []
  const label = labelOf(identity)
  const at = (key: string): Pick<Problem, 'from' | 'to'> => {
    const value = root.entries.get(key)?.value()
    return value === undefined ? place(root.start, root.start + 1) : place(value.start, value.end)
  }
  const error = (code: string, message: string, key: string): Problem => ({
    severity: 'error',
    code,
    message,
    document: label,
    path: key,
    ...at(key),
  })
  if (identity.kind === '') {
    return [
      error(
        'missing-kind',
        'A document needs a kind, or machine and cluster of the v1alpha1 document.',
        'kind',
      ),
    ]
  }
  const problems: Problem[] = []
  if (identity.apiVersion === undefined) {
    problems.push(
      error('missing-api-version', 'A document with a kind needs apiVersion: v1alpha1.', 'apiVersion'),
    )
  }
  const kind = context.kinds.find((k) => k.kind === identity.kind)
  const minor = minorOf(context.talosVersion)
  if (kind === undefined) {
    const severity = (minor ?? 0) > NEWEST_KNOWN ? ('warning' as const) : ('error' as const)
    problems.push({ ...unknownKind(nearest(identity.kind), error), severity })
  } else if (minor !== undefined && minor < (minorOf(kind.since) ?? 0)) {
    const message = `${identity.kind} came with Talos ${kind.since}; this node runs ${context.talosVersion}.`
    problems.push(error('kind-too-new', message, 'kind'))
  } else if (kind.named && identity.name === undefined && root.entries.has('name')) {
    problems.push(error('missing-name', `${identity.kind} needs a name.`, 'name'))
  }
  return problems
}

function unknownKind(
  near: string | undefined,
  error: (code: string, message: string, key: string) => Problem,
): Problem {
  const problem = error('unknown-kind', 'Talos knows no document of this kind.', 'kind')
  if (near === undefined) return problem
  return {
    ...problem,
    message: `Talos knows no document of this kind. ${near} is close to it.`,
    fix: { title: `Change to ${near}`, text: near },
  }
}

/** The kind whose name is closest to a word that is none; `undefined` when none is close. */
type Nearest = (word: string) => string | undefined

function createNearest(kinds: readonly KindFacts[]): Nearest {
  const known = new Map<string, string | undefined>()
  return (word) => {
    if (known.has(word)) return known.get(word)
    const near =
      word.length > 60
        ? undefined
        : kinds
            .map(({ kind }) => ({ kind, distance: distance(kind.toLowerCase(), word.toLowerCase()) }))
            .sort((a, b) => a.distance - b.distance)[0]
    const found = near === undefined || near.distance > 3 ? undefined : near.kind
    known.set(word, found)
    return found
  }
}

/** Edits between two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let x = 1; x <= a.length; x++) {
    const next = [x]
    for (let y = 1; y <= b.length; y++) {
      const replaced = (row[y - 1] ?? 0) + (a[x - 1] === b[y - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[y] ?? 0) + 1, (next[y - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

function duplicates(documents: readonly ConfigDocument[], place: Place): Problem[] {
  const first = new Set<string>()
  return documents.flatMap((document) => {
    const identity = document.identity()
    const key = keyOf(identity)
    if (identity.kind === '' || !first.has(key)) {
      first.add(key)
      return []
    }
    const start = document.root()?.start ?? document.offset
    const label = labelOf(identity)
    const message = `${label} stands twice. Talos refuses two documents of the same kind and name.`
    return [
      {
        severity: 'error' as const,
        code: 'duplicate-document',
        message,
        document: label,
        ...place(start, start + 1),
      },
    ]
  })
}
