import type { WireError } from './wire-error.ts'

export const methodNames = [
  'app.save-settings',
  'app.self-test',
  'app.choose-keystore',
  'app.unlock',
  'app.open-link',
  'contexts.select',
  'contexts.forget',
  'talosconfigs.preview',
  'talosconfigs.import',
  'demo.start',
  'demo.stop',
  'demo.scenarios',
  'demo.cause',
  'demo.settle',
  'nodes.talosctl',
  'services.act',
  'node-actions.plan-reboot',
  'node-actions.plan-shutdown',
  'node-actions.plan-reset',
  'node-actions.plan-remove-member',
  'node-actions.plan-uncordon',
  'node-actions.start',
  'node-actions.slots',
  'node-actions.boots',
  'node-actions.export-history',
  'logs.sources',
  'machine-configs.read',
  'machine-configs.schema',
  'machine-configs.field',
  'machine-configs.save-draft',
  'machine-configs.discard-draft',
  'machine-configs.problems',
  'machine-configs.review',
  'machine-configs.dry-run',
  'machine-configs.apply',
  'machine-configs.keep',
  'machine-configs.revert',
  'machine-configs.reveal',
  'machine-configs.history',
  'machine-configs.history-text',
  'machine-configs.export-changes',
  'machine-configs.compare',
  'machine-configs.merge',
  'machine-configs.save-merged',
  'machine-configs.restore',
  'machine-configs.review-many',
  'machine-configs.apply-many',
  'images.read',
  'images.preview',
  'patches.list',
  'patches.save',
  'patches.forget',
  'patches.merge',
  'patches.origins',
  'patches.for-nodes',
  'presets.list',
  'presets.fill',
  'migrations.blocks',
  'migrations.migrate',
  'upgrades.targets',
  'upgrades.plan',
  'upgrades.plan-rollback',
  'upgrades.start',
  'upgrades.export-plan',
  'kubernetes.targets',
  'kubernetes.plan',
  'kubernetes.plan-manifests',
  'kubernetes.start',
  'runs.stop',
  'runs.answer',
  'runs.settle',
  'runs.next',
  'runs.export',
] as const

export const streamNames = [
  'app.watch',
  'contexts.watch',
  'nodes.watch',
  'nodes.watch-detail',
  'services.watch',
  'logs.follow',
  'runs.watch',
] as const

export type MethodName = (typeof methodNames)[number]
export type StreamName = (typeof streamNames)[number]

/** What comes down a stream. Items of one frame are in order; a frame costs one credit. */
export type StreamFrame =
  | { readonly kind: 'snapshot'; readonly items: readonly unknown[] }
  | { readonly kind: 'ready' }
  | { readonly kind: 'changes'; readonly items: readonly unknown[] }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly error: WireError }

/** Frames a stream may send before the renderer has given credit back. */
export const INITIAL_CREDIT = 8

/**
 * `window.talos`. One function per name, none that takes a name; ids are made by the renderer, one per call.
 * `invoke` resolves to a `Result`, whatever happens on the other side.
 */
export interface Bridge {
  readonly invoke: Readonly<Record<MethodName, (id: string, input: unknown) => Promise<unknown>>>
  readonly open: Readonly<
    Record<StreamName, (id: string, input: unknown, onFrame: (frame: StreamFrame) => void) => void>
  >
  /** Cancels a call or closes a stream. */
  readonly cancel: (id: string) => void
  /** Gives credit back after frames were taken in. */
  readonly credit: (id: string, frames: number) => void
}

/**
 * The same calls as messages, for hosts that have one pipe instead of a function per name: the WebSocket of the
 * browser host (one JSON text per message) and the loopback of the tests.
 */
export type MessageToMain =
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly kind: 'open'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: string }
  | { readonly kind: 'credit'; readonly id: string; readonly frames: number }

export type MessageToRenderer =
  /** `result` is a `Result`; one per `call`, cancelled or not. */
  | { readonly kind: 'answer'; readonly id: string; readonly result: unknown }
  /** After `end` or `failed` nothing follows; a stream that was cancelled just stops. */
  | { readonly kind: 'frame'; readonly id: string; readonly frame: StreamFrame }

/** Answer of the browser host to `POST /session`; the WebSocket is refused without its cookie. */
export type SessionAnswer = { readonly ok: true } | { readonly ok: false; readonly error: WireError }

/** Close codes of the browser host's WebSocket. */
export const SOCKET_CLOSED = {
  /** Another window of the same browser took the session over. */
  takenOver: 4001,
  /** Ichor itself is ending; there is nothing to come back to. */
  ended: 4002,
} as const
