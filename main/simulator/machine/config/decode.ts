import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type LineCounter,
  type Node,
  type YAMLMap,
} from 'yaml'
import type { DecoderSchema, Schema } from './schema.ts'

/** What strict decoding of one document found. */
export interface DecodeFindings {
  /** `line 7: cannot unmarshal !!str `yess` into bool` */
  readonly mismatches: readonly string[]
  /** The tree of what the decoder does not know, or `undefined`. */
  readonly unknown: unknown
}

interface DecodeContext {
  readonly decoder: DecoderSchema
  readonly lines: LineCounter
  readonly ignoredKeys: ReadonlySet<string>
}

/** Compares a document with the schema as Go's strict decoder would: unknown keys and values of another shape. */
export function decodeAgainst(
  document: Document.Parsed,
  root: YAMLMap,
  schema: Schema,
  { decoder, lines, ignoredKeys }: DecodeContext,
): DecodeFindings {
  const mismatches: string[] = []

  function lineAt(node: Node): number {
    return lines.linePos(node.range?.[0] ?? 0).line
  }

  function mismatch(node: Node, into: string): void {
    const shown = isScalar(node) ? ` \`${String(node.source ?? node.value).slice(0, 10)}\`` : ''
    mismatches.push(`line ${lineAt(node)}: cannot unmarshal ${tagOf(node)}${shown} into ${into}`)
  }

  /** Unknown part below `node`, or `undefined`. */
  function walk(node: Node, given: Schema): unknown {
    const of = decoder.resolve(given)
    if (isAlias(node)) return undefined
    if (isScalar(node) && (node.value === null || node.value === undefined)) return undefined
    if (isMap(node)) return walkMap(node, of)
    if (isSeq(node)) {
      if (of.type !== undefined && of.type !== 'array' && of.type !== 'object') mismatch(node, of.type)
      const items = node.items.map((item) => walk(item as Node, of.items ?? {}))
      const found = items.filter((item) => item !== undefined)
      return found.length > 0 ? found : undefined
    }
    if (isScalar(node)) checkScalar(node, of)
    return undefined
  }

  function walkMap(node: YAMLMap, of: Schema): unknown {
    if (of.type !== undefined && of.type !== 'object') {
      if (!of.oneOf) mismatch(node, of.type === 'array' ? '[]interface {}' : goType(of.type))
      return undefined
    }
    const unknown: Record<string, unknown> = {}
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue
      const key = String(pair.key.value)
      const schemaOfKey = decoder.key(of, key)
      if (schemaOfKey === undefined) {
        if (node === root && ignoredKeys.has(key)) continue
        unknown[key] = pair.value === null ? null : (pair.value as Node).toJS(document)
      } else if (pair.value !== null) {
        const below = walk(pair.value as Node, schemaOfKey)
        if (below !== undefined) unknown[key] = below
      }
    }
    return Object.keys(unknown).length > 0 ? unknown : undefined
  }

  function checkScalar(node: Node & { value: unknown }, of: Schema): void {
    const { value } = node
    if (of.type === 'boolean' && typeof value !== 'boolean' && !isGoBool(value)) mismatch(node, 'bool')
    else if (of.type === 'integer' && !Number.isInteger(Number(value))) mismatch(node, 'int')
    else if (of.type === 'object' && (of.properties ?? of.patternProperties)) mismatch(node, 'map')
    else if (of.type === 'array') mismatch(node, '[]string')
  }

  const unknown = walk(root, schema)
  return { mismatches, unknown }
}

/** Go's decoder still takes YAML 1.1 booleans where a bool is wanted. */
function isGoBool(value: unknown): boolean {
  return typeof value === 'string' && /^(y|yes|on|n|no|off|true|false)$/i.test(value)
}

function goType(type: string): string {
  return type === 'boolean' ? 'bool' : type === 'integer' ? 'int' : type
}

function tagOf(node: Node): string {
  if (isMap(node)) return '!!map'
  if (isSeq(node)) return '!!seq'
  const value: unknown = isScalar(node) ? node.value : undefined
  if (typeof value === 'boolean') return '!!bool'
  if (typeof value === 'number') return Number.isInteger(value) ? '!!int' : '!!float'
  return '!!str'
}
