import type { z } from 'zod'

/** A call with one answer. Both sides of the border parse with the same two schemas. */
export interface Method<I extends z.ZodType, O extends z.ZodType> {
  readonly kind: 'method'
  readonly input: I
  readonly output: O
}

/** A call with many answers: a snapshot, then `ready`, then changes, until it ends or is cancelled. */
export interface Stream<I extends z.ZodType, T extends z.ZodType> {
  readonly kind: 'stream'
  readonly input: I
  readonly item: T
}

export function method<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> {
  return { kind: 'method', input, output }
}

export function stream<I extends z.ZodType, T extends z.ZodType>(input: I, item: T): Stream<I, T> {
  return { kind: 'stream', input, item }
}
