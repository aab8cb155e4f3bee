/** `v1.13.9` and `v1.15.0-alpha.1` to numbers; `undefined` for anything else. */
function parseMinor(tag: string): { readonly major: number; readonly minor: number } | undefined {
  const match = /^v?(\d+)\.(\d+)\./.exec(tag)
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) }
}

/** Whether a tag is of that minor or a later one. An unreadable tag is taken for the newest. */
export function isAtLeast(tag: string, major: number, minor: number): boolean {
  const parsed = parseMinor(tag)
  if (parsed === undefined) return true
  return parsed.major > major || (parsed.major === major && parsed.minor >= minor)
}
