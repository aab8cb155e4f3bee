import type { ConfigPort } from '../nodes/talos-port.ts'
import { isFailure } from '../talos-failure.ts'
import { ask } from '../upgrades/known.ts'

/** `maintenance`: it shows a certificate that it signed itself, as a machine without a configuration does. */
export type ApiState = 'answers' | 'maintenance' | 'silent'

/** Over a connection of its own, as an old one may be dead without anyone having noticed. */
export async function lookAtApi(
  talos: Pick<ConfigPort, 'probeFresh'>,
  node: string,
  signal: AbortSignal,
): Promise<ApiState> {
  const answer = await ask(signal, () => talos.probeFresh(node, signal))
  if (answer.known) return 'answers'
  return isFailure(answer.failure, 'maintenance-mode') ? 'maintenance' : 'silent'
}
