import type { RunLayer } from '#contract/runs.ts'
import type { PullProgress } from '../nodes/talos-port.ts'
import { mebibytes } from './run-step.ts'

/** Share of the whole, in hundredths, that has to pass before progress is told again: each telling goes to disk. */
const TELL_EVERY = 0.02

export interface PullState {
  /** What to tell now, if anything: 0 to 1 and `80.1 of 171.0 MiB`. */
  take(progress: PullProgress): { readonly progress: number; readonly detail: string } | undefined
  /** Each layer as it stands, in the order in which they became known. */
  layers(): readonly RunLayer[]
  /** `171.0 MiB, 3 layers` */
  summary(): string
}

/** Sums the layers of a pull. Layers become known one by one, so the share may step back; it never passes 1. */
export function createPullState(): PullState {
  const layers = new Map<string, RunLayer>()
  let told = -1

  function sum(part: 'offset' | 'total'): number {
    return [...layers.values()].reduce((bytes, layer) => bytes + layer[part], 0)
  }

  return {
    take({ layerId, status, offset, total }) {
      const known = layers.get(layerId)?.total ?? 0
      const whole = Math.max(total, known)
      const loaded = status === 'downloading' ? Math.min(offset, whole) : whole
      layers.set(layerId, { id: layerId, status, offset: loaded, total: whole })
      const bytes = sum('total')
      const share = bytes === 0 ? 0 : sum('offset') / bytes
      if (Math.abs(share - told) < TELL_EVERY) return undefined
      told = share
      return { progress: share, detail: `${mebibytes(sum('offset'))} / ${mebibytes(bytes)}` }
    },
    layers: () => [...layers.values()],
    summary: () => `${mebibytes(sum('total'))}, ${layers.size} layers`,
  }
}
