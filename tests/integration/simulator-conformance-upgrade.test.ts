import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InstallerEvent, PullProgress } from '../../main/domain/nodes/talos-port.ts'
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
import { hasNewWay, imageOf, OTHER } from '../fakes/troubled-lines.ts'

/** Pulls, installers, both ways of an upgrade and the way back, on every line with both clients; behaviour.md §5. */
let mixed: MixedCluster
beforeAll(async () => {
  mixed = await startMixedCluster({
    controlPlanes: LINES,
    workers: LINES,
    controlPlane: { bootLoader: 'grub' },
    worker: { bootLoader: 'systemd-boot' },
    kubernetes: false,
    speed: 200,
  })
})
afterAll(async () => mixed[Symbol.asyncDispose]())

const PULL = '/machine.ImageService/Pull'
const IMAGE_PULL = '/machine.MachineService/ImagePull'
const UPGRADE = '/machine.LifecycleService/Upgrade'
const LEGACY = '/machine.MachineService/Upgrade'
const ROLLBACK = '/machine.MachineService/Rollback'
const containerd = { driver: 'CRI', namespace: 'NS_SYSTEM' }
const NONE = imageOf('v1.13.99')

const worker = (line: Line): string => mixed.addressOf(line, 'worker')
const wire = (line: Line) => mixed.wireTo(mixed.hostOf(line, 'worker'))

async function tag(line: Line): Promise<string | undefined> {
  const answer = mixed.port().version(worker(line), never)
  return answer.then(
    (version) => version.tag,
    () => undefined,
  )
}

async function isReady(line: Line): Promise<boolean> {
  const key = { namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev', id: 'machine' }
  const status = await mixed
    .port()
    .get(worker(line), key, never)
    .catch(() => undefined)
  return /"stage":"running".*"ready":true/.test(JSON.stringify(status?.spec ?? ''))
}

async function runs(line: Line, talos: string): Promise<void> {
  await expect
    .poll(async () => ((await isReady(line)) ? tag(line) : undefined), { timeout: 25_000 })
    .toBe(talos)
}

describe.each(LINES)('%s', (line) => {
  const own = () => mixed.port()

  test('without another entry a rollback is refused, in the words of the boot loader', async () => {
    for (const [role, wanted] of [
      [undefined, 'B'],
      ['worker', 'previous UKI'],
    ] as const) {
      const details = `cannot rollback to ${wanted}, label does not exist`
      await expect(mixed.wireTo(mixed.hostOf(line, role)).unary(ROLLBACK)).rejects.toMatchObject({
        code: 2,
        details,
      })
      await expect(own().rollback(mixed.addressOf(line, role), never)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining(details) as string,
      })
    }
  })

  test('a pull tells its layers from 1.13 on, and nothing before', async () => {
    const image = imageOf(OTHER[line])
    const stream = () => wire(line).stream(PULL, { containerd, imageRef: image })
    if (hasNewWay(line)) {
      const frames = await stream().all()
      expect(frames.at(-1)).toMatchObject({
        response: 'name',
        name: expect.stringMatching(
          new RegExp(`^${image.replaceAll('.', '\\.')}@sha256:[\\da-f]{64}$`),
        ) as string,
      })
      const layers = new Map<string, string[]>()
      for (const { pullProgress } of frames) {
        if (!pullProgress) continue
        const steps = layers.get(pullProgress.layerId) ?? []
        if (steps.at(-1) !== pullProgress.progress?.status) steps.push(pullProgress.progress?.status ?? '')
        layers.set(pullProgress.layerId, steps)
      }
      expect(layers.size).toBeGreaterThan(1)
      for (const steps of layers.values())
        expect(steps).toEqual(['DOWNLOADING', 'DOWNLOAD_COMPLETE', 'EXTRACTING', 'EXTRACT_COMPLETE'])
      const again: readonly PullProgress[] = await gather(own().pullImage(worker(line), image, never))
      expect(again.map(({ status }) => status)).toEqual([...layers].map(() => 'exists'))
    } else {
      await expect(stream().all()).rejects.toMatchObject({
        code: 12,
        details: 'unknown service machine.ImageService',
      })
      await expect(gather(own().pullImage(worker(line), image, never))).rejects.toMatchObject({
        code: 'unsupported-by-version',
      })
    }
    // The older call is there on every line, and our client takes it where there is no other.
    await wire(line).unary(IMAGE_PULL, { namespace: 'NS_SYSTEM', reference: image })
    await own().prePullImage(worker(line), image, 'system', never)
    await expect(
      wire(line).unary(IMAGE_PULL, { namespace: 'NS_SYSTEM', reference: NONE }),
    ).rejects.toMatchObject({
      code: 5,
    })
    await expect(own().prePullImage(worker(line), NONE, 'system', never)).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('the old way checks image and version before it answers', async () => {
    const far = minorOf(line) >= 12 ? 'v1.9.6' : 'v1.14.0'
    const why = minorOf(line) >= 12 ? 'too new to downgrade to' : 'too old to upgrade to'
    for (const [image, text] of [
      [NONE, 'not found'],
      [imageOf(far), `host version ${line.slice(1)} is ${why} Talos ${far.slice(1)}`],
    ] as const) {
      await expect(wire(line).unary(LEGACY, { image })).rejects.toMatchObject({
        code: 2,
        details: expect.stringMatching(
          new RegExp(`^error validating installer image "[^"]+": .*${text.replaceAll('.', '\\.')}`),
        ) as string,
      })
      await expect(own().upgradeLegacy(worker(line), { image, stage: false }, never)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining(text) as string,
      })
    }
  })

  test('the new way wants what was pulled, sends output as its version does, and ends with a code', async () => {
    const stream = (imageName: string) => wire(line).stream(UPGRADE, { containerd, source: { imageName } })
    const install = (image: string) => gather(own().install(worker(line), image, never))
    if (!hasNewWay(line)) {
      await expect(stream('x').all()).rejects.toMatchObject({ code: 12 })
      await expect(install('x')).rejects.toMatchObject({ code: 'unsupported-by-version' })
      return
    }
    const missing = `upgrade failed: installer image ${NONE} not found in containerd store`
    await expect(stream(NONE).all()).rejects.toMatchObject({ code: 13, details: missing })
    await expect(install(NONE)).rejects.toMatchObject({ code: 'node-error' })
    await expect(stream('').all()).rejects.toMatchObject({
      code: 3,
      details: 'installer image name is required',
    })
    const far = 'v1.9.6'
    await wire(line).unary(IMAGE_PULL, { namespace: 'NS_SYSTEM', reference: imageOf(far) })
    const refused: readonly InstallerEvent[] = await install(imageOf(far))
    expect(refused.at(-1)).toEqual({ kind: 'exit', code: minorOf(line) >= 14 ? 3 : 1 })
    expect(JSON.stringify(refused)).toContain('too new to downgrade')

    const first = stream(imageOf(OTHER[line]))
    const begun = await first.take(1)
    await expect(install(imageOf(OTHER[line]))).rejects.toMatchObject({ code: 'conflict' })
    const frames = [...begun, ...(await first.all())]
    expect(frames.at(-1)?.progress).toMatchObject({ response: 'exitCode', exitCode: 0 })
    const pieces = frames.slice(0, -1).map(({ progress }) => progress?.message ?? '')
    // 1.13 sends what it has, line ends and all; 1.14 sends lines.
    expect(pieces.some((piece) => piece.includes('\n'))).toBe(minorOf(line) < 14)
    const events = await install(imageOf(OTHER[line]))
    const lines = events.flatMap((event) => (event.kind === 'line' ? [event.text] : []))
    expect(lines[0]).toBe(`running Talos installer ${OTHER[line]}`)
    expect(lines).toContain('all pre-flight checks successful')
    expect(lines.at(-1)).toBe(`installation of ${OTHER[line]} complete`)
    expect(events.at(-1)).toEqual({ kind: 'exit', code: 0 })
  })
})

test('each comes back as the other release, and by a rollback as what it was, its configuration untouched', async () => {
  const told = await byLine(async (line) => {
    const own = mixed.port()
    const config = (await own.readMachineConfig(worker(line), 'active', never))?.text
    const boot = await own.bootId(worker(line), never)
    if (hasNewWay(line)) await own.reboot(worker(line), 'default', never)
    else await own.upgradeLegacy(worker(line), { image: imageOf(OTHER[line]), stage: false }, never)
    await runs(line, OTHER[line])
    const upgraded = await own.bootId(worker(line), never)
    const plain = (await wire(line).unary('/machine.MachineService/Version')).messages[0]?.version?.tag
    const log = await gather(own.kernelLog(worker(line), { follow: false, tail: false }, never))
    await own.rollback(worker(line), never)
    await runs(line, line)
    return {
      plain,
      boots: new Set([boot, upgraded, await own.bootId(worker(line), never)]).size,
      saysWhat: log.some((text) => text.includes(`[initramfs] booting Talos ${OTHER[line]}`)),
      isSettled: log.some((text) => text.includes('removing fallback entry')),
      isSame: (await own.readMachineConfig(worker(line), 'active', never))?.text === config,
    }
  })
  expect(told).toEqual(
    await byLine((line) => ({ plain: OTHER[line], boots: 3, saysWhat: true, isSettled: true, isSame: true })),
  )
})

test('the old way of our client staged: the image waits in META and is installed by the next boot', async () => {
  const told = await byLine(async (line) => {
    const own = mixed.port()
    const boots: string[] = []
    mixed.machine(line, 'worker').power.on('up', () => boots.push('up'))
    await own.upgradeLegacy(worker(line), { image: imageOf(OTHER[line]), stage: true }, never)
    await runs(line, OTHER[line])
    return { listens: boots.length, tag: await tag(line) }
  })
  // Once to install, when only 1.13 and later can be talked to, and once to start what was installed.
  expect(told).toEqual(await byLine((line) => ({ listens: hasNewWay(line) ? 2 : 1, tag: OTHER[line] })))
})
