import type { KeystoreState } from '#contract/app.ts'
import type { ClockPort } from './clock-port.ts'
import type { LogPort } from './log-port.ts'
import type { SealPort } from './seal-port.ts'
import type { Secret } from './secret.ts'

export type KeystoreChoice =
  { readonly kind: 'memory' } | { readonly kind: 'passphrase'; readonly passphrase: Secret }

/** Where keys rest, and the person's say in it. */
export interface KeystorePort {
  state(): KeystoreState
  /** Calls back after each change of the state; returns the unsubscriber. */
  onChange(listener: (state: KeystoreState) => void): () => void
  /**
   * Present while the person has a choice: no system key store that protects. Throws `store-damaged` when a sealed
   * file is there that a new passphrase would orphan, `disk-write-failed` when it cannot be kept.
   */
  readonly choose?: (choice: KeystoreChoice) => Promise<KeystoreState>
  /** Throws `passphrase-wrong`, or `store-damaged`. */
  readonly unlock?: (passphrase: Secret) => Promise<KeystoreState>
  readonly seal: SealPort
}

/** A file the person picked in the system's own dialog. */
export interface PickedFile {
  /** Path as the person knows it. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** What the app needs of the program around it. Electron and the browser host each make one. */
export interface HostPort {
  readonly kind: 'electron' | 'browser'
  readonly version: string
  /** Name of the operating system's user. */
  readonly user: string
  /** BCP 47, as the system prefers. */
  readonly locale: string
  /** `process.platform`. */
  readonly platform: string
  /** Absolute folders; `dataDir` exists and is the app's own, the other two are read-only. */
  readonly dataDir: string
  /** Where all instances of the app on this computer keep the locks of clusters; absent: in `dataDir`. */
  readonly locksDir?: string
  readonly protosDir: string
  readonly resourcesDir: string
  readonly keystore: KeystorePort
  readonly nativeDialogs: boolean
  /** `undefined` when the dialog was closed. Throws `talosconfig-too-large` or `talosconfig-unreadable`. */
  readonly pickFile?: () => Promise<PickedFile | undefined>
  /** Opens https pages of hosts on our list in the person's browser; throws `refused` for anything else. */
  openLink(url: string): Promise<void>
  /** A message of the system, for when the window is not looked at. No secrets: it is shown on the lock screen. */
  readonly notify?: (title: string, body: string) => void
  /** Progress in the dock or task bar: 0 to 1, or `undefined` for none. */
  readonly setProgress?: (share: number | undefined) => void
  readonly log: LogPort
  readonly clock: ClockPort
}
