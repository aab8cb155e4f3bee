import { TalosFailure, isFailure } from '../talos-failure.ts'

/** A fact that a node told, or why it did not. What is unknown is never guessed. */
export type Known<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly reason: string; readonly failure?: TalosFailure }

export function known<T>(value: T): Known<T> {
  return { known: true, value }
}

export function unknown(
  reason: string,
  failure?: TalosFailure,
): { readonly known: false; readonly reason: string } {
  return { known: false, reason, ...(failure === undefined ? {} : { failure }) }
}

export function valueOf<T>(fact: Known<T>): T | undefined {
  return fact.known ? fact.value : undefined
}

/** Asks, and keeps a failure as the reason. Bugs, and the caller's own cancellation, go through. */
export async function ask<T>(signal: AbortSignal, read: () => Promise<T>): Promise<Known<T>> {
  try {
    return known(await read())
  } catch (error) {
    if (signal.aborted || !(error instanceof TalosFailure)) throw error
    return unknown(error.message, error)
  }
}

/** The same where a Talos version may not have the thing at all: then it is known to be absent. */
export async function askIfThere<T>(
  signal: AbortSignal,
  read: () => Promise<T>,
): Promise<Known<T | undefined>> {
  return ask<T | undefined>(signal, async () => {
    try {
      return await read()
    } catch (error) {
      if (isFailure(error, 'unsupported-by-version', 'not-found')) return undefined
      throw error
    }
  })
}
