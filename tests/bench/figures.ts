import { cpus, loadavg } from 'node:os'

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** @throws when nothing was measured */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const [min] = sorted
  const median = sorted[Math.floor(sorted.length / 2)]
  const max = sorted.at(-1)
  if (min === undefined || median === undefined || max === undefined) throw new Error('nothing was measured')
  return { min, median, max }
}

/** One row of a table: a name and the three figures of a spread, with so many digits after the point. */
export function spreadRow(name: string, values: readonly number[], digits = 1): readonly string[] {
  const { min, median, max } = spreadOf(values)
  return [name, ...[min, median, max].map((value) => value.toFixed(digits))]
}

/**
 * Prints a table with what a reader needs to judge it: the goal, and how busy the machine was with other things.
 * Straight to the output, because vitest would put the test's name before every line of a console.
 */
export function printTable(table: {
  readonly title: string
  readonly goal: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}): void {
  const { title, goal, head, rows } = table
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  const load = loadavg()[0]?.toFixed(1) ?? '?'
  const text = [
    '',
    title,
    `goal: ${goal}; Node ${process.versions.node}, ${cpus().length} cores, load ${load}`,
    line(head),
    ...rows.map(line),
    '',
  ]
  process.stdout.write(`${text.join('\n')}\n`)
}
