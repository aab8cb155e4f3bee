import type { z } from 'zod'
import { appContract } from './app.ts'
import type { MethodName, StreamName } from './bridge.ts'
import { configExportsContract } from './config-exports.ts'
import { configFieldsContract } from './config-fields.ts'
import { configRolloutContract } from './config-rollout.ts'
import { configSidesContract } from './config-sides.ts'
import { contextsContract } from './contexts.ts'
import type { Method, Stream } from './define.ts'
import { imagesContract } from './images.ts'
import { demoContract } from './demo.ts'
import { kubernetesContract } from './kubernetes.ts'
import { machineConfigsContract } from './machine-configs.ts'
import { nodeActionsContract } from './node-actions.ts'
import { migrationsContract } from './migrations.ts'
import { nodesContract } from './nodes.ts'
import { patchesContract } from './patches.ts'
import { presetsContract } from './presets.ts'
import { runsContract } from './runs.ts'
import { upgradesContract } from './upgrades.ts'

/** Everything that crosses between main and renderer. The key is the channel name. */
export const contract = {
  ...appContract,
  ...contextsContract,
  ...demoContract,
  ...nodesContract,
  ...nodeActionsContract,
  ...machineConfigsContract,
  ...configExportsContract,
  ...configFieldsContract,
  ...configSidesContract,
  ...configRolloutContract,
  ...imagesContract,
  ...patchesContract,
  ...presetsContract,
  ...migrationsContract,
  ...upgradesContract,
  ...kubernetesContract,
  ...runsContract,
} as const satisfies Readonly<Record<MethodName | StreamName, unknown>>

export type Contract = typeof contract
type Names<Kind extends 'method' | 'stream'> = {
  [K in keyof Contract]: Contract[K] extends { kind: Kind } ? K : never
}[keyof Contract]

export type Input<K extends keyof Contract> = z.input<Contract[K]['input']>
export type ParsedInput<K extends keyof Contract> = z.output<Contract[K]['input']>
export type Output<K extends Names<'method'>> =
  Contract[K] extends Method<z.ZodType, infer O> ? z.output<O> : never
export type Item<K extends Names<'stream'>> =
  Contract[K] extends Stream<z.ZodType, infer T> ? z.output<T> : never
