import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let nowMs = Date.now()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) {
    nowMs = Date.now()
    timer = setInterval(() => {
      nowMs = Date.now()
      for (const one of listeners) one()
    }, 1000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** For what is told in minutes or days. */
export const MINUTE_MS = 60_000

/**
 * Milliseconds since 1970, again each second, or each `stepMs` where that is fine enough: a component renders only
 * when its step passes. One timer for the whole window.
 */
export function useNow(stepMs = 1000): number {
  return useSyncExternalStore(subscribe, () =>
    stepMs === 1000 ? nowMs : Math.floor(nowMs / stepMs) * stepMs,
  )
}
