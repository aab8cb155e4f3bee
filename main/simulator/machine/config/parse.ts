import {
  isMap,
  isScalar,
  LineCounter,
  parseAllDocuments,
  stringify,
  visit,
  type Document,
  type YAMLError,
} from 'yaml'
import { Code, SimulatedStatus } from '../../machine-api.ts'
import { DOCUMENT_KINDS } from '../../data/config-kinds.ts'
import { compareVersions, lineOf } from '../versions.ts'
import type { ConfigDocument, ConfigFile } from './config-file.ts'
import { decodeAgainst } from './decode.ts'
import { readFacts } from './facts.ts'
import { decoderSchema } from './schema.ts'

export interface ParseContext {
  /** Version of the node that decodes. */
  readonly talos: string
  /** Without it unknown keys and types pass. */
  readonly schemaDir: string | undefined
}

const LEGACY_KEYS = ['version', 'machine', 'cluster', 'debug', 'persist']
/** Known to every typed document, whatever its schema says. */
const MANIFEST_KEYS = new Set(['apiVersion', 'kind'])

/** Decodes as `configloader.NewFromBytes`: INVALID_ARGUMENT with Talos' texts (behaviour.md §4.4). */
export function parseConfig(text: string, context: ParseContext): ConfigFile {
  const documents = decodeApart(text, context) ?? decodeWhole(text, context)
  refuseDuplicates(documents)
  return { text, documents, facts: readFacts(documents, context.talos) }
}

/** Documents as they were decoded before, by their text and the version that decoded them; the older half goes first. */
let decoded = new Map<string, ConfigDocument>()
let decodedEarlier = new Map<string, ConfigDocument>()
const MOST_DECODED = 300

/**
 * One document after the other, each from what was made of the same text before: the nodes of a cluster have most of
 * theirs in common. `undefined` where anything is wrong or unusual: then the whole stream is read for the exact words.
 */
function decodeApart(text: string, context: ParseContext): readonly ConfigDocument[] | undefined {
  if (/^(%|\.\.\.|--- |---\t)/m.test(text)) return undefined
  const documents: ConfigDocument[] = []
  let line = 0
  for (const chunk of text.split(/^---\n/m)) {
    if (!/^\s*(#.*)?$/.test(chunk.trim())) {
      const key = `${context.talos}\0${context.schemaDir ?? ''}\0${chunk}`
      const found = decoded.get(key) ?? decodedEarlier.get(key) ?? decodeOne(chunk, context)
      if (!found) return undefined
      keepDecoded(key, found)
      documents.push(line === 0 ? found : { ...found, line: found.line + line })
    }
    line += chunk.split('\n').length
  }
  return documents
}

function keepDecoded(key: string, document: ConfigDocument): void {
  if (decoded.size >= MOST_DECODED) {
    decodedEarlier = decoded
    decoded = new Map()
  }
  decoded.set(key, document)
}

function decodeOne(chunk: string, context: ParseContext): ConfigDocument | undefined {
  try {
    const [document, ...more] = decodeWhole(chunk, context)
    return document && more.length === 0 ? { ...document, value: frozen(document.value) } : undefined
  } catch {
    return undefined
  }
}

/** Several machines read the same tree. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

function decodeWhole(text: string, context: ParseContext): readonly ConfigDocument[] {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const documents: ConfigDocument[] = []
  if (!Array.isArray(parsed)) throw refused('no configuration documents found')
  for (const document of parsed) {
    const [error] = document.errors
    if (error) throw refused(yamlText(error, document, lines))
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
      continue
    documents.push(decodeDocument(document, lines, context))
  }
  return documents
}

function decodeDocument(
  document: Document.Parsed,
  lines: LineCounter,
  context: ParseContext,
): ConfigDocument {
  const root = document.contents
  const line = lines.linePos(root?.range[0] ?? 0).line
  if (!isMap(root)) throw refused(`yaml: unmarshal errors:\n  line ${line}: cannot unmarshal into map`)
  const value = document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>
  const kind = textOf(value['kind'])
  const apiVersion = textOf(value['apiVersion'])
  const isLegacy = kind === '' && apiVersion === '' && LEGACY_KEYS.some((key) => key in value)
  if (!isLegacy && kind === '') throw refused('missing kind')
  if (!isLegacy && apiVersion === '') throw refused('missing apiVersion')
  const name = isLegacy ? '' : textOf(value['name'])
  const where = isLegacy
    ? `error decoding document /v1alpha1/ (line ${line})`
    : `error decoding document ${kind}/${apiVersion}/${name} (line ${line})`
  const facts = DOCUMENT_KINDS[kindName(kind)]
  if (!isLegacy && (apiVersion !== 'v1alpha1' || !facts || newer(facts.since, context.talos)))
    throw refused(`${where}: "${kind}" "${apiVersion}": not registered`)
  if (context.schemaDir !== undefined) {
    const decoder = decoderSchema(context.schemaDir, context.talos)
    const schema = decoder.definition(isLegacy ? 'v1alpha1.Config' : (facts?.definition ?? ''))
    if (schema) {
      const found = decodeAgainst(document, root, schema, {
        decoder,
        lines,
        ignoredKeys: isLegacy ? new Set() : MANIFEST_KEYS,
      })
      if (found.mismatches.length > 0)
        throw refused(`${where}: yaml: unmarshal errors:\n  ${found.mismatches.join('\n  ')}`)
      if (found.unknown !== undefined)
        throw refused(
          `${where}: unknown keys found during decoding:\n${stringify(found.unknown, { indent: 4, lineWidth: 0 })}`,
        )
    }
  }
  return { kind, apiVersion, name, line, value }
}

/** The schemas know two kinds by the name without `Config`; so do the nodes of some lines. */
function kindName(kind: string): string {
  return kind === 'KubeSpanEndpoints' || kind === 'UnattendedInstall' ? `${kind}Config` : kind
}

function newer(since: string, talos: string): boolean {
  return compareVersions(since === 'main' ? '1.15' : since, lineOf(talos)) > 0
}

function refuseDuplicates(documents: readonly ConfigDocument[]): void {
  const seen = new Set<string>()
  for (const { kind, apiVersion, name, line } of documents) {
    const id = kind === '' ? '/v1alpha1/' : `${kind}/${apiVersion}/${name}`
    if (seen.has(id)) throw refused(`duplicate document ${id} is not allowed (line ${line})`)
    seen.add(id)
  }
}

/** The texts of Go's yaml for what people get wrong; the rest is worded as its scanner's general complaint. */
const YAML_TEXTS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  TAB_AS_INDENT: 'found character that cannot start any token',
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MULTILINE_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MISSING_CHAR: "could not find expected ':'",
  BAD_ALIAS: 'unknown anchor referenced',
}

function yamlText(error: YAMLError, document: Document.Parsed, lines: LineCounter): string {
  const { line } = lines.linePos(error.pos[0])
  if (error.code === 'DUPLICATE_KEY')
    return `yaml: unmarshal errors:\n  line ${line}: ${duplicateText(error.pos[0], document, lines)}`
  return `yaml: line ${line}: ${YAML_TEXTS[error.code] ?? 'did not find expected key'}`
}

/** `mapping key "x" already defined at line 3` */
function duplicateText(at: number, document: Document.Parsed, lines: LineCounter): string {
  let text = 'mapping key already defined'
  visit(document, {
    Map(_, map) {
      const keys = map.items.map((pair) => pair.key).filter((key) => isScalar(key))
      const second = keys.find((key) => key.range?.[0] === at)
      const first = keys.find((key) => key.value === second?.value)
      if (!second || !first) return undefined
      const { line } = lines.linePos(first.range?.[0] ?? 0)
      text = `mapping key "${String(second.value)}" already defined at line ${line}`
      return visit.BREAK
    },
  })
  return text
}

function refused(message: string): SimulatedStatus {
  return new SimulatedStatus(Code.INVALID_ARGUMENT, message)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
