import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { stringify } from 'yaml'
import type { ClusterState, KeyPairPem } from '../machine-api.ts'
import { issueKubernetesAdmin } from './pki.ts'

/** What `Kubeconfig` streams: a tar.gz holding one file `kubeconfig` with a new one-year admin certificate. */
export async function createKubeconfigArchive(
  cluster: Pick<ClusterState, 'name' | 'endpoint'>,
  kubernetes: KeyPairPem,
): Promise<Buffer> {
  return promisify(gzip)(tarOf('kubeconfig', Buffer.from(await writeKubeconfig(cluster, kubernetes))))
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

/** One regular file, mode 0600, in ustar form. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512)
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  header.write(name, 0)
  header.write(octal(0o600, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(content.length, 12), 124)
  header.write(octal(Math.floor(Date.now() / 1000), 12), 136)
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)])
}
