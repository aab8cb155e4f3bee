import type { MachineSpec } from '../../machine-api.ts'
import type { ClusterSecrets } from '../../secrets-api.ts'

/** What a config is made of. */
export interface GenerateRequest {
  readonly spec: MachineSpec
  readonly clusterName: string
  /** `https://10.5.0.2:6443` */
  readonly endpoint: string
  readonly secrets: ClusterSecrets
  /** Name of the first network port. */
  readonly link: string
  readonly installerImage: string
}
