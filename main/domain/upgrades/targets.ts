import { compare, parse, prerelease } from 'semver'
import type { UpgradeTarget } from '#contract/upgrades.ts'
import {
  compareLines,
  findLine,
  latestOf,
  lineOf,
  minorsBetween,
  releaseOf,
  type TalosLine,
  type VersionTable,
} from './version-table.ts'

type Judgement = Pick<UpgradeTarget, 'legal' | 'reason'>

/**
 * May a node on `current` with Kubernetes `kubernetes` (when it is known) go to `version`, and why. `undefined` when
 * `version` is none or its line is not in the table. One minor at a time: Talos' own check tolerates a skip, its
 * documentation does not (behaviour.md §0.2).
 */
export function judgeTarget(
  table: VersionTable,
  current: string,
  kubernetes: string | undefined,
  version: string,
): UpgradeTarget | undefined {
  const line = findLine(table, version)
  const tag = parse(version)
  if (line === undefined || tag === null || parse(current) === null) return undefined
  return {
    version: `v${tag.version}`,
    ...judge(table, line, current, kubernetes, `v${tag.version}`),
    kubernetesMin: line.kubernetes.min,
    kubernetesMax: line.kubernetes.max,
  }
}

function judge(
  table: VersionTable,
  line: TalosLine,
  current: string,
  kubernetes: string | undefined,
  version: string,
): Judgement {
  const illegal = illegalReason(line, current, kubernetes, version)
  if (illegal !== undefined) return { legal: false, reason: illegal }
  if (compare(version, current) === 0) return { legal: true, reason: 'same-version' }
  if (prerelease(version) !== null) return { legal: true, reason: 'pre-release' }
  if (compare(version, current) < 0) return { legal: true, reason: 'downgrade-allowed' }
  const latest = latestOf(line)
  if (version === nextStop(table, current, kubernetes)) return { legal: true, reason: 'recommended' }
  if (latest === undefined || compare(version, latest) > 0) return { legal: true, reason: 'allowed' }
  return { legal: true, reason: version === latest ? 'latest-patch' : 'superseded' }
}

/** The rules of the table first, as the node words them; then ours about skipping. */
function illegalReason(
  line: TalosLine,
  current: string,
  kubernetes: string | undefined,
  version: string,
): UpgradeTarget['reason'] | undefined {
  const host = releaseOf(current)
  if (host !== undefined && compare(host, line.hosts.from) < 0) return 'host-too-old'
  if (host !== undefined && compare(host, line.hosts.below) >= 0) return 'host-too-new'
  if (minorsBetween(current, version) > 1) return 'skips-a-minor'
  const runs = kubernetes === undefined ? undefined : lineOf(kubernetes)
  if (runs === undefined) return undefined
  if (compareLines(runs, line.kubernetes.max) > 0) return 'kubernetes-too-new'
  if (compareLines(runs, line.kubernetes.min) < 0) return 'kubernetes-too-old'
  return undefined
}

/** First stop of the supported path upward: the latest patch of this minor, and from there that of the next. */
function nextStop(table: VersionTable, current: string, kubernetes: string | undefined): string | undefined {
  const own = findLine(table, current)
  const latest = own === undefined ? undefined : latestOf(own)
  if (latest !== undefined && compare(latest, current) > 0) return latest
  const next = table.find((line) => minorsBetween(current, `${line.line}.0`) === 1)
  const target = next === undefined ? undefined : latestOf(next)
  if (next === undefined || target === undefined) return undefined
  return illegalReason(next, current, kubernetes, target) === undefined ? target : undefined
}

/** Every stop between `current` and `version`, the goal included: minor by minor through the latest patch of each. */
export function upgradePath(table: VersionTable, current: string, version: string): readonly string[] {
  const between = table
    .filter(
      ({ line }) => minorsBetween(current, `${line}.0`) >= 1 && minorsBetween(`${line}.0`, version) >= 1,
    )
    .flatMap((line) => latestOf(line) ?? [])
  return [...between, version]
}

/** The known versions and the node's own, newest first. A line that no one could go to at all stays out. */
export function listTargets(
  table: VersionTable,
  current: string,
  kubernetes: string | undefined,
): readonly UpgradeTarget[] {
  const known = table.flatMap((line) => line.releases.map((release) => `v${release}`))
  const versions = [...new Set([...known, current])].sort((a, b) => compare(b, a))
  return versions.flatMap((version) => judgeTarget(table, current, kubernetes, version) ?? [])
}
