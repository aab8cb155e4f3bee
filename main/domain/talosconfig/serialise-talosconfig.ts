import { stringify } from 'yaml'
import type { ParsedContext } from './parsed-talosconfig.ts'
import { toTalosLabel } from './pem-label.ts'

/**
 * A talosconfig that talosctl reads: PEM in standard base64, Ed25519 keys under Talos' own label. The text holds
 * the keys; it may go to the sealed store or to a file the person asked for, and nowhere else.
 */
export function serialiseTalosconfig(
  contexts: readonly ParsedContext[],
  currentContext: string | undefined,
): string {
  return stringify(
    {
      context: currentContext ?? '',
      contexts: Object.fromEntries(contexts.map((context) => [context.name, fieldsOf(context)])),
    },
    { lineWidth: 0 },
  )
}

function fieldsOf(context: ParsedContext): Record<string, unknown> {
  return {
    endpoints: [...context.endpoints],
    ...(context.nodes.length === 0 ? {} : { nodes: [...context.nodes] }),
    ca: btoa(context.ca),
    crt: btoa(context.crt),
    key: btoa(toTalosLabel(context.key.reveal())),
    ...(context.cluster === undefined ? {} : { cluster: context.cluster }),
    ...(context.proxyUrl === undefined ? {} : { 'proxy-url': context.proxyUrl }),
  }
}
