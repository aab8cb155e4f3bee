import type { KeyPairPem } from '../../secrets-api.ts'
import { hostnameOf, type MachineCore } from '../core.ts'
import { put } from './keys.ts'

/** The roots of trust that the config carries; a worker has no keys and only that of the OS (behaviour.md §9.4). */
export function publishRootSecrets(core: MachineCore): void {
  const facts = core.life.active?.facts
  if (!facts) return
  const { secrets, spec } = core
  const os = facts.authority ?? secrets.os
  const isControlPlane = spec.role === 'controlplane'
  put(
    core,
    'secrets',
    'OSRootSecrets.secrets',
    'os',
    {
      ...(isControlPlane ? { issuingCA: pairOf(os) } : {}),
      acceptedCAs: [{ crt: base64(os.crt) }],
      certSANIPs: [spec.address],
      certSANDNSNames: [hostnameOf(core)],
      token: secrets.trustdToken,
    },
    { owner: 'secrets.RootOSController' },
  )
  if (!isControlPlane) return
  const [tokenId = '', tokenSecret = ''] = secrets.bootstrapToken.split('.')
  put(
    core,
    'secrets',
    'EtcdRootSecrets.secrets',
    'etcd',
    { etcdCA: pairOf(secrets.etcd) },
    { owner: 'secrets.RootEtcdController' },
  )
  put(
    core,
    'secrets',
    'KubernetesRootSecrets.secrets',
    'k8s',
    {
      name: facts.clusterName,
      endpoint: facts.endpoint,
      local_endpoint: 'https://localhost:6443',
      certSANs: URL.canParse(facts.endpoint) ? [new URL(facts.endpoint).hostname] : [],
      apiServerIPs: ['10.96.0.1'],
      dnsDomain: 'cluster.local',
      issuingCA: pairOf(secrets.kubernetes),
      acceptedCAs: [{ crt: base64(secrets.kubernetes.crt) }],
      aggregatorCA: pairOf(secrets.aggregator),
      serviceAccount: { key: base64(secrets.serviceAccountKey) },
      bootstrapTokenID: tokenId,
      bootstrapTokenSecret: tokenSecret,
      secretboxEncryptionSecret: secrets.secretboxSecret,
    },
    { owner: 'secrets.RootKubernetesController' },
  )
}

function pairOf({ crt, key }: KeyPairPem): { readonly crt: string; readonly key: string } {
  return { crt: base64(crt), key: base64(key) }
}

function base64(pem: string): string {
  return Buffer.from(pem).toString('base64')
}
