import * as protoLoader from '@grpc/proto-loader'
import type { MessageTypeDefinition } from '@grpc/proto-loader'
import type { StateDefinition } from './generated/cosi/resource/State.ts'
import type { ImageServiceDefinition } from './generated/machine/ImageService.ts'
import type { LifecycleServiceDefinition } from './generated/machine/LifecycleService.ts'
import type { MachineServiceDefinition } from './generated/machine/MachineService.ts'
import type {
  MachineConfigSpec,
  MachineConfigSpec__Output,
} from './generated/resource/config/MachineConfigSpec.ts'

/** Services and messages as proto-loader made them from `protos/`, under the types its generator made of the same files. */
export interface TalosProtos {
  readonly machine: MachineServiceDefinition
  readonly image: ImageServiceDefinition
  readonly lifecycle: LifecycleServiceDefinition
  readonly state: StateDefinition
  readonly machineConfigSpec: MessageTypeDefinition<MachineConfigSpec, MachineConfigSpec__Output>
  /** Reads the message inside an Any by its full name (`machine.SequenceEvent`); `undefined` for a name we do not have. */
  decode(messageName: string, bytes: Buffer): unknown
}

/** As main/scripts/generate.mjs; the two must agree or the types lie. */
const OPTIONS = { keepCase: false, longs: String, enums: String, defaults: true, oneofs: true } as const
const FILES = [
  'machine/machine.proto',
  'machine/image.proto',
  'machine/lifecycle.proto',
  'cosi/resource/state.proto',
  'resource/config/config.proto',
]
const loaded = new Map<string, TalosProtos>()

/** Loads once per folder (about 0.1 s). Throws when the folder is not our `protos/`. */
export function loadProtos(protosDir: string): TalosProtos {
  const known = loaded.get(protosDir)
  if (known !== undefined) return known
  const definitions = protoLoader.loadSync(FILES, { ...OPTIONS, includeDirs: [protosDir] })
  const take = (name: string): unknown => {
    const definition = definitions[name]
    if (definition === undefined) throw new Error(`${name} is not in ${protosDir}.`)
    return definition
  }
  const protos: TalosProtos = {
    machine: take('machine.MachineService') as MachineServiceDefinition,
    image: take('machine.ImageService') as ImageServiceDefinition,
    lifecycle: take('machine.LifecycleService') as LifecycleServiceDefinition,
    state: take('cosi.resource.State') as StateDefinition,
    machineConfigSpec: take('resource.config.MachineConfigSpec') as TalosProtos['machineConfigSpec'],
    decode(messageName, bytes) {
      const definition = definitions[messageName]
      if (definition === undefined || !('deserialize' in definition)) return undefined
      return (definition as MessageTypeDefinition<object, object>).deserialize(bytes)
    },
  }
  loaded.set(protosDir, protos)
  return protos
}
