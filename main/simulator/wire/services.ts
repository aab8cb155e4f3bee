import type { ImageServiceHandlers } from '../../talos/generated/machine/ImageService.ts'
import type { LifecycleServiceHandlers } from '../../talos/generated/machine/LifecycleService.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { AnyMethod, Methods } from './call.ts'
import { clusterMethods } from './cluster-methods.ts'
import { etcdDowngradeMethods } from './etcd-downgrade.ts'
import { etcdMethods } from './etcd-methods.ts'
import { fileMethods } from './file-methods.ts'
import { imageChangeMethods, imageMethods, legacyImageMethods, lifecycleMethods } from './image-methods.ts'
import { actionMethods } from './machine-actions.ts'
import { identityMethods } from './machine-identity.ts'
import { inspectMethods } from './inspect-methods.ts'
import { monitoringMethods } from './machine-monitoring.ts'
import { containerMethods } from './container-methods.ts'
import { streamMethods } from './machine-streams.ts'
import { networkMethods } from './network-methods.ts'
import { stateMethods } from './state-service.ts'
import { storageMethods, timeMethods } from './storage-and-time.ts'
import { lvmMethods, mdMethods } from './volume-methods.ts'
import { wipeMethods } from './wipe-methods.ts'

const machineMethods: Methods<MachineServiceHandlers> = {
  ...identityMethods,
  ...actionMethods,
  ...streamMethods,
  ...fileMethods,
  ...monitoringMethods,
  ...containerMethods,
  ...networkMethods,
  ...etcdMethods,
  ...etcdDowngradeMethods,
  ...legacyImageMethods,
}

/** Every method a simulated node answers, by path; all others are UNIMPLEMENTED. */
export const SERVICES: ReadonlyMap<string, AnyMethod> = new Map([
  ...byPath('machine.MachineService', machineMethods),
  ...byPath('machine.ImageService', {
    ...imageMethods,
    ...imageChangeMethods,
  } satisfies Methods<ImageServiceHandlers>),
  ...byPath('machine.LifecycleService', lifecycleMethods satisfies Methods<LifecycleServiceHandlers>),
  ...byPath('machine.LVMService', lvmMethods),
  ...byPath('machine.MDService', mdMethods),
  ...byPath('storage.StorageService', { ...storageMethods, ...wipeMethods }),
  ...byPath('time.TimeService', timeMethods),
  ...byPath('cluster.ClusterService', clusterMethods),
  ...byPath('inspect.InspectService', inspectMethods),
  ...byPath('cosi.resource.State', stateMethods),
])

function byPath(service: string, methods: object): readonly (readonly [string, AnyMethod])[] {
  return Object.entries(methods as Readonly<Record<string, AnyMethod>>).map(([name, method]) => [
    `/${service}/${name}`,
    method,
  ])
}
