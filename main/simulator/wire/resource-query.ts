import { Code, SimulatedStatus, type StoredResource } from '../machine-api.ts'
import type { IDQuery__Output } from '../../talos/generated/cosi/resource/IDQuery.ts'
import type { LabelQuery__Output } from '../../talos/generated/cosi/resource/LabelQuery.ts'
import type { LabelTerm__Output } from '../../talos/generated/cosi/resource/LabelTerm.ts'

export type ResourceFilter = (resource: StoredResource) => boolean

/**
 * Label queries are alternatives, the terms of one all hold; the id query is a regular expression anywhere in the id.
 * @throws INVALID_ARGUMENT for an expression that does not compile
 */
export function filterOf(
  options:
    | {
        readonly labelQuery: readonly LabelQuery__Output[]
        readonly idQuery: IDQuery__Output | null
      }
    | null
    | undefined,
): ResourceFilter {
  const queries = options?.labelQuery ?? []
  const id = compile(options?.idQuery?.regexp ?? '')
  return ({ id: ownId, labels }) =>
    (id?.test(ownId) ?? true) &&
    (queries.length === 0 ||
      queries.some(({ terms }) => terms.every((term) => holds(term, labels) !== term.invert)))
}

function compile(expression: string): RegExp | undefined {
  if (expression === '') return undefined
  try {
    return new RegExp(expression)
  } catch (error) {
    throw new SimulatedStatus(
      Code.INVALID_ARGUMENT,
      `failed to compile regexp: ${error instanceof Error ? error.message : expression}`,
    )
  }
}

function holds(term: LabelTerm__Output, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[term.key]
  if (term.op === 'NOT_EXISTS') return value === undefined
  if (value === undefined) return false
  const [wanted = ''] = term.value
  switch (term.op) {
    case 'EXISTS':
      return true
    case 'EQUAL':
      return value === wanted
    case 'IN':
      return term.value.includes(value)
    case 'LT':
      return value < wanted
    case 'LTE':
      return value <= wanted
    case 'LT_NUMERIC':
      return compareNumbers(value, wanted, (a, b) => a < b)
    case 'LTE_NUMERIC':
      return compareNumbers(value, wanted, (a, b) => a <= b)
    default:
      throw new SimulatedStatus(Code.UNIMPLEMENTED, `unsupported label query operator: ${String(term.op)}`)
  }
}

function compareNumbers(left: string, right: string, compare: (a: number, b: number) => boolean): boolean {
  const a = Number.parseInt(left, 10)
  const b = Number.parseInt(right, 10)
  return !Number.isNaN(a) && !Number.isNaN(b) && compare(a, b)
}
