/** Nothing at all without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return ['', line(head), line(head.map(() => '---')), ...rows.map(line)]
}

function cell(text: string): string {
  return inline(text).replaceAll('\\', '\\\\').replaceAll('|', '\\|')
}

export function inline(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ')
}

/** A fence longer than any run of backticks inside. */
export function fence(lines: readonly string[]): readonly string[] {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)),
  )
  const ticks = '`'.repeat(longest + 1)
  return [ticks, ...lines, ticks]
}
