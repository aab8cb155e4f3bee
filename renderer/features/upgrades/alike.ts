import type { NodePlan, PlanRow } from '#contract/upgrades.ts'

/** Facts that the table of nodes has columns of its own for. */
const OWN: ReadonlySet<PlanRow['fact']> = new Set(['talos', 'boot-entry'])

/** The line of all extensions only where none of the nodes has one that stands by itself. */
function isShown({ fact }: PlanRow, nodes: readonly NodePlan[]): boolean {
  if (OWN.has(fact)) return false
  return fact !== 'extensions' || !nodes.some(({ rows }) => rows.some((row) => row.fact === 'extension'))
}

export interface DifferentFact {
  readonly fact: PlanRow['fact']
  readonly part: string | undefined
  readonly nodes: readonly { readonly hostname: string; readonly row: PlanRow }[]
}

/** Rows that are the same on every node, once; and those that are not, with each node's own. */
export function foldRows(nodes: readonly NodePlan[]): {
  readonly same: readonly PlanRow[]
  readonly different: readonly DifferentFact[]
} {
  const same: PlanRow[] = []
  const different: DifferentFact[] = []
  const keys = new Map(
    nodes.flatMap(({ rows }) =>
      rows.filter((row) => isShown(row, nodes)).map((row) => [`${row.fact} ${row.part ?? ''}`, row] as const),
    ),
  )
  for (const { fact, part } of keys.values()) {
    const found = nodes.flatMap(({ hostname, rows }) => {
      const row = rows.find((one) => one.fact === fact && one.part === part)
      return row === undefined ? [] : [{ hostname, row }]
    })
    const [first] = found
    const isSame =
      first !== undefined &&
      found.length === nodes.length &&
      found.every(({ row }) => JSON.stringify(row) === JSON.stringify(first.row))
    if (isSame) same.push(first.row)
    else different.push({ fact, part, nodes: found })
  }
  return { same, different }
}

/** Stops of a node that come after its proof, before the next one goes. */
const BETWEEN: ReadonlySet<string> = new Set(['storage', 'settle'])

export interface StepGroup {
  readonly hostnames: readonly string[]
  readonly steps: readonly string[]
}

/**
 * The stops of a plan's nodes, each list once with the nodes that have it, and what comes between two nodes. A pause that
 * is not the same after every node stays with the nodes' own stops.
 */
export function foldSteps(nodes: readonly NodePlan[]): {
  readonly groups: readonly StepGroup[]
  readonly between: readonly string[]
} {
  const pauses = nodes.slice(0, -1).map(({ steps }) => steps.filter((step) => BETWEEN.has(step)))
  const [between = []] = pauses
  const isOne = pauses.every((pause) => pause.join() === between.join())
  const groups = new Map<string, { readonly hostnames: string[]; readonly steps: readonly string[] }>()
  for (const { hostname, steps } of nodes) {
    const own = isOne ? steps.filter((step) => !BETWEEN.has(step)) : steps
    const group = groups.get(own.join())
    if (group === undefined) groups.set(own.join(), { hostnames: [hostname], steps: own })
    else group.hostnames.push(hostname)
  }
  return { groups: [...groups.values()], between: isOne ? between : [] }
}
