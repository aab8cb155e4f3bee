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
  const name = `v${tag.version}`
  return {
    ...basics(name),
    ...judge(table, line, current, kubernetes, name),
    path: [...upgradePath(table, current, name)],
    kubernetesMin: line.kubernetes.min,
    kubernetesMax: line.kubernetes.max,
  }
}

function basics(version: string): Pick<UpgradeTarget, 'version' | 'preRelease' | 'notes'> {
  return { version, preRelease: prerelease(version) !== null, notes: notesOf(version) }
}

function notesOf(version: string): string {
  return `https://github.com/siderolabs/talos/releases/tag/${version}`
}

/**
 * What a person typed, judged whatever it is: also a version of a line that nobody here knows, or one that the factory
 * does not list. `undefined` when it is no version.
 * @param published versions that the factory lists; `undefined` when it did not tell
 */
export function judgeTyped(
  table: VersionTable,
  current: string,
  kubernetes: string | undefined,
  typed: string,
  published: readonly string[] | undefined,
): UpgradeTarget | undefined {
  const tag = parse(typed.trim().replace(/^v/i, ''))
  if (tag === null) return undefined
  const version = `v${tag.version}`
  const target = judgeTarget(table, current, kubernetes, version)
  if (target === undefined) return { ...basics(version), legal: false, reason: 'unknown-line', path: [] }
  if (!target.legal || published === undefined || published.includes(version)) return target
  return version === current ? target : { ...target, legal: false, reason: 'not-published' }
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

/**
 * Every stop between `current` and `version`, the goal included: minor by minor through the latest patch of each, the
 * node's own minor first. Down, or within a minor, it is one step.
 */
export function upgradePath(table: VersionTable, current: string, version: string): readonly string[] {
  if (minorsBetween(current, version) < 1) return [version]
  const own = findLine(table, current)
  const latest = own === undefined ? undefined : latestOf(own)
  const first = latest !== undefined && compare(latest, current) > 0 ? [latest] : []
  const between = table
    .filter(
      ({ line }) => minorsBetween(current, `${line}.0`) >= 1 && minorsBetween(`${line}.0`, version) >= 1,
    )
    .flatMap((line) => latestOf(line) ?? [])
  return [...first, ...between, version]
}

/** The known versions and the node's own, newest first. A line that no one could go to at all stays out. */
export function listTargets(
  table: VersionTable,
  current: string,
  kubernetes: string | undefined,
  preReleases: readonly string[] = [],
): readonly UpgradeTarget[] {
  const releases = table.flatMap((line) => line.releases.map((release) => `v${release}`))
  const versions = [...new Set([...releases, ...preReleases, current])].sort((a, b) => compare(b, a))
  return versions.flatMap((version) => judgeTarget(table, current, kubernetes, version) ?? [])
}

/** Pre-releases that could still be of interest: of lines that are not older than the node's. */
export function preReleasesFor(versions: readonly string[], current: string): readonly string[] {
  return versions.filter((version) => prerelease(version) !== null && minorsBetween(current, version) >= 0)
}

/** Which Kubernetes runs on which Talos. */
export function kubernetesMatrix(table: VersionTable): readonly {
  readonly line: string
  readonly latest?: string
  readonly kubernetesMin: string
  readonly kubernetesMax: string
}[] {
  return table.map((line) => {
    const latest = latestOf(line)
    return {
      line: line.line,
      ...(latest === undefined ? {} : { latest }),
      kubernetesMin: line.kubernetes.min,
      kubernetesMax: line.kubernetes.max,
    }
  })
}
