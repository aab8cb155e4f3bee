import type { ReviewStop } from '#contract/machine-configs.ts'
import type { RedactedSide } from './change-table.ts'
import type { Tree } from './config-tree.ts'
import { documentsOf, treeAt } from './find-tree.ts'
import { LEGACY } from './parse-config.ts'
import { PLACEHOLDER } from './placeholders.ts'

/** One thing by which a cluster is known, wherever a version writes it. */
interface Mark {
  readonly places: readonly { readonly kind: string; readonly path: readonly string[] }[]
  /** Lists of authorities that are still trusted: a rotation names the other one there. */
  readonly accepted?: readonly { readonly kind: string; readonly path: readonly string[] }[]
}

function at(kind: string, path: string): Mark['places'][number] {
  return { kind, path: path.split('.') }
}

/** Source: behaviour.md §9.4; the documents of 1.14 take the place of the legacy fields. */
const MARKS: readonly Mark[] = [
  { places: [at(LEGACY, 'machine.ca.crt')], accepted: [at(LEGACY, 'machine.acceptedCAs')] },
  {
    places: [at(LEGACY, 'cluster.ca.crt'), at('KubeAPIServerCAConfig', 'issuingCA.cert')],
    accepted: [at(LEGACY, 'cluster.acceptedCAs'), at('KubeAPIServerCAConfig', 'acceptedCAs')],
  },
  { places: [at(LEGACY, 'cluster.id'), at('DiscoveryIdentityConfig', 'clusterID')] },
  { places: [at(LEGACY, 'cluster.secret'), at('DiscoveryIdentityConfig', 'clusterSecret')] },
]

/**
 * Whether the draft is another cluster's: its authorities, its id or its secret are there and not the node's. An
 * authority that one side still accepts beside its own is a rotation, which is a risk to tick and no stop.
 */
export function otherCluster(before: RedactedSide, after: RedactedSide): ReviewStop | undefined {
  const fields: string[] = []
  for (const mark of MARKS) {
    const then = readMark(before, mark.places)
    const now = readMark(after, mark.places)
    if (then === undefined || now === undefined || then.value === now.value) continue
    if (isRotation(mark, then.value, now.value, before, after)) continue
    fields.push(now.field)
  }
  return fields.length === 0 ? undefined : { code: 'other-cluster', fields }
}

function isRotation(
  { accepted = [] }: Mark,
  then: string,
  now: string,
  before: RedactedSide,
  after: RedactedSide,
): boolean {
  const holds = (side: RedactedSide, certificate: string): boolean =>
    accepted.some(({ kind, path }) =>
      textsIn(treeAt(documentsOf(side.config, kind)[0]?.root(), ...path)).some(
        (text) => flat(text) === flat(certificate),
      ),
    )
  return holds(after, then) || holds(before, now)
}

function readMark(
  side: RedactedSide,
  places: Mark['places'],
): { readonly field: string; readonly value: string } | undefined {
  for (const { kind, path } of places) {
    const tree = treeAt(documentsOf(side.config, kind)[0]?.root(), ...path)
    if (tree?.kind !== 'scalar' || tree.value === '') continue
    const value = tree.value.replace(
      PLACEHOLDER,
      (whole, name: string) => side.vault.get(name)?.value ?? whole,
    )
    return { field: kind === LEGACY ? path.join('.') : `${kind}.${path.join('.')}`, value: flat(value) }
  }
  return undefined
}

/** Every text below: an accepted authority is a certificate, alone or as the `crt` of a pair. */
function textsIn(tree: Tree | undefined): readonly string[] {
  if (tree === undefined) return []
  if (tree.kind === 'scalar') return [tree.value]
  if (tree.kind === 'list') return tree.items.flatMap((item) => textsIn(item.value()))
  return [...tree.entries.values()].flatMap((entry) => textsIn(entry.value()))
}

/** The same certificate is written in one line or in many, as PEM or, in the legacy document, as base64 of PEM. */
function flat(text: string): string {
  const bare = text.replace(/\s+/g, '')
  if (!/^LS0t[A-Za-z0-9+/]*={0,2}$/.test(bare)) return bare
  try {
    return atob(bare).replace(/\s+/g, '')
  } catch {
    return bare
  }
}
