/** Keeps bytes unreadable at rest. The host has it: the system's key store, a passphrase, or nothing at all. */
export interface SealPort {
  /** False: nothing may be written to disk, keep it in memory (`memory` key store). */
  readonly persistent: boolean
  /** Throws `locked` until the passphrase was given. */
  seal(plain: Uint8Array): Promise<Uint8Array>
  /** Throws `locked`, or `store-damaged` when the bytes are not what was sealed. */
  unseal(sealed: Uint8Array): Promise<Uint8Array>
}
