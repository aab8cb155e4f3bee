import { setTimeout as delay } from 'node:timers/promises'
import { createLineSchemas } from '../../main/domain/machine-config/line-schema.ts'
import type { PlanningDeps } from '../../main/domain/upgrades/prepare-upgrade.ts'
import { createHttpFactory } from '../../main/factory/http-factory.ts'
import { createConfigResources } from '../../main/store/config-resources.ts'
import { resourcesDir } from './app-host.ts'

/** What plans are made with, over HTTP to one factory, keeping nothing on disk. */
export function planningOver(factoryUrl: string, now: () => number = Date.now): PlanningDeps {
  const kept = new Map<string, unknown>()
  return {
    factory: createHttpFactory({
      cache: { read: async (key) => kept.get(key), write: async (key, value) => void kept.set(key, value) },
      now,
    }),
    lineSchema: createLineSchemas(createConfigResources(resourcesDir)),
    quiet: (signal) => delay(150, undefined, { signal }),
    factoryUrl: () => factoryUrl,
  }
}
