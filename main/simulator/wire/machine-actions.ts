import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { Methods } from './call.ts'
import { bootstrapEtcd } from './etcd-bootstrap.ts'
import { minorOf } from './talos-version.ts'
import { durationMilliseconds, secondsAndNanos } from './wire-values.ts'

const DEFAULT_TRY_TIMEOUT = 60_000

/** What changes a node: configuration, power, versions, services. */
export const actionMethods: Methods<MachineServiceHandlers> = {
  async ApplyConfiguration({ data, mode, dryRun, tryModeTimeout }, { machine }) {
    const {
      warnings,
      mode: applied,
      modeDetails,
    } = await machine.apply({
      data,
      mode,
      dryRun,
      tryTimeout: durationMilliseconds(tryModeTimeout) ?? DEFAULT_TRY_TIMEOUT,
    })
    return { messages: [{ warnings: [...warnings], mode: applied, modeDetails }] }
  },
  async Bootstrap(request, context) {
    await bootstrapEtcd(request, context)
    return { messages: [{}] }
  },
  Reboot({ mode }, { machine }) {
    // FORCE came with 1.12; an older node knows the number for no mode of its own and reboots as usual.
    const known = mode === 'FORCE' && minorOf(machine.talosVersion) < 12 ? 'DEFAULT' : mode
    return { messages: [{ actorId: machine.reboot(known).actorId }] }
  },
  Reset({ graceful, reboot, mode, systemPartitionsToWipe, userDisksToWipe }, { machine }) {
    const { actorId } = machine.reset({
      graceful,
      reboot,
      mode,
      partitions: systemPartitionsToWipe.map(({ label, wipe }) => ({ label, wipe })),
      userDisks: userDisksToWipe,
    })
    return { messages: [{ actorId }] }
  },
  MetaWrite({ key, value }, { machine }) {
    checkMetaKey(key)
    machine.writeMeta(key, value.toString())
    return { messages: [{}] }
  },
  MetaDelete({ key }, { machine }) {
    checkMetaKey(key)
    machine.writeMeta(key, undefined)
    return { messages: [{}] }
  },
  Shutdown: ({ force }, { machine }) => ({ messages: [{ actorId: machine.shutdown(force).actorId }] }),
  Rollback(_request, { machine }) {
    machine.rollback()
    return { messages: [{}] }
  },
  async Upgrade({ image, stage, force, preserve, rebootMode }, { machine, signal }) {
    const { actorId } = await machine.upgradeLegacy({ image, stage, force, preserve, rebootMode }, signal)
    return { messages: [{ ack: 'Upgrade request received', actorId }] }
  },
  ServiceList: (_request, { machine }) => ({
    messages: [
      {
        services: machine.services().map(({ id, state, health, events }) => ({
          id,
          state,
          health: {
            unknown: health.unknown,
            healthy: health.healthy,
            lastMessage: health.lastMessage,
            lastChange: secondsAndNanos(health.lastChange),
          },
          events: {
            events: events.map(({ message, state, at }) => ({
              msg: message,
              state,
              ts: secondsAndNanos(at),
            })),
          },
        })),
      },
    ],
  }),
  ServiceStart: ({ id }, { machine }) => ({ messages: [{ resp: machine.serviceAction(id, 'start') }] }),
  ServiceStop: ({ id }, { machine }) => ({ messages: [{ resp: machine.serviceAction(id, 'stop') }] }),
  ServiceRestart: ({ id }, { machine }) => ({ messages: [{ resp: machine.serviceAction(id, 'restart') }] }),
}

function checkMetaKey(key: number): void {
  if (key > 0xff) throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'key must be a uint8')
}
