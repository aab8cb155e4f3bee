import { NodeRole } from '#contract/nodes.ts'
import { MEMBER } from '../nodes/resource-types.ts'
import { listField, textField } from '../nodes/spec-fields.ts'
import type { KubeconfigPort, ReadingPort } from '../nodes/talos-port.ts'
import type { Secret } from '../secret.ts'
import { TalosFailure } from '../talos-failure.ts'
import { parseEndpoint } from '../talosconfig/endpoint.ts'
import { ask, valueOf } from '../upgrades/known.ts'
import { isControlPlane } from '../upgrades/node-facts.ts'

export interface FoundKubeconfig {
  readonly text: Secret
  /** One address of each control plane, as far as discovery or the talosconfig tells. */
  readonly controlPlanes: readonly string[]
}

/**
 * Asks the control planes one after the other for an admin kubeconfig; the first that gives one out will do. Throws
 * what the last one said when none does.
 * @param candidates endpoints of the talosconfig, then its nodes; workers among them only cost a question
 */
export async function findKubeconfig(
  talos: KubeconfigPort & Pick<ReadingPort, 'list'>,
  candidates: readonly string[],
  signal: AbortSignal,
): Promise<FoundKubeconfig> {
  let failure: TalosFailure | undefined
  for (const node of new Set(candidates.map((candidate) => parseEndpoint(candidate)?.host ?? candidate))) {
    const text = await ask(signal, () => talos.kubeconfig(node, signal))
    if (!text.known) {
      failure = text.failure
      continue
    }
    const members = valueOf(await ask(signal, () => talos.list(node, MEMBER, signal))) ?? []
    const found = members
      .filter(({ spec }) =>
        isControlPlane(NodeRole.safeParse(textField(spec, 'machineType')).data ?? 'unknown'),
      )
      .flatMap(({ spec }) => listField(spec, 'addresses').map(String).slice(0, 1))
    return { text: text.value, controlPlanes: found.length > 0 ? found : [node] }
  }
  throw failure ?? new TalosFailure('kubernetes-unreachable', 'No control plane is known to ask.')
}
