import { parse } from 'yaml'
import { createWireClient, talosCredentials, type WireClient } from './wire-client.ts'

interface Talosconfig {
  readonly context: string
  readonly contexts: Readonly<
    Record<string, { readonly ca: string; readonly crt: string; readonly key: string }>
  >
}

/** As a user's tool would: only what the talosconfig says, at that address. */
export function connectWith(talosconfig: string, target: string): WireClient {
  const config = parse(talosconfig) as Talosconfig
  const context = config.contexts[config.context]
  if (!context) throw new Error(`no context ${config.context}`)
  const pem = (text: string): string => Buffer.from(text, 'base64').toString()
  return createWireClient(
    target,
    talosCredentials(pem(context.ca), { crt: pem(context.crt), key: pem(context.key) }),
  )
}
