import { Document, Pair, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml'
import { copyScalar, type Value } from './values.ts'

/** How the text around writes its blocks. */
export interface WritingStyle {
  /** Blanks per level. */
  readonly step: number
  /** Whether a list stands deeper than its key. */
  readonly indentLists: boolean
  readonly eol: string
}

/** The style of a document, from the first block that shows it; Talos' own where none does. */
export function styleOf(text: string): WritingStyle {
  const step = /^([A-Za-z]\S*:[ \t]*(?:#[^\n]*)?)\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( +)[^\s#-]/m.exec(
    text,
  )?.[2]?.length
  const list = /^( *)(?:- )?[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( *)- /m.exec(
    text,
  )
  const key = list === null ? 0 : (/^ *(?:- )*/.exec(list[0])?.[0].length ?? 0)
  return {
    step: step ?? 4,
    indentLists: list === null || (list[2]?.length ?? 0) > key,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  }
}

/** Lines of a value as a block, without indentation of their own; one line for a scalar or what is empty. */
export function blockLines(value: Value, style: WritingStyle): readonly string[] {
  return linesOf(toNode(value, false), style)
}

/** Lines of `key: value`. */
export function pairLines(key: Scalar | string, value: Value, style: WritingStyle): readonly string[] {
  const map = new YAMLMap()
  map.items.push(new Pair(typeof key === 'string' ? new Scalar(key) : plainKey(key), toNode(value, false)))
  return linesOf(map, style)
}

/** Lines of `- value`. */
export function itemLines(value: Value, style: WritingStyle): readonly string[] {
  const list = new YAMLSeq()
  list.items.push(toNode(value, false))
  return linesOf(list, { ...style, indentLists: true })
}

/** A collection in brackets on one line. */
export function flowText(value: Value, padded: boolean): string {
  const node = toNode(value, true)
  return new Document(node, { schema: 'failsafe' })
    .toString({ lineWidth: 0, flowCollectionPadding: padded, collectionStyle: 'flow' })
    .trimEnd()
}

function linesOf(node: Node, { step, indentLists }: WritingStyle): readonly string[] {
  const text = new Document(node, { schema: 'failsafe' }).toString({
    indent: step,
    indentSeq: indentLists,
    lineWidth: 0,
    flowCollectionPadding: false,
  })
  return text.replace(/\n$/, '').split('\n')
}

function toNode(value: Value, flow: boolean): Node {
  if (value.kind === 'scalar') {
    const { node } = value
    // Without a value at all the place would be lost.
    if (!value.quoted && value.text === '') return new Scalar('~')
    if (node === undefined) return new Scalar(value.text)
    const copy = copyScalar(node)
    if (flow && (copy.type === Scalar.BLOCK_LITERAL || copy.type === Scalar.BLOCK_FOLDED))
      copy.type = Scalar.QUOTE_DOUBLE
    if (flow) {
      delete copy.comment
      delete copy.commentBefore
    }
    return copy
  }
  if (value.kind === 'list') {
    const list = new YAMLSeq()
    list.items = value.items.map((item) => toNode(item, flow))
    // Short lists keep their brackets; anything else is a block, whatever the patch was written in.
    list.flow =
      flow ||
      list.items.length === 0 ||
      (value.node?.flow === true && value.items.every((i) => i.kind === 'scalar'))
    dress(list, value.node, flow)
    return list
  }
  const map = new YAMLMap()
  for (const [name, entry] of value.entries) {
    map.items.push(
      new Pair(entry.key === undefined ? new Scalar(name) : plainKey(entry.key), toNode(entry.value, flow)),
    )
  }
  map.flow = flow || map.items.length === 0
  dress(map, value.node, flow)
  return map
}

function dress(node: YAMLMap | YAMLSeq, like: YAMLMap | YAMLSeq | undefined, flow: boolean): void {
  if (flow || like === undefined) return
  if (like.commentBefore !== undefined) node.commentBefore = like.commentBefore
  if (like.comment !== undefined && !like.flow) node.comment = like.comment
}

/** A key loses the quotes that JSON made it wear; the writer puts them back where they are needed. */
function plainKey(key: Scalar): Scalar {
  const copy = copyScalar(key)
  delete copy.type
  return copy
}
