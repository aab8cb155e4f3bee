import { parse } from '@bufbuild/cel'

/**
 * Types of Talos' CEL environments and the check before an expression is evaluated, in the words of Google's CEL for
 * Go, which Talos uses. Facts: `celenv` of the Talos sources, `block.DiskSpec` and `DiscoveredVolumeSpec`.
 */

type Parsed = ReturnType<typeof parse>
type Expression = Parsed['expr']
type Call = Extract<Expression['exprKind'], { case: 'callExpr' }>['value']

/** `bool`, `uint` … as the messages name them; `dyn` fits everything. */
type CelKind = string

const DISK = 'talos.resource.definitions.block.DiskSpec'
const VOLUME = 'talos.resource.definitions.block.DiscoveredVolumeSpec'

export const UNITS: readonly (readonly [name: string, bytes: bigint])[] = [
  ...['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'].map((unit, at) => [unit, 1024n ** BigInt(at + 1)] as const),
  ...['kB', 'MB', 'GB', 'TB', 'PB', 'EB'].map((unit, at) => [unit, 1000n ** BigInt(at + 1)] as const),
]

export const DISK_FIELDS: Readonly<Record<string, CelKind>> = {
  ...kinds(
    'string',
    'dev_path model firmware_version serial modalias wwid uuid bus_path sub_system transport pretty_size',
  ),
  ...kinds('uint', 'size io_size sector_size'),
  ...kinds('bool', 'readonly cdrom rotational'),
  ...kinds('list(string)', 'secondary_disks symlinks'),
}

export const VOLUME_FIELDS: Readonly<Record<string, CelKind>> = {
  ...kinds(
    'string',
    'dev_path type device_path parent parent_dev_path name uuid label partition_uuid partition_type partition_label pretty_size',
  ),
  ...kinds(
    'uint',
    'size sector_size io_size block_size filesystem_block_size probed_size partition_index offset',
  ),
}

const FIELDS: Readonly<Record<CelKind, Readonly<Record<string, CelKind>>>> = {
  [DISK]: DISK_FIELDS,
  [VOLUME]: VOLUME_FIELDS,
}

/** What a selector may name: those of disks, and those of volumes that exist already. */
const VARIABLES = {
  disk: { disk: DISK, system_disk: 'bool' },
  volume: { volume: VOLUME, disk: DISK },
} as const satisfies Record<string, Readonly<Record<string, CelKind>>>

/** Why a node does not take the expression as one of that environment; `undefined` when it does. */
export function celProblem(text: string, environment: keyof typeof VARIABLES): string | undefined {
  let parsed: Parsed
  try {
    parsed = parse(text)
  } catch (error) {
    return syntaxProblem(text, error)
  }
  const check: Check = {
    text,
    positions: parsed.sourceInfo?.positions ?? {},
    variables: VARIABLES[environment],
    problems: [],
  }
  const kind = kindOf(parsed.expr, check)
  if (check.problems.length > 0) return check.problems.join('\n')
  return kind === 'bool' || kind === 'dyn' ? undefined : `expression output type is ${kind}, expected bool`
}

interface Check {
  readonly text: string
  /** Offsets of the expressions, by their ids. */
  readonly positions: Readonly<Record<string, number>>
  readonly variables: Readonly<Record<string, CelKind>>
  readonly problems: string[]
}

function kindOf(expression: Expression, check: Check): CelKind {
  const { exprKind } = expression
  switch (exprKind.case) {
    case 'constExpr':
      return CONSTANTS[exprKind.value.constantKind.case ?? ''] ?? 'dyn'
    case 'identExpr':
      return identKind(exprKind.value.name, expression, check)
    case 'selectExpr': {
      const { operand, field, testOnly } = exprKind.value
      const of = operand ? kindOf(operand, check) : 'dyn'
      const fields = FIELDS[of]
      if (of === 'dyn') return 'dyn'
      if (!fields) return refuse(expression, check, `type '${of}' does not support field selection`)
      const kind = fields[field]
      if (kind === undefined) return refuse(expression, check, `undefined field '${field}'`)
      return testOnly ? 'bool' : kind
    }
    case 'callExpr':
      return callKind(exprKind.value, expression, check)
    case 'listExpr': {
      const [first = 'dyn'] = exprKind.value.elements.map((element) => kindOf(element, check))
      return `list(${first})`
    }
    // `exists`, `all` and their like have variables of their own.
    case 'comprehensionExpr':
    case 'structExpr':
    case undefined:
      return 'dyn'
  }
}

const CONSTANTS: Readonly<Record<string, CelKind>> = {
  boolValue: 'bool',
  int64Value: 'int',
  uint64Value: 'uint',
  doubleValue: 'double',
  stringValue: 'string',
  bytesValue: 'bytes',
  nullValue: 'null_type',
}

function identKind(name: string, at: Expression, check: Check): CelKind {
  const known = check.variables[name] ?? (UNITS.some(([unit]) => unit === name) ? 'uint' : undefined)
  return known ?? refuse(at, check, `undeclared reference to '${name}' (in container '')`)
}

const COMPARED = new Set(['_<_', '_<=_', '_>_', '_>=_'])
const COUNTED = new Set(['_-_', '_*_', '_/_', '_%_'])
const NUMBERS: readonly CelKind[] = ['int', 'uint', 'double']
const ORDERED: readonly CelKind[] = ['bool', 'string', 'bytes', ...NUMBERS]

/** Methods and functions: what they take, receiver first, and what they give. */
const FUNCTIONS: Readonly<Record<string, readonly (readonly [takes: readonly CelKind[], gives: CelKind])[]>> =
  {
    glob: [[['string', 'string'], 'bool']],
    startsWith: [[['string', 'string'], 'bool']],
    endsWith: [[['string', 'string'], 'bool']],
    contains: [[['string', 'string'], 'bool']],
    matches: [[['string', 'string'], 'bool']],
    size: [
      [['string'], 'int'],
      [['list(string)'], 'int'],
    ],
    int: [...NUMBERS, 'string'].map((kind) => [[kind], 'int'] as const),
    uint: [...NUMBERS, 'string'].map((kind) => [[kind], 'uint'] as const),
    double: [...NUMBERS, 'string'].map((kind) => [[kind], 'double'] as const),
    string: [...NUMBERS, 'string', 'bool'].map((kind) => [[kind], 'string'] as const),
    '!_': [[['bool'], 'bool']],
    '_&&_': [[['bool', 'bool'], 'bool']],
    '_||_': [[['bool', 'bool'], 'bool']],
    '-_': [
      [['int'], 'int'],
      [['double'], 'double'],
    ],
    '_[_]': [[['list(string)', 'int'], 'string']],
  }

function callKind(call: Call, at: Expression, check: Check): CelKind {
  const parts = call.target ? [call.target, ...call.args] : call.args
  const before = check.problems.length
  const given = parts.map((part) => kindOf(part, check))
  const gives = resultOf(call.function, given)
  // What is wrong inside is told once.
  if (check.problems.length > before) return gives ?? 'dyn'
  if (gives !== undefined) return gives
  if (FUNCTIONS[call.function] === undefined && !/^[_!@-]/.test(call.function))
    return refuse(at, check, `undeclared reference to '${call.function}' (in container '')`)
  const applied = call.target ? `${given[0] ?? ''}.(${given.slice(1).join(', ')})` : `(${given.join(', ')})`
  return refuse(at, check, `found no matching overload for '${call.function}' applied to '${applied}'`)
}

function resultOf(name: string, given: readonly CelKind[]): CelKind | undefined {
  const [left = 'dyn', right = 'dyn', other = 'dyn'] = given
  const same = left === right || left === 'dyn' || right === 'dyn'
  const among = (allowed: readonly CelKind[]): boolean => left === 'dyn' || allowed.includes(left)
  if (name === '_==_' || name === '_!=_') return same ? 'bool' : undefined
  if (COMPARED.has(name)) return same && among(ORDERED) ? 'bool' : undefined
  if (COUNTED.has(name)) return same && among(NUMBERS) ? left : undefined
  if (name === '_+_') return same && (among(ORDERED) || left.startsWith('list')) ? left : undefined
  if (name === '@in') return right === `list(${left})` || given.includes('dyn') ? 'bool' : undefined
  if (name === '_?_:_') return (left === 'bool' || left === 'dyn') && right === other ? right : undefined
  return FUNCTIONS[name]?.find(
    ([takes]) =>
      takes.length === given.length && takes.every((kind, at) => given[at] === kind || given[at] === 'dyn'),
  )?.[1]
}

function refuse(at: Expression, check: Check, what: string): CelKind {
  check.problems.push(located(check.text, placeOf(at, check), what))
  return 'dyn'
}

/** Where Go's parser puts an expression: an operator at its sign, a call at its parenthesis. */
function placeOf({ id, exprKind }: Expression, { text, positions }: Check): number {
  const told = positions[String(id)] ?? 0
  const isNamedCall = exprKind.case === 'callExpr' && /^[A-Za-z]/.test(exprKind.value.function)
  const found = isNamedCall ? text.indexOf('(', told) : text.slice(told).search(/\S/) + told
  return Math.max(told, found)
}

/** Where the parser stops is told as the node tells it; what it expected instead is not. */
function syntaxProblem(text: string, error: unknown): string {
  const location = (error as { readonly location?: { readonly start: { readonly offset: number } } }).location
  return located(text, location?.start.offset ?? 0, 'Syntax error: mismatched input')
}

/** The line in question and a caret below. */
function located(text: string, offset: number, what: string): string {
  const lines = text.slice(0, offset).split('\n')
  const column = lines.at(-1)?.length ?? 0
  const line = text.split('\n')[lines.length - 1] ?? ''
  return `ERROR: <input>:${lines.length}:${column + 1}: ${what}\n | ${line}\n | ${'.'.repeat(column)}^`
}

function kinds(kind: CelKind, names: string): Record<string, CelKind> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]))
}
