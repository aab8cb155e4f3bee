/** A secret's stand-in inside a text, with its marks. Offsets are 0-based UTF-16, as `String.prototype.slice` takes them. */
export interface Placeholder {
  readonly text: string
  readonly from: number
  readonly to: number
}

const PLACEHOLDER = /«secret:[^»\s]{1,480}»/g

/** `«secret:machine.token»` wherever it stands, in order. */
export function findPlaceholders(text: string): readonly Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }))
}

/** The placeholder that covers a 1-based column of one line or ends right before it; else the first of the line. */
export function placeholderNear(line: string, column: number): Placeholder | undefined {
  const found = findPlaceholders(line)
  return found.find(({ from, to }) => column - 1 >= from && column - 1 <= to) ?? found[0]
}
