import type { ClusterSecrets, KeyPairPem } from '../../secrets-api.ts'

type Tree = Readonly<Record<string, unknown>>

/**
 * What a config knows of the cluster's secrets, in the legacy document or those of 1.14 (behaviour.md §9.4); texts and
 * keys it has not are empty, as most of them are on workers.
 */
export function readSecrets(legacy: Tree, one: (kind: string) => Tree): ClusterSecrets {
  const identity = one('DiscoveryIdentityConfig')
  const text = (...values: readonly unknown[]): string =>
    values.find((value): value is string => typeof value === 'string' && value !== '') ?? ''
  const pem = (...values: readonly unknown[]): string =>
    Buffer.from(text(...values), 'base64').toString('utf8')
  const pair = (old: Tree, kind: string): KeyPairPem => {
    const document = one(kind)
    const issuing = tree(document['issuingCA'])
    const [accepted] = list(document['acceptedCAs'])
    return {
      crt: text(issuing['cert'], accepted) || pem(old['crt']),
      key: text(issuing['key']) || pem(old['key']),
    }
  }
  const cluster = tree(legacy['cluster'])
  const machine = tree(legacy['machine'])
  return {
    os: pair(tree(machine['ca']), ''),
    etcd: pair(tree(tree(cluster['etcd'])['ca']), ''),
    kubernetes: pair(tree(cluster['ca']), 'KubeAPIServerCAConfig'),
    aggregator: pair(tree(cluster['aggregatorCA']), 'KubeAggregatorCAConfig'),
    serviceAccountKey:
      text(tree(one('KubeServiceAccountConfig')['issuer'])['privateKey']) ||
      pem(tree(cluster['serviceAccount'])['key']),
    clusterId: text(identity['clusterID'], cluster['id']),
    clusterSecret: text(identity['clusterSecret'], cluster['secret']),
    bootstrapToken: text(cluster['token']),
    trustdToken: text(machine['token']),
    secretboxSecret:
      text(cluster['secretboxEncryptionSecret']) || secretboxOf(one('KubeEtcdEncryptionConfig')),
  }
}

/** Completes what is known with what another machine of the cluster knows: a control plane has the keys. */
export function mergeSecrets(known: ClusterSecrets, more: ClusterSecrets): ClusterSecrets {
  const pair = (name: 'os' | 'etcd' | 'kubernetes' | 'aggregator'): KeyPairPem =>
    known[name].key === '' && more[name].key !== '' ? more[name] : known[name]
  const text = (name: 'serviceAccountKey' | 'secretboxSecret' | 'clusterSecret'): string =>
    known[name] === '' ? more[name] : known[name]
  return {
    ...known,
    os: pair('os'),
    etcd: pair('etcd'),
    kubernetes: pair('kubernetes'),
    aggregator: pair('aggregator'),
    serviceAccountKey: text('serviceAccountKey'),
    secretboxSecret: text('secretboxSecret'),
    clusterSecret: text('clusterSecret'),
  }
}

function secretboxOf(document: Tree): string {
  const [resource] = list(tree(document['config'])['resources'])
  for (const provider of list(tree(resource)['providers'])) {
    const [key] = list(tree(tree(provider)['secretbox'])['keys'])
    const secret = tree(key)['secret']
    if (typeof secret === 'string') return secret
  }
  return ''
}

function tree(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
