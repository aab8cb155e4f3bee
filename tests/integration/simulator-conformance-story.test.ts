import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Counters } from '../../main/domain/nodes/talos-port.ts'
import { createManualClock, type ManualClock } from '../../main/simulator/machine/clock.ts'
import {
  byLine,
  gather,
  LINES,
  type Line,
  minorOf,
  type MixedCluster,
  startMixedCluster,
} from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'

/**
 * Three clusters on clocks that only the test moves: two of one seed and one of another. What a machine tells of
 * itself, in which order, and that a seed and a clock decide it; behaviour.md §8, §12.2, §14.
 */
interface World extends AsyncDisposable {
  readonly clock: ManualClock
  readonly mixed: MixedCluster
}
let first: World
let twin: World
let other: World
async function start(seed: number): Promise<World> {
  const clock = createManualClock()
  const mixed = await startMixedCluster({ clock, seed, kubernetes: false })
  return { clock, mixed, [Symbol.asyncDispose]: () => mixed[Symbol.asyncDispose]() }
}
beforeAll(async () => {
  first = await start(7)
  twin = await start(7)
  other = await start(8)
})
afterAll(async () => {
  for (const world of [first, twin, other]) await world[Symbol.asyncDispose]()
})

const M = '/machine.MachineService'
const whole = { follow: false, tail: false }
const kernelLog = ({ mixed }: World, line: Line) =>
  gather(mixed.port('os:reader').kernelLog(mixed.addressOf(line), whole, never))

/** Lines of a boot in the order of §12.2, with the releases that have them. */
function bootOrder(line: Line): readonly RegExp[] {
  const minor = minorOf(line)
  const [initialize, boot] = minor === 9 ? [10, 15] : minor === 10 ? [9, 10] : [9, 9]
  const isControlPlane = minor >= 12
  return [
    /^kern: +\w+: .*Linux version \d+\.\d+\.\d+-talos/,
    /Command line: .*talos\.platform=metal/,
    /Run \/init as init process/,
    new RegExp(`\\[talos\\] \\[initramfs\\] booting Talos ${line.replaceAll('.', '\\.')}$`),
    /\[talos\] \[initramfs\] CPU: .*, \d+ core\(s\), \d+ thread\(s\) per core/,
    /\[talos\] \[initramfs\] mounting the rootfs/,
    /\[talos\] \[initramfs\] entering the rootfs/,
    /\[talos\] early startup done/,
    new RegExp(`\\[talos\\] initialize sequence: ${initialize} phase\\(s\\)`),
    /phase systemRequirements \(1\//,
    /phase earlyServices \(2\//,
    /service\[machined\]\(Running\)/,
    /phase usb \(3\//,
    /phase meta \(4\//,
    /phase config \(/,
    /machine config loaded successfully .*"sources": ?\["state"\]/,
    /initialize sequence: done: /,
    /install sequence: 0 phase\(s\)/,
    new RegExp(`boot sequence: ${boot} phase\\(s\\)`),
    /phase memorySizeCheck /,
    /phase diskSizeCheck /,
    /phase env /,
    /phase dbus /,
    /phase ephemeral /,
    /kern: .*XFS \(\w+\): Mounting V5 Filesystem/,
    /XFS \(\w+\): Ending clean mount/,
    /phase userSetup /,
    /phase startEverything /,
    /task startAllServices \(1\/1\): waiting for \d+ services/,
    ...(isControlPlane ? [/service\[etcd\]\(Preparing\)/] : []),
    /service\[kubelet\]\(Running\): Started task kubelet \(PID \d+\) for container kubelet/,
    /boot sequence: done: /,
    /machine is running and ready/,
  ]
}

describe.each(LINES)('%s', (line) => {
  const node = () => first.mixed.addressOf(line)
  const own = () => first.mixed.port('os:reader')
  const wire = () => first.mixed.wire(line)

  test('boots in the order of a real one, in lines of the right shape, told alike to both clients', async () => {
    const ours = await kernelLog(first, line)
    const frames = await wire().stream(`${M}/Dmesg`).all()
    expect(ours).toEqual(frames.map(({ bytes }) => bytes.toString().replace(/\n$/, '')))
    for (const entry of ours) expect(entry).toMatch(/^\w+: +\w+: \[\d{4}-\d\d-\d\dT[\d:.]+Z\]: /)
    let at = -1
    for (const pattern of bootOrder(line)) {
      const next = ours.findIndex((entry, index) => index > at && pattern.test(entry))
      expect([pattern.source, next > at]).toEqual([pattern.source, true])
      at = next
    }
  })

  test('runs the services of its line, each with its history and health', async () => {
    const isControlPlane = minorOf(line) >= 12
    const services = await own().services(node(), never)
    const { messages } = await wire().unary(`${M}/ServiceList`)
    expect(messages[0]?.services.map(({ id, state }) => [id, state])).toEqual(
      services.map(({ id, state }) => [id, state]),
    )
    const ids = services.map(({ id }) => id)
    expect(ids).toEqual(
      expect.arrayContaining([
        'apid',
        'auditd',
        'containerd',
        'cri',
        'dashboard',
        'kubelet',
        'machined',
        'syslogd',
        'udevd',
      ]),
    )
    for (const [id, has] of [
      ['etcd', isControlPlane],
      ['trustd', isControlPlane],
      ['sandboxd', minorOf(line) >= 14],
    ] as const)
      expect([id, ids.includes(id)]).toEqual([id, has])
    for (const { id, state, health, events } of services) {
      expect([id, state, health.unknown || health.healthy]).toEqual([id, 'Running', true])
      expect([id, events.at(-1)?.state]).toEqual([id, 'Running'])
    }
    // What has no check is unknown, not healthy.
    expect(services.find(({ id }) => id === 'dashboard')?.health.unknown).toBe(true)
    const kubelet = services.find(({ id }) => id === 'kubelet')?.events ?? []
    expect(kubelet.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Waiting for .*service "cri" to be "up"/) as string,
        'Running pre state',
        'Creating service runner',
        expect.stringMatching(/^Started task kubelet \(PID \d+\) for container kubelet$/) as string,
        'Health check successful',
      ]),
    )
  })
})

interface Figures {
  readonly busy: number
  readonly ours: Counters
  readonly cores: number
  readonly written: number
  readonly received: number
  readonly sent: number
  readonly memory: number
}

async function figuresOf(line: Line): Promise<Figures> {
  const wire = first.mixed.wire(line)
  const [stat, disks, links, ours] = await Promise.all([
    wire.unary(`${M}/SystemStat`),
    wire.unary(`${M}/DiskStats`),
    wire.unary(`${M}/NetworkDeviceStats`),
    first.mixed.port('os:reader').counters(first.mixed.addressOf(line), never),
  ])
  const cpu = stat.messages[0]?.cpuTotal
  const parts = [cpu?.user, cpu?.nice, cpu?.system, cpu?.irq, cpu?.softIrq]
  return {
    busy: parts.reduce((sum: number, seconds) => sum + (seconds ?? 0), 0),
    cores: stat.messages[0]?.cpu.length ?? 0,
    written: Number(disks.messages[0]?.total?.writeSectors),
    received: Number(links.messages[0]?.total?.rxBytes),
    sent: Number(links.messages[0]?.total?.txBytes),
    memory: ours.memoryAvailable / ours.memoryTotal,
    ours,
  }
}

test('counters move like those of a living machine: never back, smoothly, and within what it has', async () => {
  const reads: Readonly<Record<string, Figures>>[] = []
  for (let minute = 0; minute < 6; minute += 1) {
    reads.push(await byLine(figuresOf))
    await first.clock.advance(60_000)
  }
  for (const line of LINES) {
    const shares: number[] = []
    for (const [at, read] of reads.entries()) {
      const [now, before] = [read[line]!, reads[at - 1]?.[line]]
      expect(Math.abs(now.ours.cpuBusy - now.busy)).toBeLessThan(0.1)
      expect(now.memory).toBeGreaterThan(0)
      expect(now.memory).toBeLessThan(1)
      if (!before) continue
      shares.push((now.busy - before.busy) / (60 * now.cores))
      for (const key of ['written', 'received', 'sent'] as const)
        expect([line, key, now[key] > before[key]]).toEqual([line, key, true])
      expect(Math.abs(now.memory - before.memory)).toBeLessThan(0.05)
    }
    for (const [at, share] of shares.entries()) {
      expect(share).toBeGreaterThan(0)
      expect(share).toBeLessThan(1)
      // Not noise: no minute is twice the one before.
      if (at > 0) expect(share / (shares[at - 1] ?? share)).toBeLessThan(2)
    }
  }
})

test('processes are those of the services, and only ever use more time', async () => {
  const processes = async (line: Line) => {
    const { messages } = await first.mixed.wire(line).unary(`${M}/Processes`)
    const ours = await first.mixed.caller('os:reader').ask(first.mixed.addressOf(line), `${M}/Processes`)
    const processes = messages[0]?.processes ?? []
    expect(ours.messages[0]?.processes).toEqual(processes)
    return processes
  }
  const before = await byLine(processes)
  await first.clock.advance(60_000)
  const after = await byLine(processes)
  for (const line of LINES) {
    const times = new Map((after[line] ?? []).map((one) => [one.pid, one.cpuTime]))
    const all = before[line] ?? []
    expect(all.find(({ pid }) => pid === 1)?.command).toBe('init')
    expect(all.map(({ command }) => command)).toEqual(
      expect.arrayContaining(['kubelet', 'containerd', 'apid']),
    )
    for (const { pid, command, cpuTime, residentMemory } of all) {
      expect([command, (times.get(pid) ?? 0) >= cpuTime]).toEqual([command, true])
      expect(Number(residentMemory)).toBeGreaterThanOrEqual(0)
    }
    expect(all.some(({ pid, cpuTime }) => (times.get(pid) ?? 0) > cpuTime)).toBe(true)
  }
})

test('kernel logs grow while the machines run, and are followed from their end', async () => {
  const own = first.mixed.port('os:reader')
  const before = await byLine((line) => kernelLog(first, line))
  const hangUp = new AbortController()
  const told = await byLine(() => [] as string[])
  const following = LINES.map(async (line) => {
    const follow = { follow: true, tail: true }
    const log = own.kernelLog(first.mixed.addressOf(line), follow, hangUp.signal)
    for await (const entry of log) told[line]?.push(entry)
  }).map((one) => one.catch(() => undefined))
  // Subscribed once another answer came behind it.
  await byLine((line) => own.version(first.mixed.addressOf(line), never))
  await first.clock.advance(1_800_000)
  await expect.poll(() => LINES.filter((line) => told[line]?.length === 0)).toEqual([])
  hangUp.abort()
  await Promise.all(following)
  const after = await byLine((line) => kernelLog(first, line))
  for (const line of LINES) {
    expect(after[line]?.length).toBeGreaterThan(before[line]?.length ?? 0)
    expect(after[line]).toContain(told[line]?.[0])
    expect(before[line]).not.toContain(told[line]?.[0])
  }
})

test('one seed and the same troubles on the same clock are the same story to any client; another seed is not', async () => {
  // The first one has lived already: the others follow it to the same moment.
  const moment = first.clock.now() + 60_000
  async function story({ mixed, clock }: World): Promise<Readonly<Record<string, readonly unknown[]>>> {
    await clock.advance(Math.max(0, moment - clock.now()))
    for (const [name, line] of TROUBLES) mixed.cluster.cause(name, mixed.hostOf(line))
    for (const line of LINES) mixed.machine(line).reboot('DEFAULT')
    await clock.advance(240_000)
    for (const [name, line] of TROUBLES) mixed.cluster.settle(name, mixed.hostOf(line))
    await clock.advance(60_000)
    return byLine(async (line) => {
      const address = mixed.machine(line).spec.address
      const node = mixed.addressOf(line)
      const own = mixed.port()
      const bare = (value: unknown): unknown =>
        JSON.parse(JSON.stringify(value).replaceAll(address, 'ADDRESS'))
      const last = mixed.machine(line).eventHistory().at(-1)?.id
      const events = await gather(own.events(node, { tailEvents: -1 }, never), ({ id }) => id === last)
      const { messages } = await mixed.wire(line).unary(`${M}/Memory`)
      return [
        bare(events),
        await own.counters(node, never),
        messages[0]?.meminfo,
        (await own.services(node, never)).length,
      ]
    })
  }
  const one = await story(first)
  for (const line of LINES) expect((one[line]?.[0] as readonly unknown[]).length).toBeGreaterThan(60)
  expect(await story(twin)).toEqual(one)
  const different = await story(other)
  for (const line of LINES) expect(different[line]).not.toEqual(one[line])
})

const TROUBLES = [
  ['diagnostics', 'v1.9.6'],
  ['disk-failing', 'v1.10.9'],
  ['flapping-link', 'v1.11.6'],
  ['etcd-member-down', 'v1.12.11'],
  ['staged-config-pending', 'v1.13.9'],
  ['etcd-nospace', 'v1.14.0'],
] as const
