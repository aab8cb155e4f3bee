import type { ChangeRisk } from '#contract/machine-configs.ts'
import { flagField, listField, textField } from '../nodes/spec-fields.ts'
import type { DocumentChange } from './change-table.ts'
import type { LeafChange } from './diff-trees.ts'
import { isSet, legacyOf, treeAt } from './find-tree.ts'
import { unknownRisk, type DiskFacts, type NodeFacts } from './node-facts.ts'
import { LEGACY, type ParsedConfig } from './parse-config.ts'
import { isExpression, matchDisks, matchLegacyDisks, type Match } from './selectors.ts'

/** Documents whose `provisioning.diskSelector.match` chooses a disk of this node. */
const BY_DISK = new Set([
  'VolumeConfig',
  'UserVolumeConfig',
  'RawVolumeConfig',
  'SwapVolumeConfig',
  'UnattendedInstallConfig',
])

/** A disk that a change asks for: none of this node's, or more than one, or nobody can tell. */
export function diskRisk(
  change: DocumentChange,
  leaf: LeafChange,
  facts: NodeFacts,
  after: ParsedConfig,
): ChangeRisk | undefined {
  if (leaf.after?.tree.kind !== 'scalar') return undefined
  const { kind } = change.identity
  const { value } = leaf.after.tree
  const path = leaf.path.map((step) => (typeof step === 'string' ? step : '[]')).join('.')
  if (BY_DISK.has(kind) && path === 'provisioning.diskSelector.match') {
    return judge(facts, (disks) => matchDisks(value, disks.filter(isWritable)))
  }
  // Volumes are chosen among what was found on the disks, which changes while the node works: only the form is judged.
  if (kind !== LEGACY && /(?:^|\.)volumeSelector\.match$/.test(path)) {
    return isExpression(value) ? undefined : { code: 'selector-invalid', level: 'decide' }
  }
  if (kind !== LEGACY) return undefined
  const install = treeAt(legacyOf(after), 'machine', 'install')
  const selector = treeAt(install, 'diskSelector')
  if (path.startsWith('machine.install.diskSelector.') && selector?.kind === 'map') {
    const wanted = new Map(
      [...selector.entries.values()].flatMap((entry) => {
        const tree = entry.value()
        return tree.kind === 'scalar' && tree.value !== '' ? [[entry.key, tree.value] as const] : []
      }),
    )
    return judge(facts, (disks) => matchLegacyDisks(wanted, disks))
  }
  // The selector wins over the path.
  if (path === 'machine.install.disk' && isSet(selector)) return undefined
  if (path === 'machine.install.disk' || path === 'machine.disks.[].device') {
    return value === '' ? undefined : judge(facts, (disks) => matchPath(value, disks))
  }
  return undefined
}

/** Every node lists the image it runs from as a loop device, and drives without a disk; none can hold a volume. */
function isWritable({ spec }: DiskFacts): boolean {
  return flagField(spec, 'readonly') !== true && flagField(spec, 'cdrom') !== true
}

function matchPath(path: string, disks: readonly DiskFacts[]): Match {
  const found = disks.filter(
    ({ spec }) => textField(spec, 'dev_path') === path || listField(spec, 'symlinks').includes(path),
  )
  return { kind: 'fits', names: found.map(({ name }) => name) }
}

function judge(
  facts: NodeFacts,
  find: (disks: readonly DiskFacts[]) => Match | undefined,
): ChangeRisk | undefined {
  if (!facts.disks.known) return unknownRisk('disk-none', facts.disks)
  const found = find(facts.disks.value)
  // It asks for something that the list of disks does not tell.
  if (found === undefined) return unknownRisk('disk-none')
  if (found.kind === 'invalid') return { code: 'selector-invalid', level: 'decide' }
  if (found.names.length === 0) return { code: 'disk-none', level: 'decide' }
  if (found.names.length === 1) return undefined
  return { code: 'disk-many', level: 'decide', about: found.names.join(', ') }
}
