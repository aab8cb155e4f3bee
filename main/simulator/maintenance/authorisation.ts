import { Code, SimulatedStatus } from '../machine-api.ts'

const READER: ReadonlySet<string> = new Set(['os:reader'])

/** Who calls is not asked in maintenance; everybody may read. */
export function maintenanceRoles(): ReadonlySet<string> {
  return READER
}

/** Everybody may do these too from 1.13 on, while a machine waits (behaviour.md §1.6, §9.1). */
const OPEN_SINCE_1_13: ReadonlySet<string> = new Set([
  '/machine.MachineService/ApplyConfiguration',
  '/storage.StorageService/BlockDeviceWipe',
])

/** What the small server up to 1.12 answers. */
const SMALL: ReadonlySet<string> = new Set([
  '/machine.MachineService/ApplyConfiguration',
  '/storage.StorageService/Disks',
  '/storage.StorageService/BlockDeviceWipe',
  '/cosi.resource.State/Get',
  '/cosi.resource.State/List',
  '/cosi.resource.State/Watch',
  '/cosi.resource.State/Create',
  '/cosi.resource.State/Update',
  '/cosi.resource.State/Destroy',
])

/** What it has, and keeps for administrators, who come over SideroLink only. */
const SIDEROLINK_ONLY: ReadonlySet<string> = new Set(
  ['Version', 'Upgrade', 'Reset', 'Reboot', 'MetaWrite', 'MetaDelete'].map(
    (method) => `/machine.MachineService/${method}`,
  ),
)

const SMALL_SERVICES = ['machine.MachineService', 'storage.StorageService', 'cosi.resource.State']

/**
 * Whether the call needs no further permission.
 * @throws UNIMPLEMENTED up to 1.12, in the words of that server
 */
export function opensInMaintenance(path: string, minor: number): boolean {
  if (minor >= 13) return OPEN_SINCE_1_13.has(path)
  if (SMALL.has(path)) return true
  if (SIDEROLINK_ONLY.has(path))
    throw new SimulatedStatus(Code.UNIMPLEMENTED, 'API is not implemented in maintenance mode')
  const [, service = '', method = ''] = path.split('/')
  throw new SimulatedStatus(
    Code.UNIMPLEMENTED,
    SMALL_SERVICES.includes(service) ? `method ${method} not implemented` : `unknown service ${service}`,
  )
}
