import { z } from 'zod'
import { method, stream } from './define.ts'
import { Instant, Nothing } from './names.ts'

/**
 * Where keys rest on this computer. `unset`: nothing chosen yet (browser host, first run). `locked`: a sealed
 * file exists and its passphrase has not been given in this session.
 */
export const KeystoreState = z.object({
  kind: z.enum(['os', 'passphrase', 'memory', 'unset', 'locked']),
  /** Why the operating system's own store is not used, when it is not. */
  note: z.string().optional(),
})
export type KeystoreState = z.infer<typeof KeystoreState>

function isFactoryUrl(text: string): boolean {
  return /^https?:\/\/[a-z0-9.[\]:-]+\/?$/i.test(text)
}

export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'es']),
  tree: z.enum(['auto', 'folded', 'open']),
  taskLog: z.enum(['open', 'folded']),
  /** Asked instead of factory.talos.dev; empty for that one. `https://factory.casa.lan`, http where it must be. */
  factoryUrl: z
    .string()
    .trim()
    .max(512)
    .refine((url) => url === '' || isFactoryUrl(url), 'https:// or http:// and a host, nothing behind it'),
})
export type Settings = z.infer<typeof Settings>

export const AppState = z.object({
  version: z.string(),
  host: z.enum(['electron', 'browser']),
  platform: z.string(),
  /** The operating system's user, shown in the task log as who did it. */
  user: z.string(),
  /** BCP 47, as the system prefers; the renderer picks `en` or `es` from it. */
  locale: z.string(),
  keystore: KeystoreState,
  settings: Settings,
  /** True while the simulated cluster runs in this process; its context is marked wherever it is shown. */
  demoRunning: z.boolean(),
  nativeDialogs: z.boolean(),
})
export type AppState = z.infer<typeof AppState>

export const SelfTestCheck = z.object({
  id: z.enum([
    'runtime',
    'ed25519-keys',
    'talos-pem-label',
    'mtls-default-list',
    'mtls-with-sigalgs',
    'boringssl-list',
  ]),
  outcome: z.enum(['pass', 'fail', 'note']),
  /** What was seen, in the runtime's own words. */
  found: z.string(),
})
export const SelfTestReport = z.object({
  ok: z.boolean(),
  runtime: z.string(),
  tookMs: z.number(),
  at: Instant,
  checks: z.array(SelfTestCheck),
})
export type SelfTestReport = z.infer<typeof SelfTestReport>

export const appContract = {
  /** One item: the whole state; again whenever any of it changes. */
  'app.watch': stream(Nothing, AppState),
  'app.save-settings': method(Settings.partial(), Settings),
  /** Proves Ed25519 mTLS in the very runtime the app is in; takes well under a second. */
  'app.self-test': method(Nothing, SelfTestReport),
  /** Browser host: choose how keys rest. `memory` keeps nothing on disk. */
  'app.choose-keystore': method(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('memory') }),
      z.object({ kind: z.literal('passphrase'), passphrase: z.string().min(8).max(1024) }),
    ]),
    KeystoreState,
  ),
  'app.unlock': method(z.object({ passphrase: z.string().min(1).max(1024) }), KeystoreState),
  /** Opens a documentation page in the person's browser; only https and only the hosts main knows. */
  'app.open-link': method(z.object({ url: z.url() }), Nothing),
} as const
