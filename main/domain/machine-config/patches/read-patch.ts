import type { TextPosition } from '#contract/wire-error.ts'
import { TalosFailure } from '../../talos-failure.ts'
import { LEGACY, parseConfig, type Identity } from '../parse-config.ts'
import type { DeleteSelector } from './delete-path.ts'
import { readJsonPatch, type JsonOperation } from './json-patch.ts'
import { expandAliases, hasAliases, parseYaml, valueOf, valueOfDocument, type Value } from './values.ts'

/** One step of a strategic merge, in the order in which Talos takes them. */
export type PatchStep =
  | { readonly kind: 'delete'; readonly identity: Identity; readonly selector: DeleteSelector }
  | {
      readonly kind: 'merge'
      readonly identity: Identity
      readonly value: Value
      /** The document as it was typed, for when it is new to the configuration; absent when something was taken out. */
      readonly text?: string
    }

export type Patch =
  | { readonly kind: 'strategic'; readonly steps: readonly PatchStep[] }
  | { readonly kind: 'json6902'; readonly operations: readonly JsonOperation[] }

/**
 * Reads a patch: strategic merge documents, or a JSON6902 list in YAML or JSON. Throws `patch-unreadable` at its line,
 * in Talos' words where Talos would refuse it before looking at any configuration.
 */
export function readPatch(text: string): Patch {
  const config = parseConfig(text)
  if (config.documents.length === 0) throw unreadable('The patch is empty.', { line: 1, column: 1 })
  const steps: PatchStep[] = []
  for (const piece of config.documents) {
    const fail = (from: number): TalosFailure => {
      const at = config.positionAt(piece.offset + from)
      return unreadable(`The patch is not valid YAML at line ${at.line}.`, at)
    }
    const document = parseYaml(piece.text, fail)
    const whole = hasAliases(piece.text) ? valueOf(expandAliases(document)) : valueOfDocument(document)
    if (whole === undefined) continue
    const start = document.contents?.range[0] ?? 0
    const at = config.positionAt(piece.offset + start)
    if (whole.kind === 'list' && config.documents.length === 1) {
      return { kind: 'json6902', operations: readJsonPatch(whole, at) }
    }
    if (whole.kind !== 'map') throw unreadable(`expected a YAML document at line ${at.line}`, at)
    const found = takeDeletes(whole, at)
    steps.push(...found.steps)
    if (found.rest === undefined) continue
    const identity = identityOf(found.rest, at)
    const asTyped = found.rest === whole && !hasAliases(piece.text)
    steps.push({ kind: 'merge', identity, value: found.rest, ...(asTyped ? { text: piece.text } : {}) })
  }
  return { kind: 'strategic', steps }
}

export function unreadable(message: string, at: TextPosition): TalosFailure {
  return new TalosFailure('patch-unreadable', message, { at })
}

function identityOf(root: Value, at: TextPosition): Identity {
  const apiVersion = textAt(root, 'apiVersion')
  const kind = textAt(root, 'kind')
  const name = textAt(root, 'name')
  if (kind === '') {
    const legacy =
      root.kind === 'map' &&
      ['machine', 'cluster', 'debug', 'persist', 'version'].some((key) => root.entries.has(key))
    if (apiVersion !== '' || !legacy) throw unreadable('missing kind', at)
    return { kind: LEGACY }
  }
  if (apiVersion === '') throw unreadable('missing apiVersion', at)
  return { apiVersion, kind, ...(name === '' ? {} : { name }) }
}

function textAt(root: Value, key: string): string {
  const value = root.kind === 'map' ? root.entries.get(key)?.value : undefined
  return value?.kind === 'scalar' ? value.text : ''
}

interface Taken {
  readonly steps: readonly PatchStep[]
  /** What is left to merge. */
  readonly rest?: Value
}

/** Takes the `$patch: delete` statements out of a document, as Talos finds them: in the order of the text. */
function takeDeletes(root: Value, at: TextPosition): Taken {
  const steps: PatchStep[] = []
  const rest = take(root, [], undefined)
  if (rest === undefined || (steps.length > 0 && isOnlyName(rest))) return { steps }
  return { steps, rest }

  function refuse(message: string): never {
    throw unreadable(`error processing patch delete statements at line ${at.line}: ${message}`, at)
  }

  function take(
    value: Value,
    path: readonly string[],
    parent: 'map' | 'list' | undefined,
  ): Value | undefined {
    if (value.kind === 'map') {
      const entries = new Map(value.entries)
      for (const [key, entry] of value.entries) {
        if (key === '$patch' && entry.value.kind === 'scalar' && entry.value.text === 'delete') {
          if (parent !== 'list' && path.some((step) => step.startsWith('[')))
            refuse(`cannot delete an inner key in '${path.join('.')}'`)
          push(path, parent === 'list' ? value : undefined)
          return undefined
        }
        const left = take(entry.value, [...path, key], 'map')
        if (left === undefined) {
          entries.delete(key)
          if (entries.size === 0) return undefined
        } else if (left !== entry.value) entries.set(key, { ...entry, value: left })
      }
      const same =
        entries.size === value.entries.size && [...entries].every(([k, e]) => value.entries.get(k) === e)
      return same ? value : { kind: 'map', entries }
    }
    if (value.kind === 'list') {
      const items: Value[] = []
      let changed = false
      for (const item of value.items) {
        const left = take(item, [...path, `[${items.length}]`], 'list')
        if (left !== item) changed = true
        if (left !== undefined) items.push(left)
      }
      if (changed && items.length === 0) return undefined
      return changed ? { kind: 'list', items } : value
    }
    return value
  }

  function push(path: readonly string[], element: Value | undefined): void {
    const apiVersion = textAt(root, 'apiVersion')
    const kind = textAt(root, 'kind')
    const name = textAt(root, 'name')
    if (path.length === 0) {
      for (const [key, value] of Object.entries({ apiVersion, kind })) {
        if (value === '') refuse(`missing ${key} in document for which $patch: delete is used`)
      }
    } else if ((apiVersion === '') !== (kind === '')) {
      refuse(`kind and apiVersion must be both set for path ${path.join('.')}`)
    }
    const identity: Identity =
      kind === '' ? { kind: LEGACY } : { apiVersion, kind, ...(name === '' ? {} : { name }) }
    let by: Pick<DeleteSelector, 'key' | 'value'> = {}
    if (element?.kind === 'map') {
      const first = [...element.entries].find(([key]) => key !== '$patch')
      if (first === undefined) return refuse(`no key:val found in sequence node for path ${path.join('.')}`)
      by = { key: first[0], value: first[1].value.kind === 'scalar' ? first[1].value.text : '' }
    }
    steps.push({ kind: 'delete', identity, selector: { path, ...by } })
  }
}

/** Talos takes such a rest for nothing; one with `apiVersion` it merges, which changes nothing where the document is. */
function isOnlyName(rest: Value): boolean {
  if (rest.kind !== 'map') return false
  return [...rest.entries].every(
    ([key, { value }]) => value.kind === 'scalar' && ['version', 'kind', 'name', 'apiVersion'].includes(key),
  )
}
