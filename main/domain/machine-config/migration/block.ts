import type { MigrationBlockId, MigrationObstacle, MigrationRisk } from '#contract/migrations.ts'
import { compact, typed, type PatchDocument } from '../presets/preset.ts'

export { compact, typed, type PatchDocument }

/** The v1alpha1 document as values, secrets as placeholders. */
export interface Legacy {
  /** `undefined` where nothing stands. */
  at(path: string): unknown
  text(path: string): string
  map(path: string): Readonly<Record<string, unknown>>
  list(path: string): readonly unknown[]
}

export interface MigrationContext {
  readonly minor: number
  readonly role: 'controlplane' | 'worker' | 'unknown'
  /** Names of the draft's documents of a kind; one empty text for a kind without names. */
  readonly names: (kind: string) => readonly string[]
}

/** What a block found in the legacy document. */
export interface FoundBlock {
  /** Legacy paths that go; nothing below them stays. */
  readonly from: readonly string[]
  readonly documents: readonly PatchDocument[]
  readonly obstacle?: { readonly code: MigrationObstacle; readonly at: string }
  readonly needs?: readonly MigrationBlockId[]
}

export interface BlockDefinition {
  readonly id: MigrationBlockId
  /** Minor of the first Talos that has the documents. */
  readonly since: number
  readonly risk?: MigrationRisk
  /** `undefined` where the legacy document says nothing about it. */
  readonly find: (legacy: Legacy, context: MigrationContext) => FoundBlock | undefined
}

export function readLegacy(root: unknown): Legacy {
  const at = (path: string): unknown => {
    let here: unknown = root
    for (const key of path.split('.')) {
      if (!isMap(here)) return undefined
      here = here[key]
    }
    return here ?? undefined
  }
  return {
    at,
    text: (path) => textOf(at(path)),
    map: (path) => asMap(at(path)),
    list: (path) => asList(at(path)),
  }
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : {}
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : ''
}

/** A key's value under another name, where there is one. */
export function renamed(
  from: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return compact(Object.fromEntries(Object.entries(names).map(([old, now]) => [now, from[old]])))
}

export function has(legacy: Legacy, ...paths: readonly string[]): readonly string[] {
  return paths.filter((path) => legacy.at(path) !== undefined)
}

const PLACEHOLDER = /^«secret:([^»\s]*)»$/

/**
 * A certificate or key that the legacy document has in base64, as the documents want it. A placeholder gets a twin,
 * which main resolves to the decoded value. `undefined` for what is neither.
 */
export function pemOf(value: unknown): string | undefined {
  const text = textOf(value).trim()
  const name = PLACEHOLDER.exec(text)?.[1]
  if (name !== undefined) return `«secret:${name}~pem»`
  try {
    const decoded = atob(text.replace(/\s/g, ''))
    return decoded.includes('-----BEGIN') ? decoded : undefined
  } catch {
    return undefined
  }
}
