import { createHash } from 'node:crypto'
import { hasExtension } from '../data/factory-catalogue.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { BootImage } from './boot-disk.ts'
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
  resolve(reference: string): {
    readonly digest: string
    readonly layers: readonly number[]
    /** The OCI index the digest is of. */
    readonly manifest: Buffer
  }
  /** Another name of the factory, `127.0.0.1:5050`: images under it are the same. */
  answerAlsoAs(host: string): void
}

const VANILLA = schematicId({})
const FACTORY = 'factory.talos.dev'

export function createRegistry(): Registry {
  const schematics = new Map<string, SchematicRequest>()
  const factories = new Set([FACTORY])

  function register(request: SchematicRequest): string {
    const id = schematicId(request)
    schematics.set(id, request)
    return id
  }
  register({})
  register({ extensions: ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools'] })

  function installer(reference: string): BootImage {
    const [host = '', ...rest] = reference.split('/')
    if (factories.has(host)) return factoryInstaller(reference, rest.join('/'))
    const tag = /^ghcr\.io\/siderolabs\/installer:(v[^@\s]+)(?:@.*)?$/.exec(reference)?.[1]
    // From 1.14 on there is no installer at ghcr.io any more (behaviour.md §5.10).
    if (tag === undefined || !isReleased(tag) || atLeast(tag, '1.14')) throw notFound(reference)
    return { talos: tag, schematic: VANILLA, extensions: [], kernelArguments: [] }
  }

  function factoryInstaller(reference: string, path: string): BootImage {
    const found = /^(?:[a-z]+-)?installer(?:-secureboot)?\/([0-9a-f]{64}):(v[^@\s]+)(?:@.*)?$/.exec(path)
    const [, id = '', tag = ''] = found ?? []
    const request = schematics.get(id)
    if (!request || !isReleased(tag)) throw notFound(reference)
    const missing = missingExtension(request, tag)
    if (missing !== undefined) throw notBuilt(reference, missing, tag)
    return {
      talos: tag,
      schematic: id,
      extensions: request.extensions ?? [],
      kernelArguments: request.kernelArguments ?? [],
    }
  }

  return {
    registerSchematic: register,
    schematic: (id) => schematics.get(id),
    installer,
    answerAlsoAs: (host) => void factories.add(host),
    resolve(reference) {
      const bare = reference.replace(/@.*/, '')
      const [host = '', ...path] = bare.split('/')
      const isFactory = factories.has(host)
      if (isFactory || /\/(?:[a-z]+-)?installer(?:-secureboot)?[/:]/.test(bare)) installer(bare)
      else if (!/^(ghcr\.io\/siderolabs|registry\.k8s\.io|docker\.io\/library)\/[^:]+:v?\d/.test(bare))
        throw notFound(reference)
      return imageOf(isFactory ? [FACTORY, ...path].join('/') : bare)
    },
  }
}

/** The first extension of a schematic that the factory has no build of for that Talos version. */
export function missingExtension({ extensions = [] }: SchematicRequest, talos: string): string | undefined {
  const minor = Number(/^v?1\.(\d+)/.exec(talos)?.[1] ?? 0)
  return extensions.find((extension) => !hasExtension(extension, minor))
}

/** Always the same layers for the same name. */
function imageOf(reference: string): ReturnType<Registry['resolve']> {
  const hash = createHash('sha256').update(`image ${reference}`).digest()
  const layers = Array.from({ length: 4 + ((hash[0] ?? 0) % 3) }, (_, at) => {
    const share = (hash[at + 1] ?? 0) / 255
    return Math.round((at === 0 ? 60e6 : 2e6) * (0.5 + share))
  })
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: ['amd64', 'arm64'].map((architecture) => ({
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: `sha256:${createHash('sha256').update(`${architecture} ${reference}`).digest('hex')}`,
        size: 1200,
        platform: { architecture, os: 'linux' },
      })),
    }),
  )
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`
  return { digest, layers, manifest }
}

/** What containerd says of an image whose build the factory refuses. */
export function notBuilt(reference: string, extension: string, talos: string): SimulatedStatus {
  return new SimulatedStatus(
    Code.NOT_FOUND,
    `failed to pull image "${reference}": failed to resolve image "${reference}": unexpected status from HEAD request: 400 Bad Request: official extension "${extension}" is not available for Talos version ${talos}`,
  )
}

function notFound(reference: string): SimulatedStatus {
  return new SimulatedStatus(
    Code.NOT_FOUND,
    `failed to pull image "${reference}": failed to resolve image "${reference}": ${reference}: not found`,
  )
}
