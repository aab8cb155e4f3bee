import type { ActionCheck, ActionRow, NodeActionPlan, ResetChoice } from '#contract/node-actions.ts'
import type { WireReset } from '../nodes/talos-port.ts'
import { valueOf, type Known } from '../upgrades/known.ts'
import { isControlPlane, type NodeFacts } from '../upgrades/node-facts.ts'
import { commonActionChecks, leavingChecks } from './action-checks.ts'
import { etcdVolumeOf, type DiskFacts } from './disk-facts.ts'
import { actionFrame, etcdRows, leadsOthers, type ActionPlanParts } from './plan-action.ts'
import { podChecks, podsRow, type PodsFate, type PodsReading } from './pods-at-stake.ts'
import { resetCommand, userDisksOf, wipePreview, wireReset } from './wipe-preview.ts'

/** What the node shows of itself after a reset. */
export type Afterwards = 'maintenance' | 'maintenance-or-silent' | 'silent' | 'back'

export interface PreparedReset {
  readonly plan: NodeActionPlan
  readonly facts: NodeFacts
  readonly choice: ResetChoice
  readonly request: WireReset
  readonly forfeits: boolean
  readonly afterwards: Afterwards
  /** Its etcd data goes: it is no member afterwards, or another one. */
  readonly losesEtcdData: boolean
  /** Fingerprint of the disks it was computed from. */
  readonly disks: string
}

/** Erases what was chosen of one node. `cluster`: its name, for the words that have to be typed for the last one. */
export function planReset(
  facts: NodeFacts,
  disks: Known<DiskFacts>,
  choice: ResetChoice,
  cluster: string,
  parts: ActionPlanParts,
): PreparedReset {
  const known = valueOf(disks) ?? { disks: [], partitions: [], volumes: [] }
  const request = wireReset(choice, known)
  const isControl = isControlPlane(valueOf(facts.role) ?? 'unknown')
  const losesEtcdData = isControl && erasesEtcd(choice, known)
  const forfeits = losesEtcdData && leadsOthers(facts)
  const { erased, kept } = wipePreview(choice, known)
  const preflight = [
    ...commonActionChecks(facts, parts.around),
    ...leavingChecks(facts, { graceful: choice.graceful, losesEtcdData }),
    ...diskChecks(disks, choice, isControl),
    ...podChecks(facts, parts.kubernetes, fateOf(choice)),
  ]
  const afterwards = afterwardsOf(choice)
  const plan: NodeActionPlan = {
    ...actionFrame(facts, parts),
    kind: 'reset',
    rows: resetRows(facts, choice, { afterwards, losesEtcdData, kubernetes: parts.kubernetes }),
    preflight,
    steps: [
      'preflight',
      ...(facts.etcd?.known === true && losesEtcdData ? ['snapshot'] : []),
      ...(forfeits ? ['forfeit'] : []),
      'reset',
      ...(afterwards === 'back' ? ['answers', 'ready'] : [afterwards === 'silent' ? 'silent' : 'afterwards']),
      'verify',
    ],
    talosctl: resetCommand(facts.node, request),
    wipe: { erased: [...erased], kept: [...kept] },
    userDisks: [...userDisksOf(known)],
    typeHostname: true,
    ...(preflight.some(({ outcome, overridable }) => outcome === 'block' && overridable === true)
      ? { words: { en: `lose ${cluster}`, es: `perder ${cluster}` } }
      : {}),
  }
  return {
    plan,
    facts,
    choice,
    request,
    forfeits,
    afterwards,
    losesEtcdData,
    disks: diskFingerprint(disks),
  }
}

/** Another one means that the two columns are no longer true. */
export function diskFingerprint(disks: Known<DiskFacts>): string {
  if (!disks.known) return disks.reason
  const { partitions, volumes } = disks.value
  return JSON.stringify([
    disks.value.disks,
    partitions,
    volumes.filter(({ location }) => location !== undefined).map(({ id, location }) => [id, location]),
  ])
}

function erasesEtcd({ scope, etcdVolume }: ResetChoice, disks: DiskFacts): boolean {
  switch (scope) {
    case 'system-disk':
      return true
    case 'reconfigure':
    case 'ephemeral':
      return etcdVolumeOf(disks) === undefined || etcdVolume
    case 'user-disks':
      return false
  }
}

function fateOf({ scope, graceful }: ResetChoice): PodsFate {
  if (scope !== 'user-disks') return 'pods-erased'
  return graceful ? 'pods-drained' : 'pods-stop'
}

function afterwardsOf({ scope, reboot }: ResetChoice): Afterwards {
  if (!reboot) return 'silent'
  if (scope === 'reconfigure') return 'maintenance'
  // Nothing to boot is left on the disk: an ISO or PXE brings it to maintenance, without one it stays silent.
  if (scope === 'system-disk') return 'maintenance-or-silent'
  return 'back'
}

function diskChecks(
  disks: Known<DiskFacts>,
  choice: ResetChoice,
  isControl: boolean,
): readonly ActionCheck[] {
  if (!disks.known) return [{ id: 'volumes-located', outcome: 'block', evidence: disks.reason }]
  const facts = disks.value
  return [
    ...locatedCheck(facts, choice),
    ...userDisksCheck(facts, choice),
    ...etcdVolumeCheck(facts, choice, isControl),
    ...bootsCheck(facts, choice),
  ]
}

/** `failed to reset: volume "X" is not located` (behaviour.md §7.1), told before it is sent. */
function locatedCheck(facts: DiskFacts, choice: ResetChoice): readonly ActionCheck[] {
  const { partitions } = wireReset(choice, facts)
  if (partitions.length === 0) return []
  const lost = partitions.filter(
    (label) => !facts.volumes.some(({ id, location }) => id === label && location !== undefined),
  )
  return [
    {
      id: 'volumes-located',
      outcome: lost.length === 0 ? 'pass' : 'block',
      evidence:
        lost.length === 0
          ? partitions
              .map((label) => `${label} ${facts.volumes.find(({ id }) => id === label)?.location ?? ''}`)
              .join(', ')
          : `VolumeStatus: – ${lost.join(', ')}`,
    },
  ]
}

/** `device X wasn't found`, `is readonly`, `is the system disk`, and a mode that has no user disks. */
function userDisksCheck(facts: DiskFacts, { scope, userDisks }: ResetChoice): readonly ActionCheck[] {
  if (userDisks.length === 0) {
    return scope === 'user-disks' ? [{ id: 'user-disks', outcome: 'block', evidence: '–' }] : []
  }
  const wrong = userDisks.flatMap((device) => {
    const disk = facts.disks.find((one) => one.device === device)
    if (disk === undefined) return [`${device} wasn't found`]
    if (disk.readOnly) return [`${device} is readonly`]
    return disk.system ? [`${device} is the system disk`] : []
  })
  return [
    {
      id: 'user-disks',
      outcome: wrong.length === 0 ? 'warn' : 'block',
      evidence: wrong.length === 0 ? userDisks.join(', ') : wrong.join('; '),
    },
  ]
}

/** 1.14 may keep etcd on a volume of its own, which EPHEMERAL no longer takes along: old data would come back. */
function etcdVolumeCheck(
  facts: DiskFacts,
  { scope, etcdVolume }: ResetChoice,
  isControl: boolean,
): readonly ActionCheck[] {
  const volume = etcdVolumeOf(facts)
  if (!isControl || volume === undefined || scope === 'system-disk' || scope === 'user-disks') return []
  return [
    { id: 'etcd-volume', outcome: etcdVolume ? 'pass' : 'block', evidence: `ETCD ${volume.location ?? ''}` },
  ]
}

function bootsCheck(facts: DiskFacts, { scope, reboot }: ResetChoice): readonly ActionCheck[] {
  if (scope !== 'system-disk') return []
  const system = facts.disks.find((disk) => disk.system)?.device ?? '–'
  return [{ id: 'boots-afterwards', outcome: 'warn', evidence: `${system}, reboot: ${reboot}` }]
}

function resetRows(
  facts: NodeFacts,
  { scope, graceful, reboot }: ResetChoice,
  {
    afterwards,
    losesEtcdData,
    kubernetes,
  }: Pick<PreparedReset, 'afterwards' | 'losesEtcdData'> & { readonly kubernetes: PodsReading },
): ActionRow[] {
  const tag = valueOf(facts.version)?.tag
  const keepsTalos = scope !== 'system-disk'
  const keepsConfig = scope === 'ephemeral' || scope === 'user-disks'
  return [
    {
      fact: 'power',
      before: 'power-on',
      after: reboot ? `after-${afterwards}` : 'power-off',
      note: 'changes',
    },
    ...(tag === undefined
      ? []
      : [
          keepsTalos
            ? ({ fact: 'talos', before: tag, after: tag, note: 'unchanged' } as const)
            : ({ fact: 'talos', before: tag, note: 'lost' } as const),
        ]),
    keepsConfig
      ? { fact: 'config', before: 'config-active', after: 'config-active', note: 'unchanged' }
      : { fact: 'config', before: 'config-active', note: 'lost' },
    ...(losesEtcdData ? etcdRows(facts, graceful ? 'gone' : 'until-on-again') : []),
    ...(valueOf(facts.kubernetesNode) === undefined
      ? []
      : [
          {
            fact: 'kubernetes-node',
            before: valueOf(facts.kubernetesNode)?.ready === true ? 'Ready' : 'NotReady',
            after: keepsConfig ? 'Ready' : 'node-stays-listed',
            note: keepsConfig ? 'unchanged' : 'changes',
          } as const,
        ]),
    podsRow(facts, kubernetes, graceful ? 'pods-drained-removed' : 'pods-stop'),
  ]
}
