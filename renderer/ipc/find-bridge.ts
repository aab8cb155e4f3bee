import type { Bridge } from '#contract/bridge.ts'
import { createBrowserBridge } from './browser-bridge.ts'

declare global {
  interface Window {
    /** Put there by the preload; absent in the browser host. */
    readonly talos?: Bridge
  }
}

/** The preload's bridge, or one over the browser host's WebSocket. Call it once, before the address is read. */
export function findBridge(): Bridge {
  return window.talos ?? createBrowserBridge()
}
