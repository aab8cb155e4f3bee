/**
 * YAML as Go's yaml.v3 writes it with an indent of four: the form whose hash names a schematic (behaviour.md §5.10).
 * Maps keep the order given; empty ones are `{}`.
 */
export function goYaml(value: Readonly<Record<string, unknown>>): string {
  return `${mapLines(value, 0).join('\n')}\n`
}

type Fields = Readonly<Record<string, unknown>>
const INDENT = 4

function mapLines(fields: Fields, depth: number): readonly string[] {
  return Object.entries(fields).flatMap(([key, value]) => entryLines(`${goScalar(key)}:`, value, depth))
}

function entryLines(head: string, value: unknown, depth: number): readonly string[] {
  const start = ' '.repeat(depth) + head
  if (!isBlock(value)) return `${start} ${flat(value, depth)}`.split('\n')
  return [start, ...blockLines(value, depth + INDENT)]
}

function blockLines(value: object, depth: number): readonly string[] {
  if (!Array.isArray(value)) return mapLines(value as Fields, depth)
  return value.flatMap((item: unknown) => {
    const dash = `${' '.repeat(depth)}- `
    if (!isBlock(item)) return `${dash}${flat(item, depth)}`.split('\n')
    // What follows stands below what came behind the dash.
    const [first = '', ...rest] = blockLines(item, depth + 2)
    return [dash + first.slice(depth + 2), ...rest]
  })
}

function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function flat(value: unknown, depth: number): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}'
  if (typeof value !== 'string') return JSON.stringify(value ?? null)
  return value.includes('\n') && isLiteral(value) ? literal(value, depth + INDENT) : goScalar(value)
}

/** A string on one line: plain where it reads back as the same string, double quotes where it would be another type. */
export function goScalar(text: string): string {
  if (text === '' || readsAsOtherType(text)) return `"${text}"`
  if (/[^\x20-\x7e\u{a0}-\u{ffff}]/u.test(text)) return JSON.stringify(text)
  const plain =
    /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`]|[-?:](?=\S))/.test(text) &&
    !/: |:$| #|\s$|^(?:---|\.\.\.)(?:\s|$)/.test(text)
  return plain ? text : `'${text.replaceAll("'", "''")}'`
}

const OTHER_TYPES: readonly RegExp[] = [
  /^(?:true|True|TRUE|false|False|FALSE|null|Null|NULL|~|<<)$/,
  // What YAML 1.1 took for true and false.
  /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  /^[-+]?(?:\.\d+|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?$/,
  /^[-+]?0(?:x[\da-fA-F_]+|o[0-7_]+|b[01_]+)$/,
  /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/,
  /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/,
  /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d.*)?$/,
]

function readsAsOtherType(text: string): boolean {
  return OTHER_TYPES.some((type) => type.test(text))
}

/** Several lines are written as they are, unless blanks stand before a line's end or a character cannot be printed. */
function isLiteral(text: string): boolean {
  return !/[ \t]\n|[ \t]$/.test(text) && !/[^\n\t\x20-\x7e\u{a0}-\u{ffff}]/u.test(text)
}

/** `|` keeps one newline at the end, `|-` none, `|+` all; a digit tells the indent where the text begins with blanks. */
function literal(text: string, depth: number): string {
  const hint = /^[ \n]/.test(text) ? String(INDENT) : ''
  const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : ''
  const body = text.replace(/\n$/, '').split('\n')
  return [`|${hint}${chomp}`, ...body.map((line) => (line === '' ? '' : ' '.repeat(depth) + line))].join('\n')
}
