import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The built app's parts on disk. */
export interface Bundle {
  readonly version: string
  readonly rendererDir: string
  readonly preloadFile: string
  readonly protosDir: string
  readonly resourcesDir: string
}

/**
 * Found from the folder of the running file upwards: `dist/main` in a checkout and in a package, `main/` under a
 * test. Throws when no folder above holds the app.
 */
export function findBundle(from: string): Bundle {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && existsSync(join(folder, 'protos'))) {
      return {
        version: readVersion(manifest),
        rendererDir: join(folder, 'dist', 'renderer'),
        preloadFile: join(folder, 'dist', 'preload', 'index.cjs'),
        protosDir: join(folder, 'protos'),
        resourcesDir: join(folder, 'resources'),
      }
    }
    if (dirname(folder) === folder) throw new Error(`Ichor's files are not above ${from}.`)
  }
}

function readVersion(manifest: string): string {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
  const version =
    typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined
  return typeof version === 'string' ? version : 'unknown'
}
