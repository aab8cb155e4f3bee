/** Which rows of a table are picked, by key. `shown`: the rows as they stand, top to bottom. */

/** One more or one less. */
export function withOne(picked: ReadonlySet<string>, key: string, on: boolean): ReadonlySet<string> {
  const next = new Set(picked)
  if (on) next.add(key)
  else next.delete(key)
  return next
}

/** Everything between the row that was touched last and this one, both included; without a last one, this one. */
export function withRange(
  picked: ReadonlySet<string>,
  shown: readonly string[],
  last: string | undefined,
  key: string,
): ReadonlySet<string> {
  const to = shown.indexOf(key)
  const from = last === undefined ? -1 : shown.indexOf(last)
  if (to === -1) return picked
  const [start, end] = from === -1 ? [to, to] : [Math.min(from, to), Math.max(from, to)]
  return new Set([...picked, ...shown.slice(start, end + 1)])
}

/** All that is shown, or none of it where all was; what the filter hides stays as it was. */
export function withAllShown(picked: ReadonlySet<string>, shown: readonly string[]): ReadonlySet<string> {
  const isFull = shownState(picked, shown) === true
  return new Set(isFull ? [...picked].filter((key) => !shown.includes(key)) : [...picked, ...shown])
}

export function shownState(picked: ReadonlySet<string>, shown: readonly string[]): boolean | 'some' {
  const count = shown.filter((key) => picked.has(key)).length
  return count === 0 ? false : count === shown.length ? true : 'some'
}
