import type { LifecyclePort, PullProgress } from '../domain/nodes/talos-port.ts'
import { isFailure } from '../domain/talos-failure.ts'
import type { Caller } from './call.ts'
import type { ImageServicePullResponse__Output } from './generated/machine/ImageServicePullResponse.ts'
import type { TalosProtos } from './load-protos.ts'
import { only } from './reading.ts'
import { createLineSplitter } from './split-lines.ts'
import { isAtLeast } from './talos-version.ts'

/** Where the installer image is pulled to and run from, as `talosctl` does it (behaviour.md §5.3). */
const SYSTEM_CONTAINERD = { driver: 'CRI', namespace: 'NS_SYSTEM' } as const
/** The legacy call answers only after the image was pulled and checked. */
const LEGACY_UPGRADE_DEADLINE_MS = 30 * 60_000
const REBOOT_MODE = { default: 'DEFAULT', powercycle: 'POWERCYCLE', force: 'FORCE' } as const
const WIPE_MODE = { all: 'ALL', 'system-disk': 'SYSTEM_DISK', 'user-disks': 'USER_DISKS' } as const
const PRE_PULL_DEADLINE_MS = 15 * 60_000
const STATUS = {
  DOWNLOADING: 'downloading',
  DOWNLOAD_COMPLETE: 'downloaded',
  EXTRACTING: 'extracting',
  EXTRACT_COMPLETE: 'extracted',
  ALREADY_EXISTS: 'exists',
} as const

/** What changes a node: services, reboot, rollback and both upgrades (behaviour.md §5, §7). */
export function createLifecycle(caller: Caller, protos: TalosProtos): LifecyclePort {
  const { machine, image, lifecycle } = protos

  return {
    async serviceAction(node, id, action, signal) {
      const options = { signal, effect: 'write' } as const
      switch (action) {
        case 'start': {
          const answer = await caller.unary(node, machine.ServiceStart, { id }, options)
          return only(answer.messages, node, 'ServiceStart').resp
        }
        case 'stop': {
          const answer = await caller.unary(node, machine.ServiceStop, { id }, options)
          return only(answer.messages, node, 'ServiceStop').resp
        }
        case 'restart': {
          const answer = await caller.unary(node, machine.ServiceRestart, { id }, options)
          return only(answer.messages, node, 'ServiceRestart').resp
        }
      }
    },

    async reboot(node, mode, signal) {
      const request = { mode: REBOOT_MODE[mode] }
      const answer = await caller.unary(node, machine.Reboot, request, { signal, effect: 'write' })
      return { actorId: only(answer.messages, node, 'Reboot').actorId }
    },

    async shutdown(node, force, signal) {
      const answer = await caller.unary(node, machine.Shutdown, { force }, { signal, effect: 'write' })
      return { actorId: only(answer.messages, node, 'Shutdown').actorId }
    },

    async reset(node, { graceful, reboot, mode, partitions, userDisks }, signal) {
      const request = {
        graceful,
        reboot,
        mode: WIPE_MODE[mode],
        systemPartitionsToWipe: partitions.map((label) => ({ label, wipe: true })),
        userDisksToWipe: [...userDisks],
      }
      const answer = await caller.unary(node, machine.Reset, request, { signal, effect: 'write' })
      return { actorId: only(answer.messages, node, 'Reset').actorId }
    },

    async rollback(node, signal) {
      await caller.unary(node, machine.Rollback, {}, { signal, effect: 'write' })
    },

    async *pullImage(node, reference, signal) {
      const request = { containerd: SYSTEM_CONTAINERD, imageRef: reference }
      for await (const frame of caller.stream(node, image.Pull, request, { signal })) {
        const progress = toPullProgress(frame)
        if (progress !== undefined) yield progress
      }
    },

    async prePullImage(node, reference, into, signal) {
      const namespace = into === 'cri' ? ('NS_CRI' as const) : ('NS_SYSTEM' as const)
      try {
        const request = { containerd: { driver: 'CRI' as const, namespace }, imageRef: reference }
        const progress = caller.stream(node, image.Pull, request, { signal })
        while ((await progress.next()).done !== true);
      } catch (error) {
        // Before 1.13 the machine service pulls, and says nothing until it is done.
        if (!isFailure(error, 'unsupported-by-version')) throw error
        await caller.unary(
          node,
          machine.ImagePull,
          { namespace, reference },
          { signal, deadlineMs: PRE_PULL_DEADLINE_MS },
        )
      }
    },

    async *install(node, reference, signal) {
      const answer = await caller.unary(node, machine.Version, {}, { signal })
      const tag = only(answer.messages, node, 'Version').version?.tag ?? ''
      // 1.13 sends the installer's output as it comes, in pieces of up to 512 bytes; 1.14 sends lines.
      const wholeLines = isAtLeast(tag, 1, 14)
      const lines = createLineSplitter()
      const request = { containerd: SYSTEM_CONTAINERD, source: { imageName: reference } }
      const options = { signal, effect: 'write' } as const
      for await (const { progress } of caller.stream(node, lifecycle.Upgrade, request, options)) {
        if (progress?.message !== undefined) {
          const text =
            wholeLines && !progress.message.endsWith('\n') ? `${progress.message}\n` : progress.message
          for (const line of lines.push(Buffer.from(text))) yield { kind: 'line', text: line }
        }
        if (progress?.exitCode !== undefined) {
          for (const line of lines.end()) yield { kind: 'line', text: line }
          yield { kind: 'exit', code: progress.exitCode }
        }
      }
    },

    async upgradeLegacy(node, { image: reference, stage, powerCycle = false }, signal) {
      const request = {
        image: reference,
        stage,
        // Means nothing since 1.8, where EPHEMERAL is always kept; before 1.12 it would not skip the etcd check.
        preserve: false,
        force: false,
        rebootMode: powerCycle ? ('POWERCYCLE' as const) : ('DEFAULT' as const),
      }
      const options = { signal, deadlineMs: LEGACY_UPGRADE_DEADLINE_MS, effect: 'write' } as const
      const answer = await caller.unary(node, machine.Upgrade, request, options)
      return { actorId: only(answer.messages, node, 'Upgrade').actorId }
    },
  }
}

function toPullProgress(frame: ImageServicePullResponse__Output): PullProgress | undefined {
  const layer = frame.pullProgress
  if (layer?.progress === undefined || layer.progress === null) return undefined
  return {
    layerId: layer.layerId,
    status: STATUS[layer.progress.status],
    offset: Number(layer.progress.offset),
    total: Number(layer.progress.total),
  }
}
