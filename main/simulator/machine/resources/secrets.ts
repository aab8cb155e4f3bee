import { createPublicKey } from 'node:crypto'
import type { KeyPairPem } from '../../secrets-api.ts'
import { hostnameOf, talosOf, type MachineCore } from '../core.ts'
import { atLeast } from '../versions.ts'
import { put } from './keys.ts'
import { plainYaml } from './plain-yaml.ts'

const LOCAL_ENDPOINT = 'https://localhost:6443'

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
  const kubernetes = {
    name: facts.clusterName,
    endpoint: facts.endpoint,
    local_endpoint: LOCAL_ENDPOINT,
    certSANs: URL.canParse(facts.endpoint) ? [new URL(facts.endpoint).hostname] : [],
    apiServerIPs: ['10.96.0.1'],
    dnsDomain: 'cluster.local',
    issuingCA: pairOf(secrets.kubernetes),
    acceptedCAs: [{ crt: base64(secrets.kubernetes.crt) }],
    aggregatorCA: pairOf(secrets.aggregator),
    serviceAccount: { key: base64(secrets.serviceAccountKey) },
    ...(atLeast(talosOf(core), '1.14')
      ? {
          acceptedAggregatorCAs: [{ crt: base64(secrets.aggregator.crt) }],
          serviceAccountAcceptedKeys: acceptedKeys(secrets.serviceAccountKey),
          issuerURL: facts.endpoint,
          acceptedIssuers: [],
          apiAudiences: [facts.endpoint],
          etcdEncryptionConfig: {},
        }
      : {}),
    aesCBCEncryptionSecret: '',
    bootstrapTokenID: tokenId,
    bootstrapTokenSecret: tokenSecret,
    secretboxEncryptionSecret: secrets.secretboxSecret,
  }
  put(core, 'secrets', 'KubernetesRootSecrets.secrets', 'k8s', kubernetes, {
    owner: 'secrets.RootKubernetesController',
    rawYaml: plainYaml({
      ...kubernetes,
      endpoint: goUrl(facts.endpoint),
      local_endpoint: goUrl(LOCAL_ENDPOINT),
    }),
  })
}

/** Go's writer knows nothing of URLs and writes their parts. */
function goUrl(text: string): Readonly<Record<string, unknown>> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return {
    scheme: url?.protocol.replace(':', '') ?? '',
    opaque: '',
    user: null,
    host: url?.host ?? '',
    path: url && url.pathname !== '/' ? url.pathname : '',
    rawpath: '',
    omithost: false,
    forcequery: false,
    rawquery: url?.search.slice(1) ?? '',
    fragment: '',
    rawfragment: '',
  }
}

function pairOf({ crt, key }: KeyPairPem): { readonly crt: string; readonly key: string } {
  return { crt: base64(crt), key: base64(key) }
}

const publicKeys = new Map<string, readonly { readonly key: string }[]>()

/** Found once, since nodes of a cluster have the same one. Of a key that is none Talos accepts nothing. */
function acceptedKeys(key: string): readonly { readonly key: string }[] {
  const known = publicKeys.get(key) ?? publicKeysOf(key)
  publicKeys.set(key, known)
  return known
}

function publicKeysOf(key: string): readonly { readonly key: string }[] {
  try {
    return [{ key: base64(createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()) }]
  } catch {
    return []
  }
}

function base64(pem: string): string {
  return Buffer.from(pem).toString('base64')
}
