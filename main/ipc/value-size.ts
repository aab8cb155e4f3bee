/** How large and deep one input may be before it is even looked at. The largest real one is a 9 MB talosconfig drop. */
export const INPUT_LIMIT = { bytes: 16 * 1024 * 1024, depth: 32 } as const

/**
 * Roughly the bytes a value takes as JSON; counts characters, so it is cheap. Stops early and gives `Infinity`
 * once `bytes` or `depth` is passed, which also ends the walk of a value that contains itself.
 */
export function sizeOf(value: unknown, limit: { readonly bytes: number; readonly depth: number }): number {
  let total = 0
  function walk(part: unknown, depth: number): boolean {
    if (typeof part === 'string') total += part.length + 2
    else if (typeof part === 'object' && part !== null) {
      if (depth >= limit.depth) return false
      if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) total += part.byteLength
      else {
        total += 2
        for (const [key, child] of Object.entries(part)) {
          total += Array.isArray(part) ? 1 : key.length + 4
          if (total > limit.bytes || !walk(child, depth + 1)) return false
        }
      }
    } else total += 8
    return total <= limit.bytes
  }
  return walk(value, 0) ? total : Number.POSITIVE_INFINITY
}
