import { parse, stringify } from 'yaml'

/** Written as Go's yaml.v3 with an indent of four: dashes indented below their key, a map's keys in the order given. */
export function goYaml(value: Readonly<Record<string, unknown>>): string {
  return `${mapLines(value, 0).join('\n')}\n`
}

function mapLines(map: Readonly<Record<string, unknown>>, indent: number): string[] {
  return Object.entries(map).flatMap(([key, value]) => entryLines(key, value, indent))
}

function entryLines(key: string, value: unknown, indent: number): string[] {
  const head = `${' '.repeat(indent)}${scalar(key, indent)}:`
  if (isBlock(value)) return [head, ...blockLines(value, indent + 4)]
  return `${head} ${scalar(value, indent)}`.split('\n')
}

function blockLines(value: object, indent: number): string[] {
  if (!Array.isArray(value)) return mapLines(value as Readonly<Record<string, unknown>>, indent)
  return value.flatMap((item: unknown) => {
    const dash = `${' '.repeat(indent)}- `
    if (!isBlock(item)) return `${dash}${scalar(item, indent)}`.split('\n')
    const [first = '', ...rest] = blockLines(item, indent + 2)
    return [`${dash}${first.trimStart()}`, ...rest]
  })
}

/** A map or a list with something in it; an empty one is written in flow style like a scalar. */
function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

/** YAML 1.1 words for true and false, which yaml.v3 keeps apart from strings by quoting. */
const OLD_BOOLEANS = /^(y|n|yes|no|on|off)$/i

function scalar(value: unknown, indent: number): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}'
  if (typeof value !== 'string') return JSON.stringify(value ?? null)
  if (value.includes('\n')) return literal(value, indent + 4)
  if (OLD_BOOLEANS.test(value) || isAnotherType(value)) return JSON.stringify(value)
  const plain = stringify(value, { lineWidth: 0 }).trimEnd()
  return plain === value ? value : `'${value.replaceAll("'", "''")}'`
}

function isAnotherType(text: string): boolean {
  try {
    const value: unknown = parse(text)
    return typeof value !== 'string' && (typeof value !== 'object' || value === null)
  } catch {
    return false
  }
}

/** `|` keeps one newline at the end, `|-` none, `|+` all. */
function literal(text: string, indent: number): string {
  const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : ''
  const body = text.replace(/\n$/, '').split('\n')
  return [`|${chomp}`, ...body.map((line) => (line === '' ? '' : ' '.repeat(indent) + line))].join('\n')
}
