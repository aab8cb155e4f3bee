import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { FactoryCachePort } from '../domain/images/factory-port.ts'
import type { LogPort } from '../domain/log-port.ts'
import { isFailure } from '../domain/talos-failure.ts'
import { readTextIfThere, writeFileAtomic } from './atomic-file.ts'

/** One small file per answer below `folder`. Nothing in it is private; a file that cannot be read counts as absent. */
export function createFactoryCache(folder: string, log: LogPort): FactoryCachePort {
  const fileOf = (key: string): string =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`)
  return {
    async read(key) {
      try {
        const text = await readTextIfThere(fileOf(key))
        const kept: unknown = text === undefined ? undefined : JSON.parse(text)
        return isEntry(kept) && kept.key === key ? kept.value : undefined
      } catch {
        return undefined
      }
    },
    async write(key, value) {
      try {
        await writeFileAtomic(fileOf(key), `${JSON.stringify({ key, value })}\n`)
      } catch (error) {
        if (!isFailure(error)) throw error
        log.warn('factory answer not kept', { code: error.code })
      }
    },
  }
}

function isEntry(value: unknown): value is { readonly key: string; readonly value: unknown } {
  return typeof value === 'object' && value !== null && 'key' in value && 'value' in value
}
