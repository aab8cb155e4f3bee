import { powerOf, type MachineCore } from './core.ts'

/** Milliseconds between two looks for a cluster to join, and between two hints on the console. */
const LOOK = 1000
const HINT = 30_000

/**
 * The pre stage of etcd: it joins the members there are. Where there are none it waits until somebody bootstraps one
 * of the control planes (behaviour.md §8.1).
 * @param isMeant false once the service was stopped meanwhile
 */
export async function waitForEtcd(core: MachineCore, isMeant: () => boolean): Promise<void> {
  const { cluster, clock, kernel, spec } = core
  const power = powerOf(core)
  let hinted = Number.NEGATIVE_INFINITY
  while (isMeant() && cluster.etcd.progress(spec.hostname) === 'waits') {
    if (clock.now() - hinted >= HINT) {
      hinted = clock.now()
      kernel.talos(
        `etcd is waiting to join the cluster, if this node is the first node in the cluster, please run \`talosctl bootstrap\` against one of the following IPs:`,
      )
      kernel.talos(`[${spec.address}]`)
    }
    await clock.sleep(LOOK, power)
  }
}
