import { isLeft } from '#contract/image-left.ts'
import type { ImageRow } from '#contract/kubernetes.ts'

/** How much of a plan stands already, and the first image that does not; `undefined` where none stands, or all. */
export function standing(
  images: readonly ImageRow[],
): { readonly there: number; readonly all: number; readonly next: ImageRow } | undefined {
  const run = images.filter(({ note }) => note !== 'off')
  const there = run.filter(({ note }) => note === 'there-already').length
  const next = run.find(isLeft)
  return there === 0 || next === undefined ? undefined : { there, all: run.length, next }
}
