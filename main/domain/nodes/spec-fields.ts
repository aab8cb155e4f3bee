/**
 * Reads fields out of a resource's `spec`, which comes from a node and may be of any version: what is not there,
 * or is of another type, is `undefined`, never a guess.
 */
export function field(spec: unknown, ...path: readonly string[]): unknown {
  let at: unknown = spec
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Readonly<Record<string, unknown>>)[name]
  }
  return at
}

export function textField(spec: unknown, ...path: readonly string[]): string | undefined {
  const value = field(spec, ...path)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function numberField(spec: unknown, ...path: readonly string[]): number | undefined {
  const value = field(spec, ...path)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function flagField(spec: unknown, ...path: readonly string[]): boolean | undefined {
  const value = field(spec, ...path)
  return typeof value === 'boolean' ? value : undefined
}

export function listField(spec: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = field(spec, ...path)
  return Array.isArray(value) ? value : []
}
