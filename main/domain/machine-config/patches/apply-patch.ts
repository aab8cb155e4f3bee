import { TalosFailure } from '../../talos-failure.ts'
import { keyOf, labelOf, LEGACY, parseConfig, type ConfigDocument, type Identity } from '../parse-config.ts'
import { deletePath, DeleteMismatch, type DeleteSelector } from './delete-path.ts'
import { applyJsonPatch } from './json-patch.ts'
import type { MergeRules, RulePath } from './merge-rules.ts'
import { MergeMismatch, mergeValues } from './merge-values.ts'
import { readPatch, type Patch } from './read-patch.ts'
import { blockLines, styleOf } from './render-value.ts'
import { expandAliases, hasAliases, parseYaml, valueOf, valueOfDocument, type Value } from './values.ts'
import { applyEdits, editsBetween, type TextEdit } from './write-values.ts'

export interface PatchContext {
  readonly rules: MergeRules
  /** Whether a kind has a field there; what is unknown cannot be deleted where it is absent. */
  readonly knows: (kind: string, path: RulePath) => boolean
  /** What a list has already is not appended again; for patches of our own making. */
  readonly unite?: boolean
}

export interface PatchedConfig {
  readonly text: string
  readonly changed: readonly Identity[]
  readonly added: readonly Identity[]
  readonly removed: readonly Identity[]
  /** Documents with anchors, which had to be written out to be changed; their comments stay where YAML can place them. */
  readonly rewritten: readonly Identity[]
}

/** A document on its way. */
interface Work {
  readonly identity: Identity
  readonly document?: ConfigDocument
  readonly before?: Value
  value: Value
  /** As the patch has it, while nothing else was merged into it. */
  text?: string
  rewritten: boolean
}

/**
 * Merges a patch into a configuration: both with placeholders, or both without. What the patch does not touch keeps
 * its text to the letter. Throws `config-syntax`, `patch-unreadable` and `patch-refused`, the latter two in Talos'
 * words where Talos has some (behaviour.md §4.5).
 */
export function applyPatch(configText: string, patch: string | Patch, context: PatchContext): PatchedConfig {
  const config = parseConfig(configText)
  const read = typeof patch === 'string' ? readPatch(patch) : patch
  const works: (Work | undefined)[] = []
  const byKey = new Map<string, Work>()

  function workOf(identity: Identity): Work | undefined {
    const known = byKey.get(keyOf(identity))
    if (known !== undefined) return known
    const document = config.documents.find((one) => keyOf(one.identity()) === keyOf(identity))
    if (document === undefined || removed.has(document)) return undefined
    const made = createWork(document, (offset) => config.positionAt(offset))
    if (made === undefined) return undefined
    byKey.set(keyOf(identity), made)
    works.push(made)
    return made
  }
  const removed = new Set<ConfigDocument>()
  function remove(work: Work): void {
    byKey.delete(keyOf(work.identity))
    works.splice(works.indexOf(work), 1)
    if (work.document !== undefined) removed.add(work.document)
  }

  if (read.kind === 'json6902') {
    const [only, ...others] = config.documents
    if (only === undefined || others.length > 0) {
      throw new TalosFailure(
        'patch-refused',
        'JSON6902 patches are not supported for multi-document machine configuration',
      )
    }
    const work = workOf(only.identity())
    if (work !== undefined) work.value = applyJsonPatch(work.value, read.operations)
  } else {
    for (const step of read.steps) {
      const work = workOf(step.identity)
      if (step.kind === 'delete') {
        // A document that is not there needs no deleting; older talosctl would leave the statement in the result.
        if (work !== undefined && takeOut(work, step.selector, context) === 'whole') remove(work)
      } else if (work === undefined) {
        const made: Work = {
          identity: step.identity,
          value: step.value,
          rewritten: false,
          ...(step.text === undefined ? {} : { text: step.text }),
        }
        byKey.set(keyOf(step.identity), made)
        works.push(made)
      } else mergeInto(work, step.value, context)
    }
  }
  return written(
    configText,
    works.filter((work) => work !== undefined),
    removed,
  )
}

function createWork(
  document: ConfigDocument,
  positionAt: (offset: number) => { line: number; column: number },
): Work | undefined {
  const fail = (from: number): TalosFailure => {
    const at = positionAt(document.offset + from)
    return new TalosFailure('config-syntax', `The configuration is not valid YAML at line ${at.line}.`, {
      at,
    })
  }
  const yaml = parseYaml(document.text, fail)
  const rewritten = hasAliases(document.text)
  const value = rewritten ? valueOf(expandAliases(yaml)) : valueOfDocument(yaml)
  if (value === undefined) return undefined
  return { identity: document.identity(), document, before: value, value, rewritten }
}

function mergeInto(work: Work, patch: Value, { rules, unite = false }: PatchContext): void {
  try {
    const merged = mergeValues(work.identity.kind, work.value, patch, rules, unite)
    if (merged !== work.value) delete work.text
    work.value = merged
  } catch (error) {
    if (!(error instanceof MergeMismatch)) throw error
    throw new TalosFailure(
      'patch-refused',
      `${labelOf(work.identity)}, ${error.path.join('.')}: ${error.message}`,
    )
  }
}

function takeOut(work: Work, selector: DeleteSelector, { rules, knows }: PatchContext): 'whole' | 'part' {
  if (selector.path.length === 0) return 'whole'
  const { kind, name, apiVersion = '' } = work.identity
  try {
    const left = deletePath(kind, work.value, selector, rules, (path) => knows(kind, path))
    if (left !== work.value) delete work.text
    work.value = left
    return 'part'
  } catch (error) {
    if (!(error instanceof DeleteMismatch)) throw error
    const path = selector.path.join('.')
    const inner = `failed to delete path '${path}': ${error.message}`
    const document = `${apiVersion}/${kind === LEGACY ? LEGACY : kind}`
    throw new TalosFailure(
      'patch-refused',
      name === undefined
        ? `patch delete: path '${path}' in document '${document}': ${inner}`
        : `named patch delete: document ${document}: ${inner}`,
    )
  }
}

function written(
  configText: string,
  works: readonly Work[],
  removed: ReadonlySet<ConfigDocument>,
): PatchedConfig {
  const edits: TextEdit[] = []
  const changed: Identity[] = []
  const rewritten: Identity[] = []
  for (const work of works) {
    const { document, before } = work
    if (document === undefined || before === undefined || before === work.value) continue
    const style = styleOf(document.text)
    changed.push(work.identity)
    if (work.rewritten) {
      rewritten.push(work.identity)
      const marker = /^\uFEFF?---[^\n]*\n/.exec(document.text)?.[0] ?? ''
      const text = `${marker}${blockLines(work.value, style).join(style.eol)}${style.eol}`
      edits.push({ from: document.offset, to: document.offset + document.text.length, text })
      continue
    }
    for (const { from, to, text } of editsBetween(document.text, before, work.value, style)) {
      edits.push({ from: from + document.offset, to: to + document.offset, text })
    }
  }
  for (const { offset, text } of removed) edits.push({ from: offset, to: offset + text.length, text: '' })
  const order = edits.map((edit, index) => ({ edit, index }))
  order.sort((a, b) => a.edit.from - b.edit.from || a.index - b.index)
  let text = applyEdits(
    configText,
    order.map(({ edit }) => edit),
  )
  const added = works.filter((work) => work.document === undefined)
  const style = styleOf(configText)
  for (const work of added) {
    const body =
      work.text?.replace(/^\uFEFF?(?:---[ \t]*(?:#[^\n]*)?\r?\n)?/, '').trim() ??
      blockLines(work.value, style).join(style.eol)
    if (text.trim() === '') text = `${body}${style.eol}`
    else
      text = `${text}${text.endsWith('\n') ? '' : style.eol}---${style.eol}${body.replace(/\r?\n/g, style.eol)}${style.eol}`
  }
  return {
    text,
    changed,
    added: added.map(({ identity }) => identity),
    removed: [...removed].map((document) => document.identity()),
    rewritten,
  }
}
