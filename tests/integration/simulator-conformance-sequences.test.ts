import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createManualClock } from '../../main/simulator/machine/clock.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
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
import { phasesTold, stepOfEvent, stepOfFrame, type ToldStep } from '../fakes/told-steps.ts'
import { type SequenceFacts, sequenceFacts } from '../fixtures/sequences.ts'

/** Every sequence with its phases and tasks, on every line, as plain grpc-js and our own client are told of it; behaviour.md §5.4. */
let mixed: MixedCluster
const clock = createManualClock()
beforeAll(async () => {
  mixed = await startMixedCluster({
    controlPlanes: LINES,
    workers: LINES,
    // All control planes of the lines leave etcd together, and the last member of all may not.
    more: [{ hostname: 'stays', role: 'controlplane', talos: 'v1.14.0' }],
    clock,
    kubernetes: false,
  })
})
afterAll(async () => mixed[Symbol.asyncDispose]())

const EVENTS = '/machine.MachineService/Events'
const linesOf = ({ phases }: SequenceFacts): readonly string[] =>
  phases.map(({ name, tasks }) => `${name}: ${tasks.join(' ')}`)

/** What each of two clients was told, until the connection ended. */
interface Told {
  readonly plain: readonly ToldStep[]
  readonly own: readonly ToldStep[]
  /** Kinds of events on the wire that had an actor's id, and that had none. */
  readonly acted: ReadonlySet<string>
  readonly others: ReadonlySet<string>
}

/** Follows nodes with both clients while each is asked for something with our own, until it drops them. */
async function followed(
  role: 'worker' | undefined,
  ask: (node: string, line: Line) => Promise<{ readonly actorId: string }>,
  lines: readonly Line[] = LINES,
  wanted: 'from now on' | 'since the boot' = 'from now on',
): Promise<Readonly<Record<string, Followed>>> {
  const open = new Map<Line, Told>()
  const told = byLine(async (line) => {
    const { ends, ...steps } = await follow(line, role, wanted)
    open.set(line, steps)
    const [{ actorId }, ...reasons] = await Promise.all([
      ask(mixed.addressOf(line, role), line),
      ...ends.map((end) => end.finally(() => open.delete(line))),
    ])
    expect(reasons).toEqual([14, 'unreachable'])
    return { ...steps, actorId }
  }, lines)
  const life = { goesOn: true }
  void told.finally(() => (life.goesOn = false)).catch(() => undefined)
  while (life.goesOn) {
    await Promise.all(
      lines.map(async (line) => {
        if (mixed.machine(line, role).isUp) await caughtUp(line, role, () => open.get(line))
      }),
    )
    // Less than the moment for which a node that goes down keeps its connections.
    await clock.advance(140)
  }
  return told
}

type Followed = Told & { readonly actorId: string }

/** An answer comes behind all events that were sent before it; our own client has another connection. */
async function caughtUp(
  line: Line,
  role: 'worker' | undefined,
  steps: () => Told | undefined,
): Promise<void> {
  await mixed
    .wireTo(mixed.hostOf(line, role))
    .unary('/machine.MachineService/Version')
    .catch(() => undefined)
  for (let told = steps(); told && told.own.length < told.plain.length; told = steps()) await turn()
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function follow(
  line: Line,
  role: 'worker' | undefined,
  wanted: 'from now on' | 'since the boot',
): Promise<Told & { readonly ends: readonly Promise<unknown>[] }> {
  const plain: ToldStep[] = []
  const own: ToldStep[] = []
  const acted = new Set<string>()
  const others = new Set<string>()
  const why = (error: unknown): unknown => (error as { readonly code: unknown }).code
  const stream = mixed
    .wireTo(mixed.hostOf(line, role))
    .stream(EVENTS, wanted === 'since the boot' ? { tailEvents: -1 } : {})
  await stream.take(1)
  const plainEnd = (async (): Promise<never> => {
    for (;;) {
      const frames = await stream.take(1)
      plain.push(...stepsOf(frames.map(stepOfFrame)))
      for (const { actorId, data } of frames)
        (actorId === '' ? others : acted).add(data?.type_url.split('.').at(-1) ?? '')
    }
  })().catch(why)
  let subscribe: () => void = () => undefined
  const subscribed = new Promise<void>((resolve) => (subscribe = resolve))
  const ownEnd = (async () => {
    // With one event of the past the stream shows that it is there.
    for await (const event of mixed
      .port()
      .events(mixed.addressOf(line, role), { tailEvents: wanted === 'since the boot' ? -1 : 1 }, never)) {
      subscribe()
      own.push(...stepsOf([stepOfEvent(event)]))
    }
    return 'over'
  })().catch(why)
  await subscribed
  if (wanted === 'from now on') own.splice(0)
  return { plain, own, acted, others, ends: [plainEnd, ownEnd] }
}

const stepsOf = (steps: readonly (ToldStep | undefined)[]): readonly ToldStep[] =>
  steps.flatMap((one) => one ?? [])

const isReady = (machine: SimulatedMachine): boolean =>
  machine.isUp &&
  /stage: running[^]*ready: true/.test(
    machine.resources.get({ namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev', id: 'machine' })
      ?.yamlSpec ?? '',
  )

async function allBack(role: 'worker' | undefined, before: Readonly<Record<string, string>>): Promise<void> {
  const isBack = (line: Line): boolean => {
    const machine = mixed.machine(line, role)
    return machine.bootId !== before[line] && isReady(machine)
  }
  await clock.runUntil(() => LINES.every(isBack), 600_000)
}

/** Both clients' view of one sequence under its actor, held against the table. */
function expectTold(
  told: Readonly<Record<string, Followed>>,
  sequence: string,
  facts: (minor: number) => SequenceFacts,
): void {
  const expected: Record<string, unknown> = {}
  const seen: Record<string, unknown> = {}
  for (const line of LINES) {
    const { plain, own, actorId } = told[line]!
    expect(actorId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    const mine = (steps: readonly ToldStep[]) =>
      phasesTold(
        steps.filter((step) => step.actorId === actorId),
        sequence,
      )
    const phases = linesOf(facts(Number(line.split('.')[1])))
    // The last task never comes back: the machine is gone.
    const open = [...phases.slice(0, -1), `[${phases.at(-1) ?? ''}]`]
    expected[line] = { plain: open, own: open }
    seen[line] = { plain: mine(plain), own: mine(own) }
  }
  expect(seen).toEqual(expected)
}

/** From 1.14 on nothing is published there any more. */
const installerOf = (line: Line): string =>
  line === 'v1.14.0'
    ? `factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:${line}`
    : `ghcr.io/siderolabs/installer:${line}`

const bootIds = async (role?: 'worker') => byLine((line) => mixed.machine(line, role).bootId)

describe('a boot', () => {
  test('is replayed with the phases and tasks of its line, to both clients', async () => {
    const told = await byLine(async (line) => {
      const stream = mixed.wire(line, 'os:reader').stream(EVENTS, { tailEvents: -1 })
      const isOver = (step: ToldStep | undefined): boolean => step?.text === 'sequence boot stop'
      const plain: ToldStep[] = []
      while (!isOver(plain.at(-1)))
        plain.push(...[stepOfFrame((await stream.take(1))[0]!)].flatMap((one) => one ?? []))
      stream.cancel()
      const events = mixed.port('os:reader').events(mixed.addressOf(line), { tailEvents: -1 }, never)
      const own = (await gather(events, (event) => isOver(stepOfEvent(event)))).flatMap(
        (event) => stepOfEvent(event) ?? [],
      )
      return ['initialize', 'install', 'boot'].map((name) => [phasesTold(plain, name), phasesTold(own, name)])
    })
    const expected = await byLine((_line, minor) =>
      (['initialize', 'install', 'boot'] as const).map((name) => {
        const phases = linesOf(sequenceFacts(name, minor))
        return [phases, phases]
      }),
    )
    expect(told).toEqual(expected)
  })

  test('numbers its phases in the kernel log, those left out counted', async () => {
    const numbered = (log: readonly string[]) =>
      log.flatMap((entry) => {
        const [, text] =
          /\[talos\] (\w+ sequence: \d+ phase\(s\)|phase \w+ \(\d+\/\d+\): \d+ tasks\(s\))$/.exec(entry) ?? []
        return text === undefined ? [] : [text]
      })
    const told = await byLine(async (line) => {
      const frames = await mixed.wire(line).stream('/machine.MachineService/Dmesg').all()
      const plain = frames.map(({ bytes }) => bytes.toString().trimEnd())
      const own = await gather(
        mixed.port().kernelLog(mixed.addressOf(line), { follow: false, tail: false }, never),
      )
      return [numbered(plain), numbered(own)]
    })
    const expected = await byLine((_line, minor) => {
      const lines = (['initialize', 'install', 'boot'] as const).flatMap((name) => {
        const { count, phases } = sequenceFacts(name, minor)
        return [
          `${name} sequence: ${count} phase(s)`,
          ...phases.map(
            (phase) => `phase ${phase.name} (${phase.number}/${count}): ${phase.tasks.length} tasks(s)`,
          ),
        ]
      })
      return [lines, lines]
    })
    expect(told).toEqual(expected)
  })
})

describe('asked for with our own client', () => {
  test('a reboot', async () => {
    const before = await bootIds('worker')
    const told = await followed('worker', (node) => mixed.port('os:operator').reboot(node, 'default', never))
    expectTold(told, 'reboot', (minor) => sequenceFacts('reboot', minor))
    for (const line of LINES) {
      expect([...told[line]!.acted].sort()).toEqual([
        'PhaseEvent',
        'RestartEvent',
        'SequenceEvent',
        'TaskEvent',
      ])
      expect([...told[line]!.others]).toEqual(
        expect.arrayContaining(['MachineStatusEvent', 'ServiceStateEvent']),
      )
      expect([...told[line]!.others]).not.toContain('TaskEvent')
    }
    await allBack('worker', before)
  })

  test('a reboot by force stops nothing from 1.12 on, and is a plain one before', async () => {
    const before = await bootIds('worker')
    const told = await followed('worker', (node) => mixed.port().reboot(node, 'force', never))
    expectTold(told, 'reboot', (minor) => sequenceFacts(minor >= 12 ? 'forcedReboot' : 'reboot', minor))
    await allBack('worker', before)
  })

  test.each([
    ['a shutdown drains', false, 'shutdown'],
    ['a shutdown by force does not', true, 'forcedShutdown'],
  ] as const)('%s', async (_name, force, facts) => {
    const before = await bootIds('worker')
    const told = await followed('worker', (node) => mixed.port().shutdown(node, force, never))
    expectTold(told, 'shutdown', (minor) => sequenceFacts(facts, minor))
    const booted = byLine((line) => mixed.machine(line, 'worker').powerOn())
    await allBack('worker', before)
    await booted
  })

  test.each([
    ['an upgrade the old way', false, 'upgrade'],
    ['an upgrade the old way, staged for the next boot', true, 'stageUpgrade'],
  ] as const)('%s', async (_name, stage, sequence) => {
    const before = await bootIds('worker')
    const told = await followed('worker', (node, line) =>
      mixed.port().upgradeLegacy(node, { image: installerOf(line), stage }, never),
    )
    expectTold(told, sequence, (minor) => sequenceFacts(sequence, minor))
    await allBack('worker', before)
  })

  test('the installation that was staged, on the lines whose API is up by then', async () => {
    const seen: readonly Line[] = LINES.slice(0, 2)
    const before = await bootIds('worker')
    await followed('worker', (node, line) =>
      mixed.port().upgradeLegacy(node, { image: installerOf(line), stage: true }, never),
    )
    await clock.runUntil(() => seen.every((line) => mixed.machine(line, 'worker').isUp), 600_000)
    const told = await followed('worker', () => Promise.resolve({ actorId: '' }), seen, 'since the boot')
    for (const line of seen) {
      const phases = linesOf(sequenceFacts('stagedInstall', minorOf(line)))
      const open = [...phases.slice(0, -1), `[${phases.at(-1) ?? ''}]`]
      const { plain, own } = told[line]!
      expect([phasesTold(plain, 'install'), phasesTold(own, 'install')]).toEqual([open, open])
    }
    await allBack('worker', before)
  })

  test.each([
    ['a worker', 'worker', 'reset'],
    ['a control plane, which leaves etcd', undefined, 'resetOfControlPlane'],
  ] as const)('a graceful reset of %s', async (_name, role, facts) => {
    const before = await bootIds(role)
    const told = await followed(role, (node) =>
      mixed
        .port()
        .reset(
          node,
          { graceful: true, reboot: true, mode: 'all', partitions: ['EPHEMERAL'], userDisks: [] },
          never,
        ),
    )
    expectTold(told, 'reset', (minor) => sequenceFacts(facts, minor))
    if (role === 'worker') await allBack(role, before)
  })
})
