import { stringify } from 'yaml'
import type { ClusterState } from '../cluster-api.ts'
import type { KeyPairPem } from '../secrets-api.ts'
import { archived } from './archive.ts'
import { issueKubernetesAdmin } from './pki.ts'

/** What `Kubeconfig` streams: a tar.gz holding one file `kubeconfig` with a new one-year admin certificate. */
export async function createKubeconfigArchive(
  cluster: Pick<ClusterState, 'name' | 'endpoint'>,
  kubernetes: KeyPairPem,
): Promise<Buffer> {
  const content = Buffer.from(await writeKubeconfig(cluster, kubernetes))
  const file = { name: 'kubeconfig', mode: 0o600, modified: Date.now(), content }
  const chunks: Buffer[] = []
  for await (const chunk of archived([file])) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Text of a kubeconfig with a new one-year admin certificate. */
export async function writeKubeconfig(
  cluster: Pick<ClusterState, 'name' | 'endpoint'>,
  kubernetes: KeyPairPem,
): Promise<string> {
  const admin = await issueKubernetesAdmin(kubernetes)
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64')
  const user = `admin@${cluster.name}`
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: cluster.name,
          cluster: { server: cluster.endpoint, 'certificate-authority-data': base64(kubernetes.crt) },
        },
      ],
      users: [
        {
          name: user,
          user: {
            'client-certificate-data': base64(admin.crt),
            'client-key-data': base64(admin.key),
          },
        },
      ],
      contexts: [{ context: { cluster: cluster.name, namespace: 'default', user }, name: user }],
      'current-context': user,
    },
    { lineWidth: 0 },
  )
}
