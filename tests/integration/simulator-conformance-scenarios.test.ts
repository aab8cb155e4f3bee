import { expect, test } from 'vitest'
import { byLine, gather, LINES, type Line, minorOf } from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'
import { end, eventually, hasNewWay, imageOf, OTHER, troubledLines } from '../fakes/troubled-lines.ts'

/** Each trouble by name as our own client reads it, beside plain grpc-js, on every line at once; issue 3, behaviour.md §14.
 * `drain-blocked-by-pdb` is in `simulator-conformance-cluster`, where there is a Kubernetes. */
const SPEED = 100
const lines = troubledLines(SPEED)
const { own, worker, node, wire, causeAll, settleAll, asked, askedPlainly, spec, tagOf, areReady, upgrade } =
  lines

const M = '/machine.MachineService'
const containerd = { driver: 'CRI', namespace: 'NS_SYSTEM' }
const plainTag = async (line: Line) => (await wire(line).unary(`${M}/Version`)).messages[0]?.version?.tag
const same = <T>(what: T) => byLine(() => what)

test('node-off: unreachable, then another boot', async () => {
  const before = await byLine((line) => own().bootId(node(line), never))
  causeAll('node-off')
  expect(await byLine(async (line) => [await asked(line), await askedPlainly(line)])).toEqual(
    await same(['unreachable', 14]),
  )
  settleAll('node-off')
  await areReady()
  for (const line of LINES) expect(await own().bootId(node(line), never)).not.toBe(before[line])
})

test('slow-node: the answer is right and late', async () => {
  causeAll('slow-node')
  const late = await byLine(async (line) => {
    const began = performance.now()
    const answers = [await tagOf(line), await askedPlainly(line)]
    return [...answers, performance.now() - began > (2 * 3500) / SPEED - 2]
  })
  settleAll('slow-node')
  expect(late).toEqual(await byLine((line) => [line, 'served', true]))
})

test('flapping-link: out of reach and back, again and again, and the kernel log says why', async () => {
  causeAll('flapping-link')
  await byLine(async (line) => {
    const own = (async () => {
      await eventually(() => asked(line), 5).toBe('unreachable')
      await eventually(() => asked(line), 5).toBe('served')
    })()
    await Promise.all([own, eventually(() => askedPlainly(line), 5).toBe(14)])
  })
  settleAll('flapping-link')
  await areReady()
  const told = await byLine(async (line) => {
    const log = await gather(own().kernelLog(node(line), { follow: false, tail: false }, never))
    return ['Down', 'Up'].map((way) => log.some((text) => text.includes(`NIC Link is ${way}`)))
  })
  expect(told).toEqual(await same([true, true]))
})

test('etcd-member-down: its own status fails, another leads, its service does not run', async () => {
  const told: Record<string, unknown> = {}
  // Two of six at a time leave a quorum.
  for (const pair of [LINES.slice(0, 2), LINES.slice(2, 4), LINES.slice(4)]) {
    const [other = 'v1.14.0'] = LINES.filter((line) => !pair.includes(line))
    for (const line of pair) lines.mixed.cluster.cause('etcd-member-down', lines.mixed.hostOf(line))
    Object.assign(
      told,
      await byLine(async (line) => {
        const control = lines.mixed.addressOf(line)
        const id = (await own().etcdMembers(lines.mixed.addressOf(other), never)).find(
          ({ hostname }) => hostname === lines.mixed.hostOf(line),
        )?.id
        const etcd = (await own().services(control, never)).find((service) => service.id === 'etcd')
        return {
          own: await end(own().etcdStatus(control, never)),
          plain: await end(lines.mixed.wire(line).unary(`${M}/EtcdStatus`)),
          leads: (await own().etcdStatus(lines.mixed.addressOf(other), never)).leaderId === id,
          runs: etcd?.state === 'Running',
        }
      }, pair),
    )
    for (const line of pair) lines.mixed.cluster.settle('etcd-member-down', lines.mixed.hostOf(line))
    await byLine(
      (line) => eventually(() => end(own().etcdStatus(lines.mixed.addressOf(line), never))).toBe('served'),
      pair,
    )
  }
  expect(told).toEqual(await same({ own: 'node-error', plain: 2, leads: false, runs: false }))
})

test('etcd-nospace: an alarm under the id of its member', async () => {
  for (const line of LINES) {
    const { memberId } = await own().etcdStatus(lines.mixed.addressOf(line), never)
    lines.mixed.cluster.cause('etcd-nospace', lines.mixed.hostOf(line))
    expect(await own().etcdAlarms(lines.mixed.addressOf(line), never)).toEqual([
      { memberId, alarm: 'NOSPACE' },
    ])
    const { messages } = await lines.mixed.wire(line).unary(`${M}/EtcdAlarmList`)
    expect(messages[0]?.memberAlarms).toMatchObject([{ alarm: 'NOSPACE' }])
    lines.mixed.cluster.settle('etcd-nospace', lines.mixed.hostOf(line))
    expect(await own().etcdAlarms(lines.mixed.addressOf(line), never)).toEqual([])
  }
})

test('upgrade-wrong-image: the installer says so, by the way of the line', async () => {
  causeAll('upgrade-wrong-image')
  const told = await byLine(async (line) => {
    const image = imageOf(OTHER[line])
    if (!hasNewWay(line))
      return [
        await end(own().upgradeLegacy(node(line), { image, stage: false }, never)),
        await end(wire(line).unary(`${M}/Upgrade`, { image })),
      ]
    await gather(own().pullImage(node(line), image, never))
    const last = (await gather(own().install(node(line), image, never))).at(-1)
    const source = { imageName: image }
    const frames = await wire(line).stream('/machine.LifecycleService/Upgrade', { containerd, source }).all()
    return [last, frames.at(-1)?.progress?.exitCode]
  })
  settleAll('upgrade-wrong-image')
  expect(told).toEqual(
    await byLine((line) => (hasNewWay(line) ? [{ kind: 'exit', code: 1 }, 1] : ['refused', 2])),
  )
})

test('pull-stalls: nothing comes any more until it is settled', async () => {
  causeAll('pull-stalls')
  const image = `ghcr.io/siderolabs/installer:v1.12.9`
  const ended = new Set<string>()
  const pulls = LINES.map(async (line) => {
    await own().prePullImage(node(line), image, 'system', never)
    ended.add(line)
  })
  const plain = LINES.filter(hasNewWay).map((line) =>
    wire(line).stream('/machine.ImageService/Pull', { containerd, imageRef: image }),
  )
  for (const stream of plain) await stream.take(4)
  await byLine((line) => asked(line))
  expect([...ended]).toEqual([])
  settleAll('pull-stalls')
  await Promise.all(pulls)
  for (const stream of plain) expect((await stream.all()).at(-1)?.response).toBe('name')
})

test('schematic-missing-extension: not found, with the reason of the factory', async () => {
  const id = lines.mixed.cluster.registry.registerSchematic({ extensions: ['siderolabs/iscsi-tools'] })
  causeAll('schematic-missing-extension')
  const told = await byLine(async (line) => {
    const image = `factory.talos.dev/metal-installer/${id}:${line}`
    const failure: unknown = await own()
      .prePullImage(node(line), image, 'system', never)
      .catch((error: unknown) => error)
    const plain = wire(line).unary(`${M}/ImagePull`, { namespace: 'NS_SYSTEM', reference: image })
    return [
      (failure as { readonly code: string }).code,
      String(failure).includes('siderolabs/iscsi-tools'),
      await end(plain),
    ]
  })
  settleAll('schematic-missing-extension')
  expect(told).toEqual(await same(['not-found', true, 5]))
})

test('reboot-hangs: the answer comes and the node does not, until it is settled', async () => {
  causeAll('reboot-hangs')
  await byLine(async (line) => {
    await own().reboot(node(line), 'default', never)
    await eventually(() => !worker(line).isUp && asked(line)).toBe('unreachable')
    expect(await askedPlainly(line)).toBe(14)
  })
  settleAll('reboot-hangs')
  await areReady()
})

test('apply-kills-network: a try takes the node away and brings it back', async () => {
  causeAll('apply-kills-network')
  await byLine(async (line) => {
    const text = worker(line).readFile('/system/state/config.yaml').toString()
    const tried = text.replace('    sysctls:\n', '    sysctls:\n        net.core.somaxconn: "4096"\n')
    const request = { text: tried, mode: 'try', dryRun: false, trySeconds: 2 } as const
    await own()
      .applyConfiguration(node(line), request, never)
      .catch(() => undefined)
    await eventually(() => Promise.all([asked(line), askedPlainly(line)])).toEqual(['unreachable', 14])
    await eventually(() => asked(line)).toBe('served')
    expect((await own().readMachineConfig(node(line), 'active', never))?.text).toBe(text)
  })
  settleAll('apply-kills-network')
})

test('staged-config-pending: what is on disk differs from what runs, as far as the version tells', async () => {
  const configs = { namespace: 'config', type: 'MachineConfigs.config.talos.dev' }
  const texts = async (line: Line) => {
    const [active, kept] = await Promise.all(
      (['active', 'persistent'] as const).map((id) => own().readMachineConfig(node(line), id, never)),
    )
    const frames = await wire(line).stream('/cosi.resource.State/List', configs).all()
    const specs = new Map(frames.map(({ resource }) => [resource?.metadata?.id, resource?.spec?.yamlSpec]))
    const told = (one: unknown, other: unknown) =>
      other === undefined ? 'unknown' : one === other ? 'same' : 'other'
    return [told(active?.text, kept?.text), told(specs.get('v1alpha1'), specs.get('persistent'))]
  }
  const expected = (what: string) =>
    byLine((line) => (minorOf(line) >= 10 ? [what, what] : ['unknown', 'unknown']))
  causeAll('staged-config-pending')
  expect(await byLine(texts)).toEqual(await expected('other'))
  settleAll('staged-config-pending')
  expect(await byLine(texts)).toEqual(await expected('same'))
})

test('expired-certificate: told by its date, not as another cluster', async () => {
  causeAll('expired-certificate')
  await byLine(async (line) => {
    await eventually(() => asked(line)).toBe('certificate-not-yet-valid')
    expect(await askedPlainly(line)).toBe(14)
  })
  settleAll('expired-certificate')
  await byLine((line) => eventually(() => asked(line)).toBe('served'))
})

test('clock-skew: three hours behind, and not synced', async () => {
  causeAll('clock-skew')
  const told = await byLine(async (line) => {
    const { messages } = await wire(line).unary('/time.TimeService/Time')
    const [times] = messages
    return {
      behind: Number(times?.remotetime?.seconds) - Number(times?.localtime?.seconds),
      status: await spec(line, 'runtime', 'TimeStatuses.v1alpha1', 'node'),
    }
  })
  settleAll('clock-skew')
  expect(told).toEqual(
    await same({ behind: 3 * 3600, status: expect.objectContaining({ synced: false }) as unknown }),
  )
  await byLine((line) =>
    eventually(() => spec(line, 'runtime', 'TimeStatuses.v1alpha1', 'node')).toMatchObject({ synced: true }),
  )
})

test('locked-sequence: a reboot is answered, and only the events say that it does not come', async () => {
  causeAll('locked-sequence')
  const told = await byLine(async (line) => {
    const before = worker(line).bootId
    const { actorId } = await own().reboot(node(line), 'default', never)
    const events = own().events(node(line), { tailEvents: -1, actorId }, never)
    const [event] = await gather(events, () => true)
    const { messages } = await wire(line).unary(`${M}/Reboot`)
    return {
      event: event?.payload,
      plain: messages[0]?.actorId.length,
      stays: worker(line).bootId === before,
    }
  })
  settleAll('locked-sequence')
  expect(told).toEqual(
    await same({
      event: {
        kind: 'sequence',
        sequence: 'reboot',
        action: 'noop',
        error: { code: 'locked', message: 'sequence not started: locked' },
      },
      plain: 36,
      stays: true,
    }),
  )
})

test('disk-failing: the kernel log tells of it while it is followed', async () => {
  causeAll('disk-failing')
  await byLine((line) =>
    gather(own().kernelLog(node(line), { follow: true, tail: true }, never), (text) =>
      text.includes('critical medium error'),
    ),
  )
  const plain = await byLine(async (line) => {
    const frames = await wire(line).stream(`${M}/Dmesg`).all()
    return frames.some(({ bytes }) => bytes.toString().includes('critical medium error'))
  })
  expect(plain).toEqual(await same(true))
  settleAll('disk-failing')
})

test('silent-fallback: another boot, the old version, and not a word', async () => {
  causeAll('silent-fallback')
  const before = await byLine((line) => own().bootId(node(line), never))
  await byLine(upgrade)
  await byLine((line) =>
    eventually(() =>
      own()
        .bootId(node(line), never)
        .catch(() => before[line]),
    ).not.toBe(before[line]),
  )
  await areReady()
  const told = await byLine(async (line) => {
    const log = await gather(own().kernelLog(node(line), { follow: false, tail: false }, never))
    return [await tagOf(line), await plainTag(line), log.some((text) => text.includes('reverting'))]
  })
  settleAll('silent-fallback')
  expect(told).toEqual(await byLine((line) => [line, line, false]))
})

test('upgrade-never-ready: the new version for a while and not ready, then the old one by itself', async () => {
  causeAll('upgrade-never-ready')
  await byLine(async (line) => {
    await upgrade(line)
    await eventually(() => tagOf(line).catch(() => undefined)).toBe(OTHER[line])
    expect(await spec(line, 'runtime', 'MachineStatuses.runtime', 'machine')).not.toMatchObject({
      stage: 'running',
      status: { ready: true },
    })
    await eventually(() => tagOf(line).catch(() => undefined)).toBe(line)
  })
  settleAll('upgrade-never-ready')
  await areReady()
  expect(await byLine(plainTag)).toEqual(await byLine((line) => line))
})

test('mixed-versions: every second node answers as a neighbouring line, and goes back', async () => {
  const moved = lines.mixed.cluster.cause('mixed-versions')
  const address = (name: string): string => `${lines.mixed.cluster.node(name).spec.address}:50000`
  const tags = () =>
    Promise.all(
      moved.map((name) =>
        own()
          .version(address(name), never)
          .then(
            ({ tag }) => tag,
            () => '',
          ),
      ),
    )
  const before = moved.map((name) => lines.mixed.cluster.node(name).spec.talos)
  await eventually(async () => (await tags()).map((tag, at) => tag !== '' && tag !== before[at])).toEqual(
    moved.map(() => true),
  )
  lines.mixed.cluster.settle('mixed-versions')
  await eventually(tags).toEqual(before)
})

test('two-control-planes: two members, and an upgrade of either is refused by what etcd would lose', async () => {
  await byLine((line) =>
    eventually(() => end(own().etcdStatus(lines.mixed.addressOf(line), never))).toBe('served'),
  )
  lines.mixed.cluster.cause('two-control-planes')
  const [first, second] = LINES
  for (const line of [first, second]) {
    expect(
      (await own().etcdMembers(lines.mixed.addressOf(line), never)).map(({ hostname }) => hostname),
    ).toEqual([first, second].map((one) => lines.mixed.hostOf(one)))
    const image = imageOf(OTHER[line])
    const text = 'etcd member count(2) is insufficient to maintain quorum if upgrade commences'
    await expect(lines.mixed.wire(line).unary(`${M}/Upgrade`, { image })).rejects.toMatchObject({
      code: 2,
      details: `error validating etcd for upgrade: ${text}`,
    })
    await expect(
      own().upgradeLegacy(lines.mixed.addressOf(line), { image, stage: false }, never),
    ).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining(text) as string })
  }
  lines.mixed.cluster.settle('two-control-planes')
  await eventually(async () => (await own().etcdMembers(lines.mixed.addressOf(first), never)).length).toBe(6)
})
