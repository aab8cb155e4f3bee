import { parse, parseAllDocuments, visit } from 'yaml'
import type { SimulatedCluster } from '../../main/simulator/cluster.ts'

/** Fields of a generated MachineConfig that hold secrets (behaviour.md §9.4). */
const SECRET_FIELDS = new Set(['token', 'secret', 'key', 'secretboxEncryptionSecret', 'password'])

/**
 * Every secret that the cluster's nodes keep in their configs and its talosconfig has, as written and as its PEM's
 * first line of base64: pieces that must be found nowhere outside.
 */
export function secretsOf(cluster: SimulatedCluster): readonly string[] {
  const texts = [...cluster.machines.values()].map(({ resources }) => {
    const key = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
    const spec = resources.get(key)?.yamlSpec ?? ''
    const inner: unknown = parseAllDocuments(spec).length === 1 ? parse(spec) : undefined
    return typeof inner === 'string' ? inner : spec
  })
  return secretsIn([...texts, cluster.talosconfig()])
}

/** The same of texts of any origin. */
export function secretsIn(texts: readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const text of texts) {
    for (const document of parseAllDocuments(text)) {
      visit(document, {
        Pair(_key, { key, value }) {
          const name = String(key)
          if (SECRET_FIELDS.has(name) && typeof value === 'object' && value !== null && 'value' in value) {
            if (typeof value.value === 'string' && value.value !== '') found.add(value.value)
          }
        },
      })
    }
  }
  for (const secret of [...found]) {
    const pem = Buffer.from(secret, 'base64').toString('utf8')
    const line = /-----BEGIN [^-]*KEY-----\n([^\n]+)\n/.exec(pem)?.[1]
    if (line !== undefined) found.add(line)
  }
  return [...found]
}
