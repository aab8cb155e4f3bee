import type { MethodName, StreamName } from '#contract/bridge.ts'
import type { Item, Output, ParsedInput } from '#contract/index.ts'

/** What a stream handler yields: everything that exists, then `ready` once, then changes. */
export type StreamEvent<T> =
  | { readonly kind: 'snapshot'; readonly item: T }
  | { readonly kind: 'ready' }
  | { readonly kind: 'change'; readonly item: T }

/** Input is parsed already; output is parsed after. Throws `TalosFailure` for what the person can act on. */
export type MethodHandler<K extends MethodName> = (
  input: ParsedInput<K>,
  signal: AbortSignal,
) => Promise<Output<K>>

/** Pulled only while the renderer has credit, so a handler that is fast for its reader must coalesce or drop by itself. */
export type StreamHandler<K extends StreamName> = (
  input: ParsedInput<K>,
  signal: AbortSignal,
) => AsyncIterable<StreamEvent<Item<K>>>

/** One function per name of the contract. Each area's `createXHandlers` returns its part; the composition root has the whole. */
export type Handlers = { readonly [K in MethodName]: MethodHandler<K> } & {
  readonly [K in StreamName]: StreamHandler<K>
}
