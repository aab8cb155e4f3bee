import { createHash } from 'node:crypto'
import {
  Code,
  SimulatedStatus,
  type InstallerOutput,
  type LayerProgress,
  type SimulatedMachine,
} from '../machine-api.ts'
import { asWritten, installEntry, type BootImage } from './boot-disk.ts'
import { hostnameOf, powerOf, talosOf, type MachineCore } from './core.ts'
import { installerLines } from './installer-lines.ts'
import { jitter } from './random.ts'
import { notBuilt } from './registry.ts'
import { publishMeta } from './resources/runtime.ts'
import { atLeast, componentsOf, pauseImageOf, upgradeObjection } from './versions.ts'

/** Bytes per simulated second of a home connection. */
const BANDWIDTH = 9_000_000

export async function* pullImage(
  core: MachineCore,
  reference: string,
  signal: AbortSignal,
): AsyncGenerator<LayerProgress, string> {
  if (core.services.stateOf('containerd') !== 'Running')
    throw new SimulatedStatus(
      Code.UNAVAILABLE,
      'connection error: desc = "transport: error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"',
    )
  return yield* fetchLayers(core, reference, AbortSignal.any([signal, powerOf(core)]))
}

/** Layers one after the other, each downloaded in steps and extracted; a second pull finds them all there. */
export async function* fetchLayers(
  core: MachineCore,
  reference: string,
  signal: AbortSignal,
): AsyncGenerator<LayerProgress, string> {
  if (core.troubles.has('schematic-missing-extension') && reference.includes('factory.talos.dev'))
    throw notBuilt(reference, 'siderolabs/iscsi-tools', /:(v[^@]+)/.exec(reference)?.[1] ?? '')
  const { digest, layers } = core.cluster.registry.resolve(reference)
  const began = core.clock.now()
  const present = core.pulled.has(reference)
  for (const [at, total] of layers.entries()) {
    const layerId = `sha256:${digest.slice(7 + at, 7 + at + 12)}${at}`
    const elapsed = (): number => core.clock.now() - began
    if (present) {
      yield { layerId, status: 'ALREADY_EXISTS', offset: total, total, elapsed: elapsed() }
      continue
    }
    yield* download(core, layerId, total, elapsed, signal)
  }
  const size = layers.reduce((sum, layer) => sum + layer, 0)
  if (!present) core.pulled.set(reference, { digest, size, at: core.clock.now() })
  return `${reference.replace(/@.*/, '')}@${digest}`
}

async function* download(
  core: MachineCore,
  layerId: string,
  total: number,
  elapsed: () => number,
  signal: AbortSignal,
): AsyncGenerator<LayerProgress> {
  const step = Math.max(1_000_000, Math.ceil(total / 8))
  for (let offset = 0; offset < total; offset += step) {
    yield { layerId, status: 'DOWNLOADING', offset, total, elapsed: elapsed() }
    await core.clock.sleep(
      jitter(core.random, (1000 * Math.min(step, total - offset)) / BANDWIDTH, 0.3),
      signal,
    )
    while (core.troubles.has('pull-stalls') && offset + step >= total / 2)
      await core.clock.sleep(1000, signal)
  }
  yield { layerId, status: 'DOWNLOAD_COMPLETE', offset: total, total, elapsed: elapsed() }
  yield { layerId, status: 'EXTRACTING', offset: 0, total, elapsed: elapsed() }
  await core.clock.sleep(jitter(core.random, total / 60_000, 0.3), signal)
  yield { layerId, status: 'EXTRACT_COMPLETE', offset: total, total, elapsed: elapsed() }
}

/** The installer beside running services, line by line; the wire cuts them as each version does (behaviour.md §5.3). */
export async function* installImage(
  core: MachineCore,
  reference: string,
  signal: AbortSignal,
): AsyncGenerator<InstallerOutput> {
  if (core.life.installing)
    throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'another installation/upgrade is already in progress')
  if (reference === '') throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'installer image name is required')
  const known = [...core.pulled].some(
    ([name, { digest }]) => name === reference || `${name.replace(/@.*/, '')}@${digest}` === reference,
  )
  if (!known)
    throw new SimulatedStatus(
      Code.INTERNAL,
      `upgrade failed: installer image ${reference} not found in containerd store`,
    )
  core.life.installing = true
  try {
    yield* runInstaller(
      core,
      core.cluster.registry.installer(reference),
      AbortSignal.any([signal, powerOf(core)]),
    )
  } finally {
    core.life.installing = false
  }
}

async function* runInstaller(
  core: MachineCore,
  image: BootImage,
  signal: AbortSignal,
): AsyncGenerator<InstallerOutput> {
  const whole = atLeast(talosOf(core), '1.14')
  if (core.troubles.has('upgrade-wrong-image')) {
    await core.clock.sleep(400, signal)
    yield { message: 'exec /bin/installer: exec format error' }
    yield { exitCode: 1 }
    return
  }
  const objection = upgradeObjection(talosOf(core), image.talos)
  for (const [at, [text, milliseconds]] of installerLines(core, image).entries()) {
    await core.clock.sleep(jitter(core.random, milliseconds, 0.3), signal)
    if (objection !== undefined && at === 3) {
      yield { message: `pre-flight checks failed: ${objection}` }
      yield { exitCode: whole ? 3 : 1 }
      return
    }
    if (text.startsWith('installation of')) commit(core, image)
    yield { message: text }
  }
  yield { exitCode: 0 }
}

function commit(core: MachineCore, image: BootImage): void {
  const named = core.life.active?.facts.grubArguments
  const label = installEntry(core.disk, core.life.entry.label, asWritten(core.disk, image, named, false))
  publishMeta(core)
  core.kernel.talos(`installed Talos ${image.talos} as boot entry "${label}"`)
}

/** What containerd holds: the cluster's own images and what was pulled. */
export function listImages(core: MachineCore): ReturnType<SimulatedMachine['images']> {
  const facts = core.life.active?.facts
  const etcd = `registry.k8s.io/etcd:v${componentsOf(talosOf(core)).etcd}`
  const running =
    facts === undefined
      ? []
      : core.spec.role === 'controlplane'
        ? [
            facts.kubeletImage,
            facts.apiServer.image,
            facts.controllerManager.image,
            facts.scheduler.image,
            etcd,
            pauseImageOf(talosOf(core)),
          ]
        : [facts.kubeletImage, pauseImageOf(talosOf(core))]
  const own = running.flatMap((name) => {
    const found = resolveQuietly(core, name)
    if (!found) return []
    const { digest, layers } = found
    return [
      { name, digest, size: layers.reduce((sum, layer) => sum + layer, 0), createdAt: core.life.bootTime },
    ]
  })
  const pulled = [...core.pulled].map(([name, { digest, size, at }]) => ({
    name,
    digest,
    size,
    createdAt: at,
  }))
  const known = new Set([...own, ...pulled].map(({ name }) => name))
  const ofPods = podImages(core).filter(({ name }) => !known.has(name))
  return [...own, ...ofPods].filter(({ name }) => !core.life.removedImages.has(name)).concat(pulled)
}

/** What the kubelet has pulled for the pods on the node. */
function podImages(core: MachineCore): ReturnType<SimulatedMachine['images']> {
  const pods = core.cluster.kubernetes?.podsOn(hostnameOf(core)) ?? []
  const names = new Set(pods.flatMap(({ containers }) => containers.map(({ image }) => image)))
  return [...names].sort().map((name) => {
    const digest = `sha256:${createHash('sha256').update(name).digest('hex')}`
    return {
      name,
      digest,
      size: 20_000_000 + ((name.length * 1_370_000) % 90_000_000),
      createdAt: core.life.bootTime,
    }
  })
}

/** What runs goes on running without its image. */
export function removeImage(core: MachineCore, reference: string): boolean {
  if (!listImages(core).some(({ name }) => name === reference)) return false
  core.pulled.delete(reference)
  core.life.removedImages.add(reference)
  return true
}

export function keepImage(
  core: MachineCore,
  { name, digest, size }: { readonly name: string; readonly digest: string; readonly size: number },
): void {
  core.pulled.set(name, { digest, size, at: core.clock.now() })
}

/** `undefined` where no registry has the image; a config may name any. */
function resolveQuietly(
  core: MachineCore,
  name: string,
): ReturnType<MachineCore['cluster']['registry']['resolve']> | undefined {
  try {
    return core.cluster.registry.resolve(name)
  } catch {
    return undefined
  }
}

/** Why a service's image cannot be had, as its pre stage tells it. */
export function pullObstacle(core: MachineCore, id: string): string | undefined {
  const image = id === 'kubelet' ? core.life.active?.facts.kubeletImage : undefined
  if (image === undefined || resolveQuietly(core, image)) return undefined
  return `failed to pull image "${image}": failed to resolve image: ${image}: not found`
}
