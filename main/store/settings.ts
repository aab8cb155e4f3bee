import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { Settings } from '#contract/app.ts'
import type { LogPort } from '../domain/log-port.ts'
import { readTextIfThere, writeFileAtomic } from './atomic-file.ts'

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  language: 'system',
  tree: 'auto',
  taskLog: 'open',
  factoryUrl: '',
}

export interface SettingsStore {
  current(): Settings
  /** Changes what is given, keeps the rest. Throws `disk-write-failed`; then nothing has changed. */
  save(change: z.infer<typeof SettingsChange>): Promise<Settings>
}
const SettingsChange = Settings.partial()

/** `settings.json`. A file that cannot be understood is set aside as `settings.json.damaged` and defaults apply. */
export async function openSettings(dataDir: string, log: LogPort): Promise<SettingsStore> {
  const path = join(dataDir, 'settings.json')
  let current = DEFAULT_SETTINGS
  const text = await readTextIfThere(path)
  if (text !== undefined) {
    try {
      current = Settings.parse({ ...DEFAULT_SETTINGS, ...SettingsChange.parse(JSON.parse(text)) })
    } catch (error) {
      log.warn('settings.damaged', { reason: error instanceof Error ? error.name : 'unknown' })
      await rename(path, `${path}.damaged`).catch(() => undefined)
    }
  }
  let writing: Promise<unknown> = Promise.resolve()
  return {
    current: () => current,
    save(change) {
      const work = writing.then(async () => {
        const next = Settings.parse({ ...current, ...change })
        await writeFileAtomic(path, `${JSON.stringify(next, undefined, 2)}\n`)
        current = next
        return next
      })
      writing = work.catch(() => undefined)
      return work
    },
  }
}
