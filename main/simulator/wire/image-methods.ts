import { Code, type InstallerOutput, type SimulatedMachine, SimulatedStatus } from '../machine-api.ts'
import type { ContainerdInstance__Output } from '../../talos/generated/common/ContainerdInstance.ts'
import type { ImageServiceHandlers } from '../../talos/generated/machine/ImageService.ts'
import type { LifecycleServiceHandlers } from '../../talos/generated/machine/LifecycleService.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import { unimplemented } from './authorisation.ts'
import type { Methods } from './call.ts'
import { readImageArchive } from './image-import.ts'
import { verifyImage } from './image-verify.ts'
import { systemDisk } from './machine-facts.ts'
import { minorOf } from './talos-version.ts'
import { secondsAndNanos } from './wire-values.ts'

/** 1.13 sends whatever its 512-byte read returned, 1.14 whole lines (behaviour.md §5.3). */
const INSTALLER_READ = 512

export const imageMethods: Methods<ImageServiceHandlers> = {
  async *List({ containerd }, { machine }) {
    checkInstance(containerd)
    for (const { name, digest, size, createdAt } of imagesIn(machine, containerd?.namespace))
      yield { name, digest, size, createdAt: secondsAndNanos(createdAt), labels: {} }
  },
  async *Pull({ containerd, imageRef }, { machine, signal }) {
    checkInstance(containerd)
    const pull = machine.pullImage(imageRef, signal)
    for (;;) {
      const step = await pull.next()
      if (step.done) {
        yield { response: 'name', name: step.value }
        return
      }
      const { layerId, status, offset, total, elapsed } = step.value
      yield {
        response: 'pullProgress',
        pullProgress: { layerId, progress: { status, offset, total, elapsed: secondsAndNanos(elapsed) } },
      }
    }
  },
}

/** What anybody may do to images but pull and list them. */
export const imageChangeMethods: Methods<ImageServiceHandlers> = {
  async Import(requests, { machine }) {
    const stream = requests[Symbol.asyncIterator]()
    const first = await stream.next()
    const instance = first.done ? null : (first.value.containerd ?? null)
    checkInstance(instance)
    const image = await readImageArchive(stream)
    machine.keepImage(image)
    return { name: image.name }
  },
  Remove({ containerd, imageRef }, { machine }) {
    checkInstance(containerd)
    const isThere = imagesIn(machine, containerd?.namespace).some(({ name }) => name === imageRef)
    if (!isThere || !machine.removeImage(imageRef))
      throw new SimulatedStatus(Code.NOT_FOUND, `image ${imageRef} not found`)
    return {}
  },
  Verify: ({ imageRef }, { machine }) => verifyImage(machine, imageRef),
}

/** The image RPCs of all versions, deprecated by 1.13's service. */
export const legacyImageMethods: Methods<MachineServiceHandlers> = {
  async *ImageList({ namespace }, { machine }) {
    for (const { name, digest, size, createdAt } of imagesIn(machine, namespace))
      yield { name, digest, size, createdAt: secondsAndNanos(createdAt) }
  },
  async ImagePull({ reference }, { machine, signal }) {
    const pull = machine.pullImage(reference, signal)
    while (!(await pull.next()).done);
    return { messages: [{}] }
  },
}

export const lifecycleMethods: Methods<LifecycleServiceHandlers> = {
  // eslint-disable-next-line require-yield -- what runs here is installed, and that is the whole answer
  async *Install({ containerd, source }, { machine }) {
    if (systemDisk(machine) !== undefined)
      throw new SimulatedStatus(Code.ALREADY_EXISTS, 'machine is already installed')
    if ((source?.imageName ?? '') === '')
      throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'installer image name is required')
    checkInstance(containerd)
    throw unimplemented('/machine.LifecycleService/Install', minorOf(machine.talosVersion))
  },
  async *Upgrade({ containerd, source }, { machine, signal }) {
    const image = source?.imageName ?? ''
    if (image === '') throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'installer image name is required')
    checkInstance(containerd)
    const cut = createCutter(minorOf(machine.talosVersion))
    for await (const output of machine.installImage(image, signal))
      for (const response of cut(output)) yield { progress: response }
  },
}

const SYSTEM_IMAGES = /\/(etcd|kubelet|installer|[a-z-]+-installer(?:-secureboot)?)(?:\/[\da-f]{64})?[:@]/

/** Talos keeps what it runs and installs itself in another namespace than what pods run. */
function imagesIn(
  machine: SimulatedMachine,
  namespace: string | undefined,
): ReturnType<SimulatedMachine['images']> {
  if (namespace === 'NS_SYSTEM') return machine.images().filter(({ name }) => SYSTEM_IMAGES.test(name))
  if (namespace === 'NS_CRI') return machine.images().filter(({ name }) => !SYSTEM_IMAGES.test(name))
  return machine.images()
}

function checkInstance(instance: ContainerdInstance__Output | null): void {
  if (!instance) throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'containerd instance is required')
  if (instance.namespace === 'NS_UNKNOWN')
    throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'invalid containerd namespace NS_UNKNOWN')
  if (instance.driver === 'CONTAINERD' && instance.namespace === 'NS_CRI')
    throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'cannot use CRI namespace with containerd driver')
}

type Progress =
  | { readonly response: 'message'; readonly message: string }
  | { readonly response: 'exitCode'; readonly exitCode: number }

/** Turns installer lines into frames. The 1.13 cuts fall every 512 characters of the whole output and at each write. */
function createCutter(minor: number): (output: InstallerOutput) => readonly Progress[] {
  let position = 0
  return (output) => {
    if ('exitCode' in output) return [{ response: 'exitCode', exitCode: output.exitCode }]
    const line = output.message.replace(/\n$/, '')
    if (minor >= 14) return [{ response: 'message', message: line }]
    const text = `${line}\n`
    const pieces: Progress[] = []
    for (let at = 0; at < text.length;) {
      const room = INSTALLER_READ - (position % INSTALLER_READ)
      const message = text.slice(at, at + room)
      pieces.push({ response: 'message', message })
      at += message.length
      position += message.length
    }
    return pieces
  }
}
