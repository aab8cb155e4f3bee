import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { CallContext, Methods } from './call.ts'
import { checkHealthy } from './etcd-methods.ts'
import { checkControlPlane } from './machine-identity.ts'

/** Since 1.11, whose etcd 3.6 knows how to go back one minor release; behaviour.md §7.3. */
export const etcdDowngradeMethods: Methods<MachineServiceHandlers> = {
  EtcdDowngradeValidate({ version }, context) {
    checkControlPlane(context, 'etcd downgrade validate')
    const clusterVersion = checkTarget(version, context)
    return { messages: [{ clusterDowngrade: { clusterVersion } }] }
  },
  EtcdDowngradeEnable({ version }, context) {
    checkControlPlane(context, 'etcd downgrade enable')
    const clusterVersion = checkTarget(version, context)
    context.cluster.etcd.downgrade = version
    return { messages: [{ clusterDowngrade: { clusterVersion } }] }
  },
  EtcdDowngradeCancel(_request, context) {
    checkControlPlane(context, 'etcd downgrade cancel')
    checkHealthy(context, 'query etcd status')
    if (context.cluster.etcd.downgrade === undefined) throw refused('etcdserver: no inflight downgrade')
    context.cluster.etcd.downgrade = undefined
    return {
      messages: [
        {
          clusterDowngrade: {
            clusterVersion: `${context.cluster.etcd.version(context.machine.spec.hostname)}.0`,
          },
        },
      ],
    }
  },
}

/** Talos looks at the shape, etcd at the rest; answers with the version the cluster has now. */
function checkTarget(version: string, context: CallContext): string {
  const invalid = (message: string): SimulatedStatus => new SimulatedStatus(Code.INVALID_ARGUMENT, message)
  if (version === '') throw invalid('version is required for etcd downgrade')
  const parts = version.split('.')
  if (parts.length !== 2) throw invalid('version should be in MAJOR.MINOR format')
  const [major = '', minor = ''] = parts
  if (!/^[+-]?\d+$/.test(major)) throw invalid('major version should be a number')
  if (!/^[+-]?\d+$/.test(minor)) throw invalid('minor version should be a number')
  if (Number(major) < 3 || (Number(major) === 3 && Number(minor) < 5))
    throw invalid('etcd downgrade is only supported to 3.5 and later versions')
  checkHealthy(context, 'query etcd status')
  const current = context.cluster.etcd.version(context.machine.spec.hostname)
  const [currentMajor = '', currentMinor = ''] = current.split('.')
  if (major !== currentMajor || Number(minor) !== Number(currentMinor) - 1)
    throw refused('etcdserver: invalid downgrade target version')
  if (context.cluster.etcd.downgrade !== undefined)
    throw refused('etcdserver: cluster has a downgrade job in progress')
  return `${current}.0`
}

function refused(why: string): Error {
  return new Error(`failed to query etcd status: ${why}`)
}
