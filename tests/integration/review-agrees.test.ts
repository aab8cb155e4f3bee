import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ContextName, NodeAddress } from '#contract/names.ts'
import type { Review } from '#contract/machine-configs.ts'
import { createRunEngine } from '../../main/domain/runs/run-engine.ts'
import { isFailure } from '../../main/domain/talos-failure.ts'
import { createMachineConfigHandlers } from '../../main/ipc/handlers/machine-configs.ts'
import { startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { createClock } from '../../main/simulator/machine/clock.ts'
import { createConfigHistory } from '../../main/store/config-history.ts'
import { createConfigResources } from '../../main/store/config-resources.ts'
import { createDraftStore } from '../../main/store/draft-store.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { systemClock } from '../../main/talos/system-clock.ts'
import { memorySeal, sha256 } from '../fakes/config-scene.ts'
import { createMemoryJournal } from '../fakes/memory-journal.ts'
import { createRecordingLog } from '../fakes/recording-log.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'

type Outcome = 'no-reboot' | 'reboot' | 'refused'

const stack: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const end of stack.splice(0).reverse()) await end()
})

/** One simulated control plane of that version, and the app's own handlers over the real wire. */
async function scene(talosVersion: string) {
  const resourcesDir = join(protosDir, '..', 'resources')
  const life = createClock(60)
  const cluster = await startSimulatedCluster({
    name: 'casa',
    nodes: [{ hostname: 'bronce-1', role: 'controlplane' as const, talos: talosVersion }],
    clock: { ...life, wait: life.sleep },
    protosDir,
    resourcesDir,
  })
  stack.push(() => cluster[Symbol.asyncDispose]())
  const context = contextOf(cluster.talosconfig())
  const talos = createTalosPort({ context, protosDir, connectTimeoutMs: 5_000 })
  stack.push(() => talos.close())
  const log = createRecordingLog()
  const clock = systemClock
  const runs = createRunEngine({ journal: createMemoryJournal(), clock, newId: randomUUID, who: 'ana', log })
  stack.push(() => runs.close())
  const { endpoints, certificate, nodes } = context
  const name = ContextName.parse('casa')
  const handlers = createMachineConfigHandlers({
    clusters: { cluster: async () => ({ name, talos, endpoints, nodes, certificate, demo: false }) },
    runs,
    clock,
    drafts: createDraftStore('/nonexistent/drafts', memorySeal, log),
    history: createConfigHistory('/nonexistent/history', memorySeal),
    schemas: createConfigResources(resourcesDir),
    log,
    who: 'ana',
    sha256,
    newId: randomUUID,
  })
  const { signal } = new AbortController()
  const ref = { context: name, node: NodeAddress.parse(cluster.node('bronce-1').spec.address) }
  async function review(edit: (shown: string) => string): Promise<Review> {
    const { active } = await handlers['machine-configs.read'](ref, signal)
    return handlers['machine-configs.review']({ ...ref, text: edit(active.text) }, signal)
  }
  return { handlers, ref, signal, review }
}

/** Puts lines at the head of a section, in the indentation that the text has; `\t` stands for one level. */
function under(section: string, ...lines: readonly string[]) {
  return (shown: string): string => {
    const level = /^machine:\n(?: *#.*\n)*( +)\w/m.exec(shown)?.[1] ?? '  '
    const depth = section.split('.').length
    const head = new RegExp(`^${level.repeat(depth - 1)}${section.split('.').at(-1) ?? ''}:[^\\n]*\\n`, 'm')
    const written = lines.map((line) => level.repeat(depth) + line.replaceAll('\t', level) + '\n').join('')
    const changed = shown.replace(head, (found) => found + written)
    if (changed === shown) throw new Error(`no ${section} in the configuration`)
    return changed
  }
}
function document(kind: string, ...lines: readonly string[]) {
  return (shown: string): string =>
    `${shown}---\napiVersion: v1alpha1\nkind: ${kind}\n${lines.map((line) => `${line}\n`).join('')}`
}

interface Change {
  readonly name: string
  readonly edit: (shown: string) => string
  /** What the node does with it in the mode `auto`. */
  readonly outcome: (minor: number) => Outcome
}
const always = (outcome: Outcome) => (): Outcome => outcome
/** Up to 1.13 a reboot, from 1.14 on never. */
const untilThirteen = (minor: number): Outcome => (minor < 14 ? 'reboot' : 'no-reboot')

const CHANGES: readonly Change[] = [
  {
    name: 'a sysctl',
    edit: under('machine.sysctls', 'net.core.somaxconn: "4096"'),
    outcome: always('no-reboot'),
  },
  {
    name: 'a label',
    edit: under('machine', 'nodeTaints:', '\tshelf: "2:NoSchedule"'),
    outcome: always('no-reboot'),
  },
  {
    name: 'the API server',
    edit: under('cluster.apiServer', 'extraArgs:', '\tv: "2"'),
    outcome: always('no-reboot'),
  },
  {
    name: 'etcd',
    edit: under('cluster.etcd', 'extraArgs:', '\tauto-compaction-retention: "8"'),
    outcome: always('no-reboot'),
  },
  {
    name: 'the installation',
    edit: under('machine.install', 'legacyBIOSSupport: true'),
    outcome: always('no-reboot'),
  },
  {
    name: 'environment variables',
    edit: under('machine', 'env:', '\tGRPC_GO_LOG: info'),
    outcome: untilThirteen,
  },
  {
    name: 'a file',
    edit: under(
      'machine',
      'files:',
      '\t- path: /var/etc/x',
      '\t  op: create',
      '\t  permissions: 0o644',
      '\t  content: hi',
    ),
    outcome: untilThirteen,
  },
  { name: 'udev rules', edit: under('machine', 'udev:', '\trules: []'), outcome: untilThirteen },
  {
    name: 'a Kubernetes outside the matrix',
    edit: (shown) => shown.replace(/(kubelet:v1)\.\d+\.\d+/, '$1.20.1'),
    outcome: (minor) => (minor >= 11 ? 'refused' : 'no-reboot'),
  },
  {
    name: 'a document that came with 1.12',
    edit: document('OOMConfig', 'sampleInterval: 100ms'),
    outcome: (minor) => (minor >= 12 ? 'no-reboot' : 'refused'),
  },
  {
    name: 'a host name in two places',
    edit: (shown) =>
      shown.includes('kind: HostnameConfig')
        ? under('machine', 'network:', '\thostname: other')(shown)
        : document('HostnameConfig', 'hostname: other')(shown),
    outcome: always('refused'),
  },
]

describe.each([
  ['v1.9.6', 9],
  ['v1.11.6', 11],
  ['v1.12.11', 12],
  ['v1.13.9', 13],
  ['v1.14.0', 14],
] as const)('on a simulated node of Talos %s', (version, minor) => {
  let here: Awaited<ReturnType<typeof scene>>
  beforeEach(async () => {
    here = await scene(version)
  })

  test('the review and the dry run of the node agree on what a change does', async () => {
    const { handlers, ref, signal, review } = here
    const told: string[] = []
    for (const { name, edit, outcome } of CHANGES) {
      const reviewed = await review(edit)
      const isRefused =
        reviewed.table.counts.rejected > 0 || reviewed.problems.some(({ severity }) => severity === 'error')
      const call = { ...ref, reviewId: reviewed.reviewId, mode: 'auto' as const }
      const answer = await handlers['machine-configs.dry-run'](call, signal).catch((error: unknown) => {
        if (isFailure(error, 'config-refused')) return undefined
        throw error
      })
      const ours = isRefused ? 'refused' : answer?.expected
      const node = answer === undefined ? 'refused' : answer.mode === 'reboot' ? 'reboot' : 'no-reboot'
      told.push(
        `${name}: ${ours === 'unknown' ? node : String(ours)} = ${node}${answer?.agrees === false ? ', other lines' : ''}`,
      )
      if (answer !== undefined) expect(answer.effectAgrees, name).toBe(true)
      // A row that needs a reboot says so, and one that does not does not.
      if (outcome(minor) === 'reboot') expect(reviewed.table.counts.reboot, name).toBeGreaterThan(0)
    }
    expect(told).toEqual(CHANGES.map(({ name, outcome }) => `${name}: ${outcome(minor)} = ${outcome(minor)}`))
  })

  test('disks, links and the way to the node are judged by what the node has', async () => {
    const { review } = here
    const risks = async (edit: (shown: string) => string): Promise<readonly string[]> =>
      (await review(edit)).table.groups.flatMap((group) =>
        group.rows.flatMap((row) => row.risks.map(({ code, level }) => `${code} ${level}`)),
      )
    const volume = (match: string) =>
      document('VolumeConfig', 'name: IMAGECACHE', 'provisioning:', '  diskSelector:', `    match: ${match}`)
    expect(await risks(volume('disk.transport == "floppy"'))).toContain('disk-none decide')
    // The loop device that Talos runs from is no disk to put a volume on.
    expect(await risks(volume('"!system_disk"'))).toContain('disk-none decide')
    expect(await risks(volume('system_disk'))).not.toContain('disk-none decide')
    expect(await risks(volume('disk.nope'))).toContain('selector-invalid decide')
    const legacy = (name: string) => (shown: string) =>
      /^ +interfaces:\n/m.test(shown)
        ? shown.replace(
            /^( +)interfaces:\n/m,
            `$1interfaces:\n$1    - interface: ${name}\n$1      mtu: 9000\n`,
          )
        : under('machine', 'network:', '\tinterfaces:', `\t\t- interface: ${name}`, `\t\t  mtu: 9000`)(shown)
    expect(await risks(legacy('eth99'))).toContain('link-missing decide')
    // The port that carries the address by which the test reaches the node.
    const mine = (shown: string): string =>
      shown.replace(
        /^( *)(- interface: \w+|name: (?:en|eth)\w+)(.*)\n/m,
        (whole, indent: string, head: string) =>
          `${whole}${indent}${head.startsWith('-') ? '  ' : ''}mtu: 9000\n`,
      )
    expect(await risks(mine)).toContain('touches-connection decide')
  })
})
