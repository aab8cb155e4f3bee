import type { ClockPort } from '../clock-port.ts'
import { isFailure } from '../talos-failure.ts'
import type { ConfigPort } from './talos-port.ts'

const RETRY_READ_MS = 5_000

/** Whether the config on a node's disk is the one that runs, read again whenever either changed. */
export interface StagedConfig {
  /** A config changed, or may have. Reads that pile up become one. */
  changed(): void
}

interface Deps {
  readonly address: string
  readonly talos: Pick<ConfigPort, 'readMachineConfig'>
  readonly clock: ClockPort
  readonly signal: AbortSignal
  /** `undefined`: the node does not tell, as before 1.10 and to roles below admin (behaviour.md §3.4). */
  readonly tell: (staged: boolean | undefined) => void
  readonly missed: (error: unknown) => void
}

/** Both texts hold secrets, so what is kept of them is one bit. */
export function followStagedConfig({ address, talos, clock, signal, tell, missed }: Deps): StagedConfig {
  let reading = false
  let again = false

  async function read(): Promise<void> {
    try {
      const [active, persistent] = await Promise.all([
        talos.readMachineConfig(address, 'active', signal),
        talos.readMachineConfig(address, 'persistent', signal),
      ])
      const isTold = active !== undefined && persistent !== undefined && persistent.text !== ''
      tell(isTold ? active.text !== persistent.text : undefined)
    } catch (error) {
      if (signal.aborted) return
      tell(undefined)
      missed(error)
      if (isFailure(error, 'role-too-low', 'unsupported-by-version')) return
      await clock.sleep(RETRY_READ_MS, signal).catch(() => undefined)
      again = true
    }
  }

  async function keepReading(): Promise<void> {
    reading = true
    do {
      again = false
      await read()
    } while (isWanted())
    reading = false
  }

  /** Through a call, because the compiler takes what other turns change for unchanging. */
  function isWanted(): boolean {
    return again && !signal.aborted
  }

  return {
    changed() {
      if (reading) again = true
      else void keepReading()
    },
  }
}
