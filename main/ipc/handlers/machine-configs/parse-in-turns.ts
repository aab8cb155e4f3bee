import type { ParsedConfig } from '../../../domain/machine-config/parse-config.ts'

/** Longest stretch of parsing before everything else in main gets its turn. */
const TURN_MS = 25

/** Parses a configuration document by document, so that one of 100,000 lines does not hold main up. What is parsed is kept. */
export async function parseInTurns(
  config: ParsedConfig,
  trusted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  let began = performance.now()
  for (const document of config.documents) {
    document.errors(trusted)
    if (performance.now() - began < TURN_MS) continue
    // The machine's own time, not a clock that a test may hold.
    await new Promise((resolve) => setTimeout(resolve, 0))
    signal.throwIfAborted()
    began = performance.now()
  }
}
