import { parseConfig } from './parse-config.ts'

/** Lines above that are looked at for their indentation. */
const ABOVE = 400

/**
 * The blanks that the line at `offset`, or the one above it, should begin with: as a line above it has them. Only where
 * the document then parses; `undefined` where no such indentation mends it, as then it is for a person to decide.
 */
export function mendIndent(
  text: string,
  offset: number,
): { readonly from: number; readonly to: number; readonly text: string } | undefined {
  const document = parseConfig(text).documents.findLast((one) => one.offset <= offset)
  if (document === undefined) return undefined
  const own = document.text
  const at = lineStart(own, offset - document.offset)
  const next = own.indexOf('\n', at) + 1
  // The parser complains where it gave up: the line itself, the value above that swallows it, or the line after.
  const starts = new Set([at, ...(next > 0 ? [next] : []), lineStart(own, Math.max(0, at - 1))])
  for (const start of starts) {
    const blanks = /^ */.exec(own.slice(start))?.[0].length ?? 0
    for (const width of widthsAbove(own, start, blanks)) {
      const mended = own.slice(0, start) + ' '.repeat(width) + own.slice(start + blanks)
      if (!isFine(mended)) continue
      const from = document.offset + start
      return { from, to: from + blanks, text: ' '.repeat(width) }
    }
  }
  return undefined
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', Math.max(0, at - 1)) + 1
}

/** Indentations of the lines above, the nearest to the line's own first. */
function widthsAbove(text: string, start: number, own: number): readonly number[] {
  const lines = text.slice(0, start).split('\n').slice(-ABOVE)
  const widths = new Set<number>()
  for (const line of lines) {
    const match = /^( *)(?:- +)?[^\s#-]/.exec(line)
    if (match?.[1] === undefined) continue
    widths.add(match[1].length)
    const item = /^( *- +)/.exec(line)?.[1]
    if (item !== undefined) widths.add(item.length)
  }
  return [...widths].filter((width) => width !== own).sort((a, b) => Math.abs(a - own) - Math.abs(b - own))
}

function isFine(text: string): boolean {
  return parseConfig(text).documents.every((document) => document.errors(new Set()).length === 0)
}
