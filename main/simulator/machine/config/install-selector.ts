type Tree = Readonly<Record<string, unknown>>

/** What Talos makes of `machine.install.diskSelector`: an expression in CEL, or what it says against it. */
export type InstallSelector = { readonly expression: string } | { readonly problem: string }

/** Matched with `glob`, in the order in which they stand in the expression. */
const PATTERNS = ['uuid', 'wwid', 'model', 'serial', 'modalias'] as const
const TYPES: Readonly<Record<string, string>> = {
  nvme: 'disk.transport == "nvme"',
  sd: 'disk.transport == "mmc"',
  hdd: 'disk.rotational',
  ssd: '!disk.rotational',
}
const UNITS: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, g: 9, t: 12, p: 15 }
const BINARY: Readonly<Record<string, number>> = { k: 10, m: 20, g: 30, t: 40, p: 50 }

/** What is no device of its own, cannot be written or is a CD is left out always. Source: Talos' InstallConfig. */
export function installSelectorOf(selector: Tree): InstallSelector {
  const word = (key: string): string => {
    const value = selector[key]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  if (word('name') !== '') return { problem: 'selector on name is not supported' }
  const kind = word('type')
  const type = TYPES[kind]
  if (kind !== '' && type === undefined) return { problem: `unsupported disk type "${kind}"` }
  const size = sizeTerm(word('size'))
  if (size === undefined) return { problem: `failed to parse disk size "${word('size')}"` }
  const glob = (key: string, field: string): readonly string[] =>
    word(key) === '' ? [] : [`glob(${JSON.stringify(word(key))}, disk.${field})`]
  return {
    expression: joined([
      ...size,
      ...PATTERNS.flatMap((key) => glob(key, key)),
      'disk.transport != ""',
      ...(type === undefined ? [] : [type]),
      ...glob('busPath', 'bus_path'),
      '!disk.readonly',
      '!disk.cdrom',
    ]),
  }
}

/** `>= 10GB`, or bare for equal; none where nothing is said, `undefined` for what is no size. */
function sizeTerm(text: string): readonly string[] | undefined {
  if (text === '') return []
  const [, operator = '', number = '', unit = '', binary] =
    /^(==|>=|<=|>|<)?\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)b?$/i.exec(text.trim()) ?? []
  if (number === '') return undefined
  const letter = unit.toLowerCase()
  const scale = binary === '' ? 10 ** (UNITS[letter] ?? 0) : 2 ** (BINARY[letter] ?? 0)
  return [`disk.size ${operator || '=='} ${Math.trunc(Number(number) * scale)}u`]
}

/** As CEL for Go writes it: a new line after an operator behind the eightieth column. */
function joined(terms: readonly string[]): string {
  let lines = ''
  let length = 0
  for (const [at, term] of terms.entries()) {
    const text = at === terms.length - 1 ? term : `${term} &&`
    lines += text
    length += text.length
    if (at === terms.length - 1) break
    lines += length > 80 ? '\n' : ' '
    length = length > 80 ? 0 : length + 1
  }
  return lines
}
