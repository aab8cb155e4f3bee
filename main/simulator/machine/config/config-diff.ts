import { structuredPatch } from 'diff'
import { stringify } from 'yaml'
import type { ConfigFile } from './config-file.ts'

/** Paths of the legacy document whose change needs no reboot on 1.13 and earlier (behaviour.md §4.2). */
const IMMEDIATE: readonly string[] = [
  'debug',
  'cluster',
  ...[
    'ca acceptedCAs time certSANs install network sysfs sysctls logging controlPlane kubelet kernel registries pods',
    'seccompProfiles nodeAnnotations nodeLabels nodeTaints',
    'features.kubernetesTalosAPIAccess features.kubePrism features.hostDNS features.imageCache',
    'features.nodeAddressSortAlgorithm',
  ]
    .flatMap((names) => names.split(' '))
    .map((name) => `machine.${name}`),
]

/** Unified diff of both configs without comments, `--- a` / `+++ b`; `undefined` when they say the same. */
export function unifiedDiff(before: ConfigFile, after: ConfigFile): string | undefined {
  return diffOf(plainText(before), plainText(after))
}

function diffOf(a: string, b: string): string | undefined {
  if (a === b) return undefined
  const { hunks } = structuredPatch('a', 'b', a, b, '', '', { context: 3 })
  const lines = hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ])
  return `--- a\n+++ b\n${lines.join('\n')}\n`
}

function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${start},${count}`
}

/** All documents, encoded as the node encodes them: four blanks, no comments. */
function plainText({ documents }: ConfigFile): string {
  return documents.map(({ value }) => stringify(value, { indent: 4, lineWidth: 0 })).join('---\n')
}

/** The part of the legacy document that is not on the immediate list and differs, as a diff; else `undefined`. */
export function offendingDiff(before: ConfigFile, after: ConfigFile): string | undefined {
  const [a, b] = [before, after].map((file) =>
    stringify(withoutImmediate(legacyOf(file)), { indent: 4, lineWidth: 0 }),
  )
  return diffOf(a ?? '', b ?? '')
}

function legacyOf(file: ConfigFile): Readonly<Record<string, unknown>> {
  return file.documents.find(({ kind }) => kind === '')?.value ?? {}
}

function withoutImmediate(tree: Readonly<Record<string, unknown>>, path = ''): Record<string, unknown> {
  const left: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(tree)) {
    const here = path === '' ? key : `${path}.${key}`
    if (IMMEDIATE.includes(here)) continue
    const goesOn = IMMEDIATE.some((name) => name.startsWith(`${here}.`))
    const isTree = typeof value === 'object' && value !== null && !Array.isArray(value)
    left[key] = goesOn && isTree ? withoutImmediate(value as Record<string, unknown>, here) : value
  }
  return left
}
