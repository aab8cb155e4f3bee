import { NodeAddress } from '#contract/names.ts'
import type { NodesItem } from '#contract/nodes.ts'
import type { ClockPort } from '../../domain/clock-port.ts'
import { toInstant } from '../../domain/clock-port.ts'
import { createLatestQueue, createPulse } from '../../domain/latest-queue.ts'
import type { LogPort } from '../../domain/log-port.ts'
import { parseKernelLine } from '../../domain/nodes/boot-time.ts'
import type { ClustersPort } from '../../domain/nodes/clusters-port.ts'
import { detailOf, type BootReading, type DetailReadings } from '../../domain/nodes/detail.ts'
import type { Fleets } from '../../domain/nodes/fleets.ts'
import type { FollowedFleet } from '../../domain/nodes/follow-fleet.ts'
import type { FollowedNode } from '../../domain/nodes/follow-node.ts'
import { hideLooseSecrets } from '../../domain/nodes/loose-secrets.ts'
import { tailLog } from '../../domain/nodes/log-tail.ts'
import { DETAIL_TYPES, SERVICE } from '../../domain/nodes/resource-types.ts'
import { serviceRows } from '../../domain/nodes/service-rows.ts'
import { present } from '../../domain/nodes/summarise.ts'
import { talosctlFor } from '../../domain/nodes/talosctl.ts'
import { known, valueOf } from '../../domain/upgrades/known.ts'
import { readBoot as readStart, type BootFacts } from '../../domain/upgrades/read-boot.ts'
import { loaderOf, runningLabel } from '../../domain/upgrades/slots.ts'
import { TalosFailure, toWireError } from '../../domain/talos-failure.ts'
import type { Handlers, StreamEvent } from '../handlers.ts'

type NodeHandlers = Pick<
  Handlers,
  'nodes.watch' | 'nodes.watch-detail' | 'services.watch' | 'logs.sources' | 'logs.follow' | 'nodes.talosctl'
>

interface Deps {
  readonly clusters: ClustersPort
  readonly fleets: Fleets
  readonly clock: ClockPort
  readonly log: LogPort
}

/** A fleet tells what moved four times a second at most: fifty nodes whose counters move would redraw the window all the time. */
const FLEET_EVERY_MS = 250
const DETAIL_EVERY_MS = 250
const SERVICES_EVERY_MS = 5_000
const SAMPLE_EVERY_MS = 3_000
const SAMPLES = 100

/** What the fleet, the overview, services and logs read. None of these changes anything on a node. */
export function createNodeHandlers(deps: Deps): NodeHandlers {
  const { clusters, fleets, clock } = deps
  return {
    'nodes.watch': async function* ({ context }, signal) {
      const { fleet, release } = await fleets.use(context)
      const queue = createLatestQueue<string, () => NodesItem>()
      const stop = fleet.onChange((node, how) => {
        const { address } = node
        queue.set(address, () =>
          how === 'left' ? { kind: 'gone', address } : { kind: 'node', node: node.summary() },
        )
      })
      const end = (): void => queue.end()
      signal.addEventListener('abort', end, { once: true })
      // The window opens another, and gets what the renewed key shows.
      const stopEnd = fleet.onEnd(end)
      try {
        for (const node of fleet.nodes())
          yield { kind: 'snapshot', item: { kind: 'node', node: node.summary() } }
        yield { kind: 'ready' }
        for await (const [, tell] of queue) {
          yield { kind: 'change', item: tell() }
          if (queue.size === 0) await clock.sleep(FLEET_EVERY_MS, signal).catch(() => undefined)
        }
      } finally {
        signal.removeEventListener('abort', end)
        stopEnd()
        stop()
        release()
      }
    },

    'nodes.watch-detail': async function* ({ context, node: address }, signal) {
      const { fleet, release } = await fleets.use(context)
      await fleet.discovered
      try {
        yield* watchDetail(fleet, address, deps, context, signal)
      } finally {
        release()
      }
    },

    'services.watch': async function* ({ context, node }, opened) {
      const over = new AbortController()
      const signal = AbortSignal.any([opened, over.signal])
      const { talos } = await clusters.cluster(context)
      const { fleet, release } = await fleets.use(context)
      const followed = fleet.node(node)
      const unwatch = followed?.alsoWatch([SERVICE])
      const queue = createPulse()
      queue.set()
      const stop = followed?.onChange(() => queue.set())
      const end = (): void => queue.end()
      signal.addEventListener('abort', end, { once: true })
      const stopEnd = fleet.onEnd(end)
      const ticking = tick(() => queue.set(), SERVICES_EVERY_MS, clock, signal)
      let shown: ReturnType<typeof serviceRows> = []
      let first = true
      let last = ''
      try {
        while (await queue.changed()) {
          const item = await talos.services(node, signal).then(
            (services) => ({ services: (shown = serviceRows(services)), readAt: toInstant(clock.now()) }),
            (error: unknown) => ({
              services: shown,
              readAt: toInstant(clock.now()),
              stale: toWireError(error),
            }),
          )
          const same = JSON.stringify({ ...item, readAt: '' })
          if (same === last) continue
          last = same
          yield { kind: first ? 'snapshot' : 'change', item }
          if (first) yield { kind: 'ready' }
          first = false
          await clock.sleep(DETAIL_EVERY_MS, signal).catch(() => undefined)
        }
      } finally {
        signal.removeEventListener('abort', end)
        stopEnd()
        stop?.()
        unwatch?.()
        release()
        over.abort()
        await ticking
      }
    },

    'logs.sources': async ({ context, node }, signal) => {
      const { talos } = await clusters.cluster(context)
      return { services: [...(await talos.logSources(node, signal))] }
    },

    'logs.follow': async function* ({ context, node, source, tailLines }, signal) {
      const { talos } = await clusters.cluster(context)
      const isKernel = source.kind === 'kernel'
      const lines = isKernel
        ? talos.kernelLog(node, { follow: true, tail: false }, signal)
        : talos.serviceLog(node, { id: source.id, follow: true, tailLines }, signal)
      yield* tailLog({
        lines,
        // Kernel and machined both print the command line, addresses with their tokens included.
        parse: (line) => {
          const text = hideLooseSecrets(line)
          return isKernel ? parseKernelLine(text) : { text }
        },
        tailLines,
        clock,
        signal,
      })
    },

    'nodes.talosctl': async ({ context, node }) => {
      await clusters.cluster(context)
      return { commands: talosctlFor(node) }
    },
  }
}

/** The context may have been renewed, or the node forgotten, between two clicks. */
function theNode(found: FollowedNode | undefined, address: string): FollowedNode {
  if (found === undefined) {
    throw new TalosFailure(
      'not-found',
      `${address} is not a node of this cluster as far as its members tell.`,
      { node: address },
    )
  }
  return found
}

function bootReading(facts: BootFacts): BootReading {
  return {
    ...present('loader', loaderOf(facts)),
    ...present('entry', runningLabel(facts)),
    ...present('cmdline', valueOf(facts.kernelCmdline)),
  }
}

async function* watchDetail(
  fleet: FollowedFleet,
  address: string,
  { clusters, clock }: Deps,
  context: Parameters<ClustersPort['cluster']>[0],
  opened: AbortSignal,
): AsyncIterable<StreamEvent<ReturnType<typeof detailOf>>> {
  const followed = theNode(fleet.node(address), address)
  const over = new AbortController()
  const signal = AbortSignal.any([opened, over.signal])
  const { talos } = await clusters.cluster(context)
  const queue = createPulse()
  const unwatch = followed.alsoWatch(DETAIL_TYPES)
  const stop = followed.onChange(() => queue.set())
  const end = (): void => queue.end()
  signal.addEventListener('abort', end, { once: true })
  const stopEnd = fleet.onEnd(end)
  const stopLeave = fleet.onChange((node, how) => {
    if (how === 'left' && node === followed) end()
  })
  const readings: { -readonly [K in keyof DetailReadings]: DetailReadings[K] } = { samples: [] }
  let bootRead: string | undefined

  /** The boot id, the kernel and the architecture change only with a boot. */
  async function readBoot(): Promise<void> {
    const { bootedAt, reach } = followed.summary()
    if (bootedAt === undefined || bootedAt === bootRead || reach.kind !== 'answering') return
    bootRead = bootedAt
    delete readings.bootId
    delete readings.boot
    const asked = talos.version(NodeAddress.parse(followed.address), signal)
    const [version, bootId, boot] = await Promise.allSettled([
      asked,
      talos.bootId(followed.address, signal),
      readStart(talos, followed.address, asked.then(known), signal),
    ])
    if (version.status === 'fulfilled') readings.arch = version.value.arch
    if (bootId.status === 'fulfilled') readings.bootId = bootId.value
    if (boot.status === 'fulfilled') readings.boot = bootReading(boot.value)
    queue.set()
  }

  const sampling = tick(
    () => {
      const { cpuPercent, memory, disk, reach } = followed.summary()
      const heard = reach.kind === 'answering'
      readings.samples = [
        ...readings.samples.slice(1 - SAMPLES),
        {
          at: toInstant(clock.now()),
          ...(heard && cpuPercent !== undefined ? { cpuPercent } : {}),
          ...(heard && memory !== undefined ? { memoryUsed: memory.used } : {}),
          ...(heard && disk !== undefined ? { diskUsed: disk.used } : {}),
        },
      ]
      queue.set()
    },
    SAMPLE_EVERY_MS,
    clock,
    signal,
  )

  try {
    yield { kind: 'snapshot', item: detailOf(followed, readings) }
    yield { kind: 'ready' }
    while (await queue.changed()) {
      void readBoot()
      yield { kind: 'change', item: detailOf(followed, readings) }
      await clock.sleep(DETAIL_EVERY_MS, signal).catch(() => undefined)
    }
  } finally {
    signal.removeEventListener('abort', end)
    stopEnd()
    stopLeave()
    stop()
    unwatch()
    over.abort()
    await sampling
  }
}

async function tick(act: () => void, everyMs: number, clock: ClockPort, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal).catch(() => undefined)
    act()
  }
}
