import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { ClusterSecrets } from '../../main/simulator/secrets-api.ts'
import { generateConfig } from '../../main/simulator/machine/config/generate.ts'

export interface SimulatedConfig {
  readonly version: string
  readonly role: 'controlplane' | 'worker'
  readonly text: string
  /** As they stand in the text. */
  readonly secrets: readonly string[]
}

const VERSIONS = ['v1.9.6', 'v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0']

function pair(name: string): ClusterSecrets['os'] {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return {
    crt: `-----BEGIN CERTIFICATE-----\n${Buffer.from(name).toString('base64')}\n-----END CERTIFICATE-----\n`,
    key,
  }
}

function token(): string {
  const text = (length: number): string => randomBytes(length).toString('hex').slice(0, length)
  return `${text(6)}.${text(16)}`
}

/** What the simulator's generator writes for every version and role, with secrets made anew. */
export function simulatedConfigs(): readonly SimulatedConfig[] {
  return VERSIONS.flatMap((version) =>
    (['controlplane', 'worker'] as const).map((role) => {
      const secrets: ClusterSecrets = {
        os: pair('os'),
        etcd: pair('etcd'),
        kubernetes: pair('kubernetes'),
        aggregator: pair('aggregator'),
        serviceAccountKey: pair('account').key,
        clusterId: randomBytes(32).toString('base64'),
        clusterSecret: randomBytes(32).toString('base64'),
        bootstrapToken: token(),
        trustdToken: token(),
        secretboxSecret: randomBytes(32).toString('base64'),
      }
      const text = generateConfig({
        spec: {
          hostname: 'bronce-3',
          address: '10.0.20.13',
          port: 50_000,
          role,
          talos: version,
          bootLoader: 'systemd-boot',
          extensions: [],
          kernelArguments: [],
          diskBytes: 256e9,
          memoryBytes: 16e9,
          cores: 4,
        },
        clusterName: 'casa',
        endpoint: 'https://10.0.20.10:6443',
        secrets,
        link: 'enp3s0',
      })
      const base64 = (of: string): string => Buffer.from(of).toString('base64')
      const all = [
        ...[secrets.os, secrets.etcd, secrets.kubernetes, secrets.aggregator].map(({ key }) => base64(key)),
        base64(secrets.serviceAccountKey),
        secrets.clusterSecret,
        secrets.bootstrapToken,
        secrets.trustdToken,
        secrets.secretboxSecret,
        'correct-horse-battery',
      ]
      return { version, role, text, secrets: all.filter((secret) => text.includes(secret)) }
    }),
  )
}

/** The same secrets as they are inside their base64. */
export function machineSecrets(secrets: readonly string[]): readonly string[] {
  return secrets.flatMap((secret) => {
    const line = /KEY-----\n([^\n]+)\n/.exec(Buffer.from(secret, 'base64').toString('utf8'))?.[1]
    return line === undefined ? [] : [line]
  })
}
