import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type SimulatedCluster, startSimulatedCluster } from './cluster.ts'
import { serveControl } from './control/serve-control.ts'
import type { StorageSystem } from './kubernetes/storage/storage.ts'
import { SCENARIOS } from './data/scenarios.ts'
import { isReleased } from './machine/versions.ts'
import type { SparePlan } from './demo-nodes.ts'
import { serveFactory } from './factory/serve-factory.ts'

const USAGE = `Usage: simulator [options]
  --controlplanes N   how many (default: the demo's cluster of five)
  --workers N
  --talos LIST        versions given to the nodes in turn: v1.13.9,v1.14.0
  --contract LIST     1.13 or 1.14 for the configs of 1.14 nodes, in turn (default 1.13)
  --storage LIST      longhorn, rook-ceph, cloudnative-pg (default longhorn)
  --speed N           how much faster than real time (default 1)
  --seed TEXT         the same seed gives the same machines
  --maintenance N     machines that wait for a config
  --extra-disks N     blank disks more in each worker and waiting machine
  --scenario LIST     troubles from the start: two-control-planes,slow-node@estante-1; --scenario help lists them
  --out DIR           where talosconfigs, kubeconfig and control.json go (default: the current folder)
  --protos DIR        our .proto files
`

/**
 * The simulated cluster on its own: starts it, writes talosconfigs, says so in one line and runs until `end` resolves.
 * @param host.installed folder that holds protos/ and resources/
 * @throws with a sentence for the person when an argument makes no sense
 */
export async function runSimulator(
  args: readonly string[],
  host: { readonly installed: string; readonly end: Promise<void>; print(text: string): void },
): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      controlplanes: { type: 'string' },
      workers: { type: 'string' },
      talos: { type: 'string' },
      contract: { type: 'string', default: '1.13' },
      storage: { type: 'string', default: 'longhorn' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      maintenance: { type: 'string', default: '0' },
      'extra-disks': { type: 'string', default: '0' },
      scenario: { type: 'string', default: '' },
      out: { type: 'string', default: '.' },
      protos: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    host.print(USAGE)
    return
  }
  if (values.scenario === 'help') {
    for (const { name, effect } of SCENARIOS) host.print(`${name.padEnd(28)} ${effect}\n`)
    return
  }
  const sized = [values.controlplanes, values.workers, values.talos].some((value) => value !== undefined)
  const extraDisks = countOf('extra-disks', values['extra-disks'])
  const versions = versionsOf(values.talos ?? 'v1.13.9')
  const contracts = wordsOf('contract', values.contract, CONTRACTS)
  const controlPlanes = countOf('controlplanes', values.controlplanes ?? '3', 1)
  const workers = countOf('workers', values.workers ?? '0')
  const maintenance = countOf('maintenance', values.maintenance)
  if (controlPlanes + workers + maintenance > MOST)
    throw new Error(
      `at most ${MOST} machines have an address here, not ${controlPlanes + workers + maintenance}`,
    )
  // Before anything is started: a folder that cannot be written to would end it all when it is ready.
  makeFolder(values.out)
  const cluster = await startSimulatedCluster({
    protosDir: values.protos ?? join(host.installed, 'protos'),
    resourcesDir: join(host.installed, 'resources'),
    storage: wordsOf('storage', values.storage, STORAGE),
    speed: speedOf(values.speed),
    seed: values.seed,
    spares: spares(maintenance, versions, extraDisks),
    ...(sized
      ? {
          nodes: {
            controlPlanes,
            workers,
            talos: versions,
            extraDisks,
            contracts,
          },
        }
      : {}),
  })
  try {
    cause(cluster, values.scenario)
    writeTalosconfigs(cluster, values.out)
    writeFileSync(join(values.out, 'kubeconfig'), await cluster.kubeconfig(), { mode: 0o600 })
    await using factory = await serveFactory(cluster.registry)
    await using control = await serveControl(cluster)
    const file = join(values.out, 'control.json')
    const { url, token } = control
    writeFileSync(file, `${JSON.stringify({ url, token, factory: factory.url })}\n`, { mode: 0o600 })
    host.print(`ready: ${cluster.name} at ${cluster.endpoints.join(', ')}; talosconfig in ${values.out}\n`)
    await host.end
    rmSync(file, { force: true })
  } finally {
    await cluster[Symbol.asyncDispose]()
  }
}

/** Each with an address of its own in a /24. */
const MOST = 250
const CONTRACTS = ['1.13', '1.14'] as const
const STORAGE: readonly StorageSystem[] = ['longhorn', 'rook-ceph', 'cloudnative-pg']

function wordsOf<Word extends string>(name: string, list: string, known: readonly Word[]): readonly Word[] {
  return list
    .split(',')
    .filter((text) => text !== '')
    .map((text) => {
      const word = known.find((one) => one === text)
      if (word === undefined) throw new Error(`--${name} knows ${known.join(', ')}, not "${text}"`)
      return word
    })
}

/** A whole number, from `least` on. */
function countOf(name: string, text: string, least = 0): number {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new Error(`--${name} takes a whole number${least > 0 ? ` from ${least} on` : ''}, not "${text}"`)
  return Number(text)
}

function speedOf(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--speed takes a number above 0, not "${text}"`)
  return value
}

/** Written with `v` and without it; the machines know the lines from 1.9 to 1.14. */
function versionsOf(list: string): readonly string[] {
  return list.split(',').map((text) => {
    const version = withV(text.trim())
    if (!isReleased(version) || version.startsWith('v1.8.'))
      throw new Error(`--talos takes releases from v1.9.0 to v1.14 such as v1.13.9, not "${text}"`)
    return version
  })
}

/**
 * The folder and those above it, for its owner alone. One at a time: Node's own recursion never ends where the system
 * says "no such file" for a new folder, as in /proc.
 * @throws with a sentence when it cannot be had or written to
 */
function makeFolder(path: string): void {
  const missing: string[] = []
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at)
  try {
    for (const folder of missing) mkdirSync(folder, { mode: 0o700 })
    if (!statSync(path).isDirectory()) throw new Error(`${path} is a file`)
    accessSync(path, constants.W_OK)
  } catch (error) {
    throw new Error(`--out cannot be written to: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** Of the versions in turn, from the last: a machine that comes later is seldom older. */
function spares(count: number, versions: readonly string[], extraDisks: number): readonly SparePlan[] {
  return Array.from({ length: count }, (_none, index) => ({
    extraDisks,
    talos: versions.at(-1 - (index % versions.length)) ?? 'v1.13.9',
  }))
}

/** `scenario` or `scenario@hostname`, several with commas between. */
function cause(cluster: SimulatedCluster, scenario: string): void {
  for (const entry of scenario.split(',').filter((text) => text !== '')) {
    const [name = '', hostname] = entry.split('@')
    cluster.cause(name, hostname)
  }
}

/** Versions are written with and without it. */
function withV(version: string): string {
  return /^\d/.test(version) ? `v${version}` : version
}

/** Keys are for their owner's eyes only. */
function writeTalosconfigs(cluster: SimulatedCluster, out: string): void {
  const texts = {
    talosconfig: cluster.talosconfig(),
    'talosconfig.operator': cluster.talosconfig('os:operator'),
    'talosconfig.reader': cluster.talosconfig('os:reader'),
    'talosconfig.expired': cluster.talosconfig('os:admin', { expired: true }),
  }
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(out, file), text, { mode: 0o600 })
}
