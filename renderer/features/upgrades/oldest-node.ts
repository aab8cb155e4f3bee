import type { NodeSummary } from '#contract/nodes.ts'

/** The node with the lowest Talos; without versions the first. */
export function oldestOf(nodes: readonly NodeSummary[]): NodeSummary | undefined {
  return nodes.toSorted((a, b) => compare(a.talosVersion, b.talosVersion))[0]
}

/** `v1.9.6` is older than `v1.13.9`; a version that is not known counts as the newest. */
function compare(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return a.localeCompare(b, 'en', { numeric: true })
}
