import { badRequest } from './api-failure.ts'
import type { KubeObject } from './objects.ts'

export type Filter = (object: KubeObject) => boolean

/**
 * `a=b,c!=d,e in (f,g),h,!i` as kubectl's `-l` sends it.
 * @throws ApiFailure 400 when it cannot be read
 */
export function labelFilter(selector: string): Filter {
  const requirements = splitOutsideParentheses(selector).map(labelRequirement)
  return ({ metadata }) => requirements.every((holds) => holds(metadata.labels ?? {}))
}

/**
 * `spec.nodeName=x,status.phase!=Running`: equality only, on the fields the API server knows for that kind.
 * @throws ApiFailure 400 for others, in its words
 */
export function fieldFilter(selector: string, fields: readonly string[]): Filter {
  const requirements = selector
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const found = /^([^=!]+)(==|!=|=)(.*)$/.exec(part)
      if (!found) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`)
      const [, field = '', operator = '', wanted = ''] = found
      if (!fields.includes(field)) throw badRequest(`field label not supported: ${field}`)
      return (object: KubeObject): boolean => (valueAt(object, field) === wanted) === (operator !== '!=')
    })
  return (object) => requirements.every((holds) => holds(object))
}

function splitOutsideParentheses(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

type Labels = Readonly<Record<string, string>>

function labelRequirement(text: string): (labels: Labels) => boolean {
  const set = /^([^\s!=]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text)
  if (set) {
    const [, key = '', operator, list = ''] = set
    const values = list.split(',').map((value) => value.trim())
    return (labels) => {
      const value = labels[key]
      return operator === 'in'
        ? value !== undefined && values.includes(value)
        : !values.includes(value ?? '\0')
    }
  }
  const equality = /^([^\s!=]+)\s*(==|!=|=)\s*([^\s!=]*)$/.exec(text)
  if (equality) {
    const [, key = '', operator, wanted = ''] = equality
    return (labels) => (labels[key] === wanted) === (operator !== '!=')
  }
  const presence = /^(!?)([^\s!=()]+)$/.exec(text)
  if (!presence) throw badRequest(`unable to parse requirement: ${text}`)
  const [, not, key = ''] = presence
  return (labels) => Object.hasOwn(labels, key) === (not === '')
}

function valueAt(object: KubeObject, field: string): string {
  let value: unknown = object
  for (const name of field.split('.'))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? value : field === 'spec.unschedulable' ? 'false' : ''
}
