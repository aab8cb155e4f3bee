import { minor, parse, rcompare } from 'semver'
import type { KubernetesComponent, KubernetesTarget } from '#contract/kubernetes.ts'
import { field, listField, textField } from '../nodes/spec-fields.ts'
import { compareLines, findLine, lineOf, type VersionTable } from '../upgrades/version-table.ts'

/** One minor of Kubernetes and what is no more in it that was in the minor before. */
export interface KubernetesLine {
  /** `1.36` */
  readonly minor: string
  /** Newest patch that is known, without `v`; a proposal, any patch can be asked for. */
  readonly latest: string
  readonly featureGates: readonly string[]
  readonly admissionPlugins: readonly string[]
  /** `podgroups.v1alpha2.scheduling.k8s.io` */
  readonly apiResources: readonly string[]
  readonly flags: Readonly<Partial<Record<KubernetesComponent, readonly string[]>>>
}

/** Oldest first. */
export type KubernetesLines = readonly KubernetesLine[]

/** Reads `resources/kubernetes/lines.json`, parsed. Throws when it is not what this version of Ichor wrote. */
export function parseKubernetesLines(raw: unknown): KubernetesLines {
  const lines = listField(raw, 'minors').map((entry): KubernetesLine => {
    const line = textField(entry, 'minor')
    const latest = textField(entry, 'latest')
    if (line === undefined || latest === undefined)
      throw new Error('The table of Kubernetes lines is damaged.')
    const names = (of: unknown, ...path: readonly string[]): string[] => listField(of, ...path).map(String)
    const flags = field(entry, 'flags')
    return {
      minor: line,
      latest,
      featureGates: names(entry, 'featureGates'),
      admissionPlugins: names(entry, 'admissionPlugins'),
      apiResources: names(entry, 'apiResources'),
      flags: Object.fromEntries(
        Object.keys(typeof flags === 'object' && flags !== null ? flags : {}).map((component) => [
          component,
          names(flags, component),
        ]),
      ),
    }
  })
  if (lines.length === 0) throw new Error('The table of Kubernetes lines is empty.')
  return lines.toSorted((a, b) => compareLines(a.minor, b.minor))
}

/** A node and the Talos it runs. */
export interface TalosOfNode {
  readonly hostname: string
  /** `v1.13.9`; absent where the node did not tell. */
  readonly talos: string | undefined
}

/**
 * Whether Kubernetes may go from one version to another on these nodes: the same minor or the next, upwards only, and
 * each node's Talos must run it (behaviour.md §6, §0.2).
 */
export function judgeKubernetes(
  lines: KubernetesLines,
  table: VersionTable,
  from: string,
  to: string,
  nodes: readonly TalosOfNode[],
): Pick<KubernetesTarget, 'legal' | 'reason' | 'nodes'> {
  const [now, then] = [parse(from), parse(to)]
  if (now === null || then === null || !lines.some((line) => line.minor === lineOf(to))) {
    return { legal: false, reason: 'not-known', nodes: [] }
  }
  const step = minor(then) - minor(now)
  if (step < 0) return { legal: false, reason: 'downgrade', nodes: [] }
  if (step > 1) return { legal: false, reason: 'skips-a-minor', nodes: [] }
  const tooOld = nodes.filter(({ talos }) => runs(table, talos, to) > 0)
  if (tooOld.length > 0) return { legal: false, reason: 'talos-too-old', nodes: tooOld.map(nameOf) }
  const tooNew = nodes.filter(({ talos }) => runs(table, talos, to) < 0)
  if (tooNew.length > 0) return { legal: false, reason: 'talos-too-new', nodes: tooNew.map(nameOf) }
  if (rcompare(now, then) === 0) return { legal: true, reason: 'same-version', nodes: [] }
  // An older patch of the same minor is allowed, as talosctl allows it.
  return { legal: true, reason: step === 1 ? 'next-minor' : 'patch', nodes: [] }
}

/** Newest first: this minor, the next, and those beyond with what stands against them. What lies behind is no target. */
export function listKubernetesTargets(
  lines: KubernetesLines,
  table: VersionTable,
  current: string,
  nodes: readonly TalosOfNode[],
): readonly KubernetesTarget[] {
  const versions = new Set([...lines.map(({ latest }) => `v${latest}`), current])
  return [...versions]
    .toSorted(rcompare)
    .filter((version) => compareLines(lineOf(version) ?? '0.0', lineOf(current) ?? '0.0') >= 0)
    .map((version) => ({ version, ...judgeKubernetes(lines, table, current, version, nodes) }))
}

/** Above 0: this Talos is too old for it. Below 0: it dropped it. 0 also where nothing is known: the check says so. */
function runs(table: VersionTable, talos: string | undefined, kubernetes: string): number {
  const line = talos === undefined ? undefined : findLine(table, talos)
  const wanted = lineOf(kubernetes)
  if (line === undefined || wanted === undefined) return 0
  if (compareLines(wanted, line.kubernetes.max) > 0) return 1
  return compareLines(wanted, line.kubernetes.min) < 0 ? -1 : 0
}

function nameOf({ hostname, talos }: TalosOfNode): string {
  return `${hostname} ${talos ?? '–'}`
}
