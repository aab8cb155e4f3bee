const PLAIN = /^[A-Za-z_/](?:[A-Za-z0-9_./@=+-]|:(?=\S)| (?=[A-Za-z0-9_./()-])|[()])*$/
/** Addresses begin with a digit but read as text all the same. */
const ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+(?:\/\d+)?|[0-9a-f]{2}(?::[0-9a-f]{2}){5})$/
/** Words and numbers that a YAML reader, Go's included, would not take for text. */
const NOT_TEXT = /^(?:~|null|true|false|yes|no|on|off|y|n|\.inf|\.nan)$/i

/**
 * Block YAML of plain data, indented by four as Go's writer does. The general writer takes a hundred times as long,
 * which a cluster of two hundred machines would feel.
 */
export function plainYaml(value: unknown): string {
  if (isBranch(value)) return branch(value, '').join('\n') + '\n'
  return `${scalar(value)}\n`
}

type Branch = readonly unknown[] | Readonly<Record<string, unknown>>

/** A list or mapping that is not empty. */
function isBranch(value: unknown): value is Branch {
  if (Array.isArray(value)) return value.length > 0
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function branch(value: Branch, indent: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => listItem(item, indent))
  const lines: string[] = []
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    const name = scalar(key)
    if (isBranch(item)) lines.push(`${indent}${name}:`, ...branch(item, `${indent}    `))
    else lines.push(`${indent}${name}: ${scalar(item)}`)
  }
  return lines
}

function listItem(item: unknown, indent: string): string[] {
  if (!isBranch(item)) return [`${indent}- ${scalar(item)}`]
  const [first = '', ...rest] = branch(item, `${indent}  `)
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest]
}

function scalar(value: unknown): string {
  if (typeof value === 'string') {
    const isPlain = (PLAIN.test(value) && !NOT_TEXT.test(value)) || ADDRESS.test(value)
    return isPlain ? value : JSON.stringify(value)
  }
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? '[]' : '{}'
}
