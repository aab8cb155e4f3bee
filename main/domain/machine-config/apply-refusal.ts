import type { TextPosition } from '#contract/wire-error.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { Tree } from './config-tree.ts'
import { parseText } from './config-tree.ts'
import { LEGACY, type ConfigDocument, type ParsedConfig } from './parse-config.ts'
import { redactText, valuesOf } from './redact.ts'
import type { KnownConfig } from './review.ts'

/**
 * A node's refusal of a configuration: its own words without secrets, and the line of the draft they are about
 * (behaviour.md §4.4). Other failures come back as they are, but redacted too. The node may quote what it runs as
 * well as what it was sent, so the secrets of both are taken out.
 */
export function toConfigFailure(error: unknown, draft: KnownConfig, base: KnownConfig): unknown {
  if (!(error instanceof TalosFailure)) return error
  const message = redactText(error.message, valuesOf(draft.vault, base.vault))
  const code = error.code === 'refused' ? 'config-refused' : error.code
  const at = code === 'config-refused' ? placeOfRefusal(error.message, draft) : error.at
  return new TalosFailure(code, message, { node: error.node, at, cause: error.cause })
}

/** Where in the shown text a refusal points; `undefined` when it names no place. */
export function placeOfRefusal(message: string, draft: KnownConfig): TextPosition | undefined {
  const { config } = draft
  const duplicate = /duplicate document v1alpha1\/(\w+)(?:\/(\S+))?/.exec(message)
  const decoding = /error decoding document (?:(\w+)\/)?\/?v1alpha1\/(\S*)/.exec(message)
  const document =
    findDocument(config, decoding?.[1], decoding?.[2]) ??
    findDocument(config, duplicate?.[1], duplicate?.[2]) ??
    namedDocument(config, message) ??
    lineDocument(draft, message)
  if (document === undefined) return undefined
  const unknown = /unknown keys found during decoding:\s*\n([\s\S]*)$/.exec(message)?.[1]
  const key = unknown === undefined ? undefined : placeOfKeys(document, unknown)
  return config.positionAt(key ?? document.root()?.start ?? document.offset)
}

function findDocument(
  config: ParsedConfig,
  kind: string | undefined,
  name: string | undefined,
): ConfigDocument | undefined {
  if (kind === undefined) return undefined
  return config.documents.find((document) => {
    const identity = document.identity()
    return identity.kind === kind && (identity.name ?? '') === (name ?? '')
  })
}

/** `LinkConfig/enp3s0: …` or `v1alpha1.Config: …` at the head of a line of a validation error. */
function namedDocument(config: ParsedConfig, message: string): ConfigDocument | undefined {
  for (const match of message.matchAll(/(?:^|\* |\s)([A-Z]\w+)(?:\/(\S+))?: /g)) {
    const found = findDocument(config, match[1], match[2])
    if (found !== undefined) return found
  }
  if (!/v1alpha1\.Config|document \/v1alpha1/.test(message)) return undefined
  return config.documents.find((document) => document.identity().kind === LEGACY)
}

/** The node counts lines of what was sent; a secret over several lines is one line in the text that is shown. */
function lineDocument(draft: KnownConfig, message: string): ConfigDocument | undefined {
  const line = /\(line (\d+)\)/.exec(message)?.[1]
  if (line === undefined) return undefined
  const index = draft.real
    .split('\n')
    .slice(0, Number(line))
    .filter((text) => /^---(?:\s|$)/.test(text)).length
  const leading = /^(?:\s*(?:#[^\n]*)?\n)*---/.test(draft.real) ? 1 : 0
  return draft.config.documents[index - leading]
}

/** Walks the keys that the node did not know, as far down as they go one by one. */
function placeOfKeys(document: ConfigDocument, subtree: string): number | undefined {
  let unknown: Tree | undefined = parseText(subtree, 0).tree
  let known: Tree | undefined = document.root()
  let place: number | undefined
  while (unknown !== undefined && known !== undefined) {
    if (unknown.kind === 'list' && known.kind === 'list') {
      unknown = unknown.items[0]?.value()
      known = known.items
        .map((item) => item.value())
        .find((item) => unknown !== undefined && hasKeys(item, unknown))
      continue
    }
    if (unknown.kind !== 'map' || known.kind !== 'map') break
    const [key, entry] = [...unknown.entries][0] ?? []
    const match: ReturnType<typeof known.entries.get> = key === undefined ? undefined : known.entries.get(key)
    if (entry === undefined || match === undefined) break
    place = match.keyStart
    unknown = entry.value()
    known = match.value()
  }
  return place
}

function hasKeys(tree: Tree, wanted: Tree): boolean {
  if (wanted.kind !== 'map' || tree.kind !== 'map') return tree.kind === wanted.kind
  return [...wanted.entries.keys()].every((key) => tree.entries.has(key))
}
