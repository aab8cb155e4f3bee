import { compare, minor, major, parse, prerelease, type SemVer } from 'semver'
import { field, listField, textField } from '../nodes/spec-fields.ts'

/** What a Talos release carries; known for one release of each line (behaviour.md §0.1). */
export interface Components {
  /** Release they were read from: `1.13.9`. */
  readonly of: string
  readonly linux: string
  readonly containerd: string
  readonly etcd: string
}

/** One minor line of Talos (behaviour.md §0.2). Kubernetes as `1.33`; hosts as releases without `v`. */
export interface TalosLine {
  readonly line: string
  /** Oldest first; the last is the newest that is known. */
  readonly releases: readonly string[]
  /** Hosts that may move to this line: `from ≤ host < below`. */
  readonly hosts: { readonly from: string; readonly below: string }
  readonly kubernetes: { readonly min: string; readonly max: string }
  readonly components?: Components
}

export type VersionTable = readonly TalosLine[]

/** Reads `resources/upgrades/talos-lines.json`, parsed. Throws when it is not what this version of Ichor wrote. */
export function parseVersionTable(raw: unknown): VersionTable {
  const lines = listField(raw, 'lines').map(parseLine)
  if (lines.length === 0) throw new Error('The table of Talos lines is empty.')
  return lines
}

function parseLine(raw: unknown): TalosLine {
  const components = field(raw, 'components')
  return {
    line: needed(raw, 'line'),
    releases: listField(raw, 'releases').map(String),
    hosts: { from: needed(raw, 'hosts', 'from'), below: needed(raw, 'hosts', 'below') },
    kubernetes: { min: needed(raw, 'kubernetes', 'min'), max: needed(raw, 'kubernetes', 'max') },
    ...(components === undefined
      ? {}
      : {
          components: {
            of: needed(components, 'of'),
            linux: needed(components, 'linux'),
            containerd: needed(components, 'containerd'),
            etcd: needed(components, 'etcd'),
          },
        }),
  }
}

function needed(raw: unknown, ...path: readonly string[]): string {
  const text = textField(raw, ...path)
  if (text === undefined) throw new Error(`The table of Talos lines lacks ${path.join('.')}.`)
  return text
}

/** The table with the releases that a factory lists beside its own; pre-releases and lines it does not know stay out. */
export function withReleases(table: VersionTable, versions: readonly string[]): VersionTable {
  return table.map((line) => {
    const listed = versions.filter((version) => lineOf(version) === line.line && prerelease(version) === null)
    const releases = [...new Set([...line.releases, ...listed.map((version) => version.replace(/^v/, ''))])]
    return { ...line, releases: releases.sort(compare) }
  })
}

/** `1.13` of `v1.13.9`, `1.14` of `v1.14.0-rc.1`; `undefined` for what is no version. */
export function lineOf(version: string): string | undefined {
  const parsed = parse(version)
  return parsed === null ? undefined : `${major(parsed)}.${minor(parsed)}`
}

/** The version without its pre-release suffix, as Talos compares them (behaviour.md §0.2). */
export function releaseOf(version: string): SemVer | undefined {
  const parsed = parse(version)
  if (parsed === null) return undefined
  return parse(`${parsed.major}.${parsed.minor}.${parsed.patch}`) ?? undefined
}

export function findLine(table: VersionTable, version: string): TalosLine | undefined {
  const line = lineOf(version)
  return table.find((entry) => entry.line === line)
}

/** Minors apart, later minus earlier; Talos has only one major. */
export function minorsBetween(from: string, to: string): number {
  const [earlier, later] = [parse(from), parse(to)]
  return earlier === null || later === null ? Number.NaN : later.minor - earlier.minor
}

/** `1.9` before `1.10`. */
export function compareLines(a: string, b: string): number {
  return compare(`${a}.0`, `${b}.0`)
}

/** Newest known release of a line, with `v`. */
export function latestOf(line: TalosLine): string | undefined {
  const latest = line.releases.at(-1)
  return latest === undefined ? undefined : `v${latest}`
}
