import type { ImageServiceHandlers } from '../../talos/generated/machine/ImageService.ts'
import type { LifecycleServiceHandlers } from '../../talos/generated/machine/LifecycleService.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { AnyMethod, Methods } from './call.ts'
import { clusterMethods } from './cluster-methods.ts'
import { etcdMethods } from './etcd-methods.ts'
import { fileMethods } from './file-methods.ts'
import { imageMethods, legacyImageMethods, lifecycleMethods } from './image-methods.ts'
import { actionMethods } from './machine-actions.ts'
import { identityMethods } from './machine-identity.ts'
import { monitoringMethods } from './machine-monitoring.ts'
import { containerMethods } from './machine-processes.ts'
import { streamMethods } from './machine-streams.ts'
import { stateMethods } from './state-service.ts'
import { storageMethods, timeMethods } from './storage-and-time.ts'

const machineMethods: Methods<MachineServiceHandlers> = {
  ...identityMethods,
  ...actionMethods,
  ...streamMethods,
  ...fileMethods,
  ...monitoringMethods,
  ...containerMethods,
  ...etcdMethods,
  ...legacyImageMethods,
}

/** Every method a simulated node answers, by path; all others are UNIMPLEMENTED. */
export const SERVICES: ReadonlyMap<string, AnyMethod> = new Map([
  ...byPath('machine.MachineService', machineMethods),
  ...byPath('machine.ImageService', imageMethods satisfies Methods<ImageServiceHandlers>),
  ...byPath('machine.LifecycleService', lifecycleMethods satisfies Methods<LifecycleServiceHandlers>),
  ...byPath('storage.StorageService', storageMethods),
  ...byPath('time.TimeService', timeMethods),
  ...byPath('cluster.ClusterService', clusterMethods),
  ...byPath('cosi.resource.State', stateMethods),
])

function byPath(service: string, methods: object): readonly (readonly [string, AnyMethod])[] {
  return Object.entries(methods as Readonly<Record<string, AnyMethod>>).map(([name, method]) => [
    `/${service}/${name}`,
    method,
  ])
}
