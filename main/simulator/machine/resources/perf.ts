import type { LoadSnapshot } from '../../machine-api.ts'
import { powerOf, type MachineCore } from '../core.ts'
import { put } from './keys.ts'

const EVERY = 30_000

/** All that a node tells, in its order; what the load says nothing of is zero. */
const MEMORY_KEYS = [
  ...['total', 'used', 'available', 'buffers', 'cached', 'swapCached', 'active', 'inactive', 'activeAnon'],
  ...[
    'inactiveAnon',
    'activeFile',
    'inactiveFile',
    'unevictable',
    'mlocked',
    'swapTotal',
    'swapFree',
    'dirty',
  ],
  ...['writeback', 'anonPages', 'mapped', 'shmem', 'slab', 'sreclaimable', 'sunreclaim', 'kernelStack'],
  ...['pageTables', 'nfsunstable', 'bounce', 'writeBacktmp', 'commitLimit', 'commitTedas', 'vmallocTotal'],
  ...[
    'vmallocUsed',
    'vmallocChunk',
    'hardwareCorrupted',
    'anonHugePages',
    'shmemHugePages',
    'shmemPmdMapped',
  ],
  ...['cmaTotal', 'cmaFree', 'hugePagesTotal', 'hugePagesFree', 'hugePagesRsvd', 'hugePagesSurp'],
  ...['hugepagesize', 'directMap4k', 'directMap2m', 'directMap1g'],
]

/** The perf resources, written anew every 30 s (behaviour.md §8.5). */
export async function keepPublishingStats(core: MachineCore, load: () => LoadSnapshot): Promise<void> {
  const power = powerOf(core)
  try {
    for (;;) {
      await core.clock.sleep(EVERY, power)
      if (!core.life.firstBoot) publishStats(core, load())
    }
  } catch {
    // The power went.
  }
}

function publishStats(core: MachineCore, { cpu, memory }: LoadSnapshot): void {
  const owner = { owner: 'perf.StatsController' }
  const { cores } = core.spec
  const each = Object.fromEntries(Object.entries(cpu).map(([kind, seconds]) => [kind, seconds / cores]))
  put(
    core,
    'perf',
    'CPUStats.perf',
    'latest',
    {
      cpu: Array.from({ length: cores }, () => ({ ...each, guest: 0, guestNice: 0 })),
      cpuTotal: { ...cpu, guest: 0, guestNice: 0 },
      irqTotal: Math.round(cpu.system * 4100),
      contextSwitches: Math.round((cpu.user + cpu.system) * 9200),
      processCreated: Math.round(cpu.user * 3),
      processRunning: 1,
      processBlocked: 0,
      softIrqTotal: Math.round(cpu.softIrq * 9000),
    },
    owner,
  )
  put(
    core,
    'perf',
    'MemoryStats.perf',
    'latest',
    {
      ...Object.fromEntries(MEMORY_KEYS.map((key) => [key, 0])),
      total: memory.total,
      used: memory.total - memory.free,
      available: memory.available,
      buffers: memory.buffers,
      cached: memory.cached,
    },
    owner,
  )
}
