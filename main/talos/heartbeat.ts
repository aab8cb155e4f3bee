import type { ClockPort } from '../domain/clock-port.ts'

/** How long a node with open streams may be silent before it is asked whether it is still there. */
const HEARTBEAT_MS = 15_000

/**
 * Notices a node that lost its power. Its TCP connection stays open on our side and its streams just say nothing,
 * which would leave old state on screen as if it were current; HTTP/2 pings may not be sent often enough to tell
 * (behaviour.md §2.1). So a silent node with open streams is asked for its version, the cheapest call there is.
 */
interface Heartbeat {
  /** Call for each open stream; `onDead` is called once, when the node did not answer. */
  watch(node: string, ping: () => Promise<boolean>, onDead: () => void): Pulse
}

interface Pulse {
  /** The node said something. */
  heard(): void
  stop(): void
}

interface Patient {
  lastHeard: number
  readonly streams: Map<symbol, { readonly ping: () => Promise<boolean>; readonly onDead: () => void }>
  readonly end: AbortController
}

export function createHeartbeat(clock: ClockPort): Heartbeat {
  const patients = new Map<string, Patient>()

  async function listen(node: string, patient: Patient): Promise<void> {
    while (!patient.end.signal.aborted) {
      // A clock that was set back must not make the silence look like the future.
      const silentFor = Math.max(0, clock.now() - patient.lastHeard)
      if (silentFor < HEARTBEAT_MS) {
        await clock.sleep(HEARTBEAT_MS - silentFor, patient.end.signal)
        continue
      }
      const [first] = patient.streams.values()
      if (first === undefined || (await first.ping())) {
        patient.lastHeard = clock.now()
        continue
      }
      patients.delete(node)
      for (const { onDead } of patient.streams.values()) onDead()
      return
    }
  }

  return {
    watch(node, ping, onDead) {
      const known = patients.get(node)
      const patient = known ?? { lastHeard: clock.now(), streams: new Map(), end: new AbortController() }
      const id = Symbol(node)
      patient.streams.set(id, { ping, onDead })
      if (known === undefined) {
        patients.set(node, patient)
        // Ends by itself with the last stream; the sleep's rejection is how.
        listen(node, patient).catch(() => undefined)
      }
      return {
        heard() {
          patient.lastHeard = clock.now()
        },
        stop() {
          patient.streams.delete(id)
          if (patient.streams.size > 0) return
          patient.end.abort()
          if (patients.get(node) === patient) patients.delete(node)
        },
      }
    },
  }
}
