import { createGzip } from 'node:zlib'
import { Readable } from 'node:stream'
import { pack } from 'tar-stream'

/** One entry of an archive; a folder has no content. */
export interface ArchiveEntry {
  readonly name: string
  /** Permission bits. */
  readonly mode: number
  /** Milliseconds since 1970. */
  readonly modified: number
  /** Undefined for a folder. */
  readonly content: Buffer | undefined
}

/**
 * Bytes of a `.tar.gz`, as they come out of the packer.
 * @throws what `entries` throws while it is read
 */
export async function* archived(entries: Iterable<ArchiveEntry>): AsyncGenerator<Buffer> {
  const tar = pack()
  const gzip = createGzip()
  const fill = async (): Promise<void> => {
    for (const { name, mode, modified, content } of entries) {
      const header = {
        name,
        mode,
        mtime: new Date(modified),
        type: content === undefined ? ('directory' as const) : ('file' as const),
        size: content?.length ?? 0,
      }
      tar.entry(header, content ?? '')
    }
    tar.finalize()
  }
  const filled = fill().catch((error: unknown) => {
    gzip.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  for await (const chunk of Readable.from(tar).pipe(gzip)) yield chunk as Buffer
  await filled
}
