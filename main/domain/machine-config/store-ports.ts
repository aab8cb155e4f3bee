import type { Draft, HistoryEntry } from '#contract/machine-configs.ts'

/** A node as the stores know it. */
export interface StoredNode {
  readonly context: string
  readonly node: string
}

/** Drafts as typed. A pasted secret may be in one, so they rest sealed or not at all. */
export interface DraftPort {
  load(of: StoredNode): Promise<Draft | undefined>
  /** Throws `disk-write-failed`. */
  save(of: StoredNode, draft: Draft): Promise<void>
  discard(of: StoredNode): Promise<void>
}

/** Whole configurations with their secrets, each kept once however often it was read or applied. */
export interface HistoryPort {
  /** A `read` of what the newest entry already says adds nothing. Throws `disk-write-failed`. */
  add(of: StoredNode, entry: HistoryEntry, text: string): Promise<void>
  /** Newest first. */
  list(of: StoredNode): Promise<readonly HistoryEntry[]>
  /** `undefined` when there is none of that hash. Throws `store-damaged`. */
  text(of: StoredNode, hash: string): Promise<string | undefined>
}
