import type { ParsedContext } from '../../main/domain/talosconfig/parsed-talosconfig.ts'
import { parseTalosconfig } from '../../main/domain/talosconfig/parse-talosconfig.ts'
import { certificateReader } from '../../main/talos/read-certificate.ts'

/** The first context of a talosconfig, as the app reads it. */
export function contextOf(talosconfig: string): ParsedContext {
  const bytes = new TextEncoder().encode(talosconfig)
  const context = parseTalosconfig(bytes, certificateReader, Date.now()).entries[0]?.context
  if (context === undefined) throw new Error('a talosconfig without a context')
  return context
}
