/** Role × RPC with the minor release each came and went in; behaviour.md §1.6. A method without a rule is admin's only. */
type Role =
  | 'os:admin'
  | 'os:operator'
  | 'os:reader'
  | 'os:etcd:backup'
  | 'os:impersonator'
  | 'os:image:verifier'
  | 'os:meta:writer'

export interface RpcRule {
  readonly roles: readonly Role[]
  /** Minor release: 13 for 1.13. */
  readonly since?: number
  readonly removedIn?: number
}

const ADMIN: readonly Role[] = ['os:admin']
const OPERATOR: readonly Role[] = ['os:admin', 'os:operator']
const READER: readonly Role[] = ['os:admin', 'os:operator', 'os:reader']
const ETCD: readonly Role[] = ['os:admin', 'os:operator', 'os:reader', 'os:etcd:backup']

function rules(service: string, methods: string, roles: readonly Role[], span: Omit<RpcRule, 'roles'> = {}) {
  return methods
    .split(/\s+/)
    .map((method): [string, RpcRule] => [`/${service}/${method}`, { roles, ...span }])
}

const MACHINE = 'machine.MachineService'

export const RPC_RULES: ReadonlyMap<string, RpcRule> = new Map([
  ...rules(
    MACHINE,
    'Version Hostname ServiceList Events Dmesg Logs LogsContainers Containers Stats Processes Memory SystemStat ' +
      'LoadAvg CPUInfo CPUFreqStats DiskStats NetworkDeviceStats Mounts Netstat List DiskUsage ImageList',
    READER,
  ),
  ...rules(MACHINE, 'EtcdMemberList EtcdStatus EtcdAlarmList', ETCD),
  ...rules(MACHINE, 'EtcdSnapshot', ['os:admin', 'os:operator', 'os:etcd:backup']),
  ...rules(
    MACHINE,
    'Reboot Shutdown Restart ServiceStart ServiceStop ServiceRestart PacketCapture ImagePull EtcdDefragment ' +
      'EtcdAlarmDisarm',
    OPERATOR,
  ),
  ...rules(
    MACHINE,
    'ApplyConfiguration Bootstrap Upgrade Rollback Reset Kubeconfig Read Copy GenerateClientConfiguration ' +
      'EtcdRecover EtcdLeaveCluster EtcdForfeitLeadership EtcdRemoveMemberByID',
    ADMIN,
  ),
  ...rules(MACHINE, 'MetaWrite MetaDelete', ['os:admin', 'os:meta:writer']),
  ...rules(MACHINE, 'EtcdDowngradeValidate EtcdDowngradeEnable EtcdDowngradeCancel', ADMIN, { since: 11 }),
  ...rules(MACHINE, 'GenerateConfiguration', ADMIN, { removedIn: 13 }),
  ...rules('machine.ImageService', 'List', READER, { since: 13 }),
  ...rules('machine.ImageService', 'Verify', [...READER, 'os:image:verifier'], { since: 13 }),
  ...rules('machine.ImageService', 'Pull', OPERATOR, { since: 13 }),
  ...rules('machine.ImageService', 'Import Remove', ADMIN, { since: 13 }),
  ...rules('machine.LifecycleService', 'Install Upgrade', ADMIN, { since: 13 }),
  ...rules('machine.DebugService', 'ContainerRun', ADMIN, { since: 13 }),
  ...rules('machine.LVMService', 'LogicalVolumeRemove PhysicalVolumeRemove VolumeGroupRemove', ADMIN, {
    since: 14,
  }),
  ...rules('machine.MDService', 'Destroy', ADMIN, { since: 14 }),
  ...rules('machine.StorageService', 'Statfs', READER, { since: 15 }),
  ...rules('storage.StorageService', 'Disks', READER),
  ...rules('storage.StorageService', 'BlockDeviceWipe', ADMIN),
  ...rules('time.TimeService', 'Time TimeCheck', READER),
  ...rules('cluster.ClusterService', 'HealthCheck', READER),
  ...rules('inspect.InspectService', 'ControllerRuntimeDependencies', READER),
  ...rules('cosi.resource.State', 'Get List Watch', READER),
  ...rules('cosi.resource.State', 'Create Update Destroy', ADMIN),
  ...rules('cosi.resource.State', 'Teardown TeardownAndDestroy', ADMIN, { since: 14 }),
])
