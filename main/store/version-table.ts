import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseVersionTable, type VersionTable } from '../domain/upgrades/version-table.ts'

/** Talos lines as they came with the app: `upgrades/talos-lines.json` under the resources folder. */
export async function readVersionTable(resourcesDir: string): Promise<VersionTable> {
  const text = await readFile(join(resourcesDir, 'upgrades', 'talos-lines.json'), 'utf8')
  return parseVersionTable(JSON.parse(text))
}
