import { stringify } from 'yaml'
import { createThrowawayAuthority, type ThrowawayAuthority } from '../../main/talos/throwaway-pki.ts'
import type { ClientMaterial } from '../../main/talos/secure-context.ts'

export type TalosconfigFields = Readonly<Record<string, unknown>>

export const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

/** The fields of one context as `talosctl gen config` writes them. */
export function contextFields(material: ClientMaterial, fields: TalosconfigFields = {}): TalosconfigFields {
  return {
    endpoints: ['10.0.20.11'],
    nodes: ['10.0.20.11', '10.0.20.21'],
    ca: base64(material.ca),
    crt: base64(material.crt),
    key: base64(material.key.reveal()),
    ...fields,
  }
}

export function talosconfigBytes(
  contexts: Readonly<Record<string, TalosconfigFields>>,
  current: string | undefined = Object.keys(contexts)[0],
): Uint8Array {
  return new TextEncoder().encode(stringify({ context: current ?? '', contexts }, { lineWidth: 0 }))
}

export { createThrowawayAuthority, type ThrowawayAuthority, type ClientMaterial }
