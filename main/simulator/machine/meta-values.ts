import { Code, SimulatedStatus } from '../machine-api.ts'
import type { MachineCore } from './core.ts'
import { publishMeta } from './resources/runtime.ts'

/** Upgrade fallback, staged image and its options: the machine writes them from what its disk holds. */
const OWN_KEYS: ReadonlySet<number> = new Set([0x06, 0x07, 0x08])

/**
 * Writes a META value, or deletes it when there is none (behaviour.md §0.3).
 * @throws NOT_FOUND for a key that is not there to delete, UNIMPLEMENTED for those the machine keeps itself
 */
export function writeMeta(core: MachineCore, key: number, value: string | undefined): void {
  if (OWN_KEYS.has(key))
    throw new SimulatedStatus(
      Code.UNIMPLEMENTED,
      `the simulated machine keeps META key 0x0${key.toString(16)} itself`,
    )
  const { meta } = core.disk
  if (value === undefined) {
    if (!meta.delete(key)) throw new SimulatedStatus(Code.NOT_FOUND, 'meta key not found')
  } else meta.set(key, value)
  publishMeta(core)
}
