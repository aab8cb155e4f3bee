import { SimulatedStatus, Code } from '../machine-api.ts'
import type { BootImage } from './boot-disk.ts'
import { createHash } from 'node:crypto'
import { schematicId, type SchematicRequest } from './schematic.ts'
import { atLeast, isReleased } from './versions.ts'

/** ghcr.io, the Image Factory and registry.k8s.io as the nodes of one cluster see them. */
export interface Registry {
  /** As a POST to the factory: from then on images of that schematic can be built. Returns its id. */
  registerSchematic(request: SchematicRequest): string
  schematic(id: string): SchematicRequest | undefined
  /** What an installer image would write to disk; throws NOT_FOUND as containerd words it. */
  installer(reference: string): BootImage
  /** Any image: throws NOT_FOUND when no registry has it. */
  resolve(reference: string): { readonly digest: string; readonly layers: readonly number[] }
}

const VANILLA = schematicId({})

export function createRegistry(): Registry {
  const schematics = new Map<string, SchematicRequest>()

  function register(request: SchematicRequest): string {
    const id = schematicId(request)
    schematics.set(id, request)
    return id
  }
  register({})
  register({ extensions: ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools'] })

  function installer(reference: string): BootImage {
    const factory =
      /^factory\.talos\.dev\/(?:metal-)?installer(?:-secureboot)?\/([0-9a-f]{64}):(v[^@\s]+)(?:@.*)?$/.exec(
        reference,
      )
    if (factory) {
      const [, id = '', tag = ''] = factory
      const request = schematics.get(id)
      if (!request || !isReleased(tag)) throw notFound(reference)
      return {
        talos: tag,
        schematic: id,
        extensions: request.extensions ?? [],
        kernelArguments: request.kernelArguments ?? [],
      }
    }
    const tag = /^ghcr\.io\/siderolabs\/installer:(v[^@\s]+)(?:@.*)?$/.exec(reference)?.[1]
    // From 1.14 on there is no installer at ghcr.io any more (behaviour.md §5.10).
    if (tag === undefined || !isReleased(tag) || atLeast(tag, '1.14')) throw notFound(reference)
    return { talos: tag, schematic: VANILLA, extensions: [], kernelArguments: [] }
  }

  return {
    registerSchematic: register,
    schematic: (id) => schematics.get(id),
    installer,
    resolve(reference) {
      if (/\/(?:metal-)?installer(?:-secureboot)?[/:]/.test(reference)) installer(reference)
      else if (!/^(ghcr\.io\/siderolabs|registry\.k8s\.io|docker\.io\/library)\/[^:]+:v?\d/.test(reference))
        throw notFound(reference)
      const hash = createHash('sha256')
        .update(`image ${reference.replace(/@.*/, '')}`)
        .digest()
      const layers = Array.from({ length: 4 + ((hash[0] ?? 0) % 3) }, (_, at) => {
        const share = (hash[at + 1] ?? 0) / 255
        return Math.round((at === 0 ? 60e6 : 2e6) * (0.5 + share))
      })
      return { digest: `sha256:${hash.toString('hex')}`, layers }
    },
  }
}

function notFound(reference: string): SimulatedStatus {
  return new SimulatedStatus(
    Code.NOT_FOUND,
    `failed to pull image "${reference}": failed to resolve image "${reference}": ${reference}: not found`,
  )
}
