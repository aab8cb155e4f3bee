import { join } from 'node:path'
import { createTalosPort } from '../../../main/talos/grpc-talos-port.ts'
import { secretsIn } from '../../fakes/cluster-secrets.ts'
import { contextOf } from '../../fakes/talosconfig-context.ts'

/** Every secret in the configurations of a talosconfig's nodes, read over the wire beside the app. */
export async function configSecrets(talosconfig: string): Promise<readonly string[]> {
  const context = contextOf(talosconfig)
  const protosDir = join(import.meta.dirname, '../../../protos')
  const talos = createTalosPort({ context, protosDir, connectTimeoutMs: 10_000 })
  try {
    const { signal } = new AbortController()
    const texts: string[] = []
    for (const node of context.nodes) {
      const config = await talos.readMachineConfig(node, 'active', signal)
      if (config === undefined) throw new Error(`${node} has no configuration`)
      texts.push(config.text)
    }
    return secretsIn(texts)
  } finally {
    talos.close()
  }
}
