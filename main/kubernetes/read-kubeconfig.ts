import { KubeConfig } from '@kubernetes/client-node'
import { Secret } from '../domain/secret.ts'
import { TalosFailure } from '../domain/talos-failure.ts'

/** Where a cluster's API servers are and how to show who we are. Lives in memory only. */
export interface KubernetesAccess {
  /** `https://10.0.20.10:6443`, in the order in which they are tried. */
  readonly servers: readonly string[]
  readonly ca: string
  readonly cert: string
  readonly key: Secret
}

/** Port of a control plane's own API server. */
const API_PORT = 6443

/**
 * The admin's access in the kubeconfig that Talos gives out, with the control planes' addresses behind the server it
 * names. Throws `kubernetes-refused` for one that is not of that shape.
 */
export function readKubeconfig(text: Secret, controlPlanes: readonly string[]): KubernetesAccess {
  const config = new KubeConfig()
  try {
    config.loadFromString(text.reveal())
  } catch (cause) {
    throw new TalosFailure('kubernetes-refused', 'The kubeconfig of the cluster cannot be read.', { cause })
  }
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()]
  const [ca, cert, key] = [cluster?.caData, user?.certData, user?.keyData]
  if (cluster === null || ca === undefined || cert === undefined || key === undefined) {
    throw new TalosFailure('kubernetes-refused', 'The kubeconfig of the cluster has no admin certificate.')
  }
  const port = new URL(cluster.server).port
  return {
    servers: [...new Set([cluster.server, ...controlPlanes.map((address) => serverAt(address, port))])],
    ca: fromBase64(ca),
    cert: fromBase64(cert),
    key: new Secret(fromBase64(key)),
  }
}

function serverAt(address: string, port: string): string {
  const host = address.includes(':') ? `[${address}]` : address
  // A load balancer may listen elsewhere; a node's own API server does where the cluster says, by default 6443.
  return `https://${host}:${port === '' || port === '443' ? API_PORT : port}`
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8')
}
