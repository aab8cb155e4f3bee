import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import type { ImageServiceImportRequest__Output } from '../../talos/generated/machine/ImageServiceImportRequest.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'

export interface ImportedImage {
  readonly name: string
  /** `sha256:…` of its manifest. */
  readonly digest: string
  /** Bytes of all that came. */
  readonly size: number
}

/** What of an archive is read; the layers are only weighed. */
interface ArchiveIndex {
  readonly manifests?: readonly {
    readonly digest?: string
    readonly annotations?: Readonly<Record<string, string>>
  }[]
}

/**
 * Reads an OCI layout or a `docker save` archive from the chunks a caller streams.
 * @throws INTERNAL in Talos' words for what is no such archive, INVALID_ARGUMENT for one without images
 */
export async function readImageArchive(
  requests: AsyncIterator<ImageServiceImportRequest__Output>,
): Promise<ImportedImage> {
  const files = new Map<string, Buffer>()
  let size = 0
  async function* bytes(): AsyncGenerator<Buffer> {
    for (let next = await requests.next(); !next.done; next = await requests.next()) {
      const { imageChunk } = next.value
      if (!imageChunk) throw failed('no image chunk')
      size += imageChunk.bytes.length
      yield imageChunk.bytes
    }
  }
  const reader = extract()
  reader.on('entry', (header, stream, next) => {
    const parts: Buffer[] = []
    const isKept = header.name === 'index.json' || header.name === 'manifest.json'
    stream.on('data', (part) => {
      if (isKept) parts.push(part as Buffer)
    })
    stream.on('end', () => {
      if (isKept) files.set(header.name, Buffer.concat(parts))
      next()
    })
  })
  try {
    await new Promise<void>((resolve, reject) => {
      reader.on('finish', resolve)
      reader.on('error', reject)
      Readable.from(bytes()).on('error', reject).pipe(reader)
    })
  } catch (error) {
    if (error instanceof SimulatedStatus) throw error
    throw failed(error instanceof Error ? error.message : String(error))
  }
  const found = imageIn(files)
  if (found === undefined) throw failed('unrecognized image format')
  if (found === 'none') throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'no images imported from archive')
  return { ...found, size }
}

function imageIn(files: ReadonlyMap<string, Buffer>): Omit<ImportedImage, 'size'> | 'none' | undefined {
  const index = files.get('index.json')
  if (!index) return undefined
  const { manifests = [] } = parsed(index)
  for (const { digest, annotations = {} } of manifests) {
    const name = annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name']
    if (digest !== undefined && name !== undefined) return { name, digest }
  }
  return 'none'
}

function parsed(json: Buffer): ArchiveIndex {
  try {
    return JSON.parse(json.toString()) as ArchiveIndex
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error))
  }
}

function failed(why: string): SimulatedStatus {
  return new SimulatedStatus(Code.INTERNAL, `failed to import image: ${why}`)
}
