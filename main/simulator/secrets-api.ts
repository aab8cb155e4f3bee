/** Keys and secrets as they pass between the parts of the simulator. */

/** PEM texts as Talos writes them: keys labelled `ED25519 PRIVATE KEY`. */
export interface KeyPairPem {
  readonly crt: string
  readonly key: string
}

/** Made by wire/pki.ts; the machine side puts them into its MachineConfigs. */
export interface ClusterSecrets {
  readonly os: KeyPairPem
  readonly etcd: KeyPairPem
  readonly kubernetes: KeyPairPem
  readonly aggregator: KeyPairPem
  readonly serviceAccountKey: string
  readonly clusterId: string
  readonly clusterSecret: string
  readonly bootstrapToken: string
  readonly trustdToken: string
  readonly secretboxSecret: string
}
