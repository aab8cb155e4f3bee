import { stringify } from 'yaml'
import { talosOf, type MachineCore } from '../core.ts'
import type { ConfigFile } from '../config/config-file.ts'
import { extensionFacts, schematicYaml } from '../schematic.ts'
import { atLeast, componentsOf } from '../versions.ts'
import { put, remove, replaceAll, withoutEmpty } from './keys.ts'

/** What booted: version, command line, entry, extensions, security state. */
export function publishBoot(core: MachineCore): void {
  const { life } = core
  const talos = talosOf(core)
  if (atLeast(talos, '1.10'))
    put(
      core,
      'runtime',
      'Versions.runtime',
      'version',
      {
        ...(atLeast(talos, '1.13') ? { name: 'Talos' } : {}),
        version: talos,
      },
      { owner: 'runtime.VersionController' },
    )
  if (atLeast(talos, '1.11')) {
    put(
      core,
      'runtime',
      'KernelCmdlines.runtime',
      'cmdline',
      { cmdline: kernelCommandLine(core) },
      { owner: 'runtime.KernelCmdlineController' },
    )
    if (core.disk.loader === 'systemd-boot' && life.entry.label !== '')
      put(
        core,
        'runtime',
        'BootedEntries',
        'bootedentry',
        { bootedEntry: life.entry.label },
        { owner: 'runtime.BootedEntryController' },
      )
  }
  if (atLeast(talos, '1.14'))
    put(
      core,
      'runtime',
      'BootIDs.runtime',
      'boot-id',
      { bootID: life.bootId },
      { owner: 'runtime.BootIDController' },
    )
  const uki = core.disk.loader === 'systemd-boot'
  put(
    core,
    'runtime',
    'SecurityStates',
    'securitystate',
    withoutEmpty({
      secureBoot: core.spec.secureBoot ?? false,
      selinuxState: atLeast(talos, '1.10') ? 'enabled, permissive' : undefined,
      // Left away when false, as everything `omitempty` is.
      bootedWithUKI: atLeast(talos, '1.10') && uki ? true : undefined,
      moduleSignatureEnforced: atLeast(talos, '1.12') ? true : undefined,
    }),
    { owner: 'runtime.SecurityStateController' },
  )
  put(
    core,
    'runtime',
    'PlatformMetadatas',
    'platformmetadata',
    { platform: 'metal' },
    { owner: 'network.PlatformConfigController' },
  )
  publishExtensions(core)
  publishMeta(core)
}

/**
 * `talos.platform=metal console=tty0 …`, with what the schematic bakes in. The path of the kernel is GRUB's own doing: kexec
 * takes the arguments out of grub.cfg without it.
 */
export function kernelCommandLine(core: Pick<MachineCore, 'life' | 'disk'>): string {
  const { label, kernelArguments } = core.life.entry
  const byGrub = core.disk.loader === 'grub' && label !== '' && core.life.startedBy === 'firmware'
  return [
    ...(byGrub ? [`BOOT_IMAGE=/${label}/vmlinuz`] : []),
    'talos.platform=metal',
    'console=tty0',
    ...defaultArguments(core.life.entry.talos),
    ...kernelArguments,
  ].join(' ')
}

/** What each line's installer and images put there by themselves. */
function defaultArguments(talos: string): readonly string[] {
  const upTo = (line: string): boolean => !atLeast(talos, line)
  return [
    ...(upTo('1.14') ? ['init_on_alloc=1'] : []),
    'slab_nomerge=',
    'pti=on',
    'consoleblank=0',
    ...(upTo('1.14') ? ['nvme_core.io_timeout=4294967295'] : []),
    'printk.devkmsg=on',
    ...(upTo('1.11') ? ['ima_template=ima-ng', 'ima_appraise=fix', 'ima_hash=sha512'] : []),
    ...(atLeast(talos, '1.10') ? ['selinux=1'] : []),
    ...(atLeast(talos, '1.12') ? ['module.sig_enforce=1'] : []),
    ...(atLeast(talos, '1.13') ? ['proc_mem.force_override=never'] : []),
  ]
}

function publishExtensions(core: MachineCore): void {
  const { entry } = core.life
  const author = { owner: 'runtime.ExtensionStatusController' }
  for (const [at, extension] of entry.extensions.entries()) {
    const facts = extensionFacts(extension)
    put(
      core,
      'runtime',
      'ExtensionStatuses.runtime',
      String(at),
      {
        image: `${String(at).padStart(3, '0')}.ghcr.io-siderolabs-${facts.name}-${facts.version}`,
        metadata: {
          name: facts.name,
          version: facts.version,
          author: facts.author,
          description: facts.description,
          compatibility: { talos: { version: '>= v1.5.0' } },
        },
      },
      author,
    )
  }
  const yaml = schematicYaml(
    core.cluster.registry.schematic(entry.schematic) ?? {
      extensions: entry.extensions,
      kernelArguments: entry.kernelArguments,
    },
  )
  put(
    core,
    'runtime',
    'ExtensionStatuses.runtime',
    String(entry.extensions.length),
    {
      image: `${String(entry.extensions.length).padStart(3, '0')}.schematic`,
      metadata: {
        name: 'schematic',
        version: entry.schematic,
        author: 'Image Factory',
        description: 'Virtual extension which specifies the schematic of the image built with Image Factory.',
        compatibility: { talos: { version: '>= 1.0.0' } },
        extraInfo: yaml,
      },
    },
    author,
  )
  if (atLeast(entry.talos, '1.14'))
    put(
      core,
      'runtime',
      'ImageFactorySchematics.runtime',
      'image-factory-schematic',
      {
        schematicId: entry.schematic,
        flavor: 'metal',
        apiUrl: 'https://factory.talos.dev',
      },
      { owner: 'runtime.ImageFactorySchematicController' },
    )
}

/** META values that are set (behaviour.md §0.3). */
export function publishMeta(core: MachineCore): void {
  const { fallbackLabel, staged, meta } = core.disk
  const values = new Map(meta)
  if (fallbackLabel !== undefined) values.set(0x06, fallbackLabel)
  if (staged) values.set(0x07, `factory.talos.dev/metal-installer/${staged.schematic}:${staged.talos}`)
  const specs = [...values].map(([key, value]): [string, unknown] => [
    `0x${key.toString(16).padStart(2, '0')}`,
    { value },
  ])
  replaceAll(core, 'runtime', 'MetaKeys.runtime', 'runtime.MetaController', Object.fromEntries(specs))
}

/** Active, and since 1.10 the one on disk, which differs while an edit is staged (behaviour.md §3.4). */
export function publishConfigs(core: MachineCore): void {
  const { active } = core.life
  const talos = talosOf(core)
  if (!active) return
  putConfig(core, 'v1alpha1', active.text)
  if (atLeast(talos, '1.10')) putConfig(core, 'persistent', core.disk.config)
  const type = active.facts.machineType
  put(core, 'config', 'MachineTypes.config', 'machine-type', type, {
    owner: 'config.MachineTypeController',
    rawYaml: `${type}\n`,
  })
}

function putConfig(core: MachineCore, id: string, text: string): void {
  const quoted = atLeast(talosOf(core), '1.12')
  put(core, 'config', 'MachineConfigs.config', id, undefined, {
    owner: 'config.AcquireController',
    ...(quoted ? { annotations: { 'talos.dev/yaml-spec': '1' } } : {}),
    rawYaml: quoted ? stringify(text, { defaultStringType: 'BLOCK_LITERAL', lineWidth: 0, indent: 4 }) : text,
    protoSpec: machineConfigProto(text),
  })
}

/** `MachineConfigSpec{ bytes yaml_marshalled = 1 }`. */
function machineConfigProto(text: string): Buffer {
  const body = Buffer.from(text)
  const length: number[] = []
  let left = body.length
  do {
    length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0))
    left >>>= 7
  } while (left > 0)
  return Buffer.concat([Buffer.from([0x0a, ...length]), body])
}

const SYSCTL_DEFAULTS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'kernel.panic': '10',
  'vm.overcommit_memory': '1',
  'kernel.pid_max': '262144',
}

export function publishSysctls(core: MachineCore, before: ConfigFile | undefined): void {
  const wanted = { ...SYSCTL_DEFAULTS, ...core.life.active?.facts.sysctls }
  for (const name of Object.keys({ ...before?.facts.sysctls, ...wanted })) {
    const id = `proc.sys.${name}`
    const value = wanted[name]
    if (value === undefined) remove(core, 'runtime', 'KernelParamStatuses.runtime', id)
    else
      put(
        core,
        'runtime',
        'KernelParamStatuses.runtime',
        id,
        {
          current: value,
          default: SYSCTL_DEFAULTS[name] === undefined ? '65530' : '0',
          unsupported: false,
        },
        { owner: 'runtime.KernelParamSpecController' },
      )
  }
}

const MODULES: Readonly<Record<string, readonly [size: number, references: number]>> = {
  e1000e: [368_640, 0],
  igc: [217_088, 0],
  nvme: [61_440, 3],
  br_netfilter: [36_864, 0],
  vxlan: [155_648, 0],
}

/** Loaded kernel modules: drivers, the pod network's, and what the config asks for; renamed in 1.14. */
export function publishModules(core: MachineCore): void {
  const talos = talosOf(core)
  if (!atLeast(talos, '1.11')) return
  const isNew = atLeast(talos, '1.14')
  const type = isNew ? 'KernelModuleStatuses.runtime' : 'LoadedKernelModules.runtime'
  const wanted = [...Object.keys(MODULES), ...(core.life.active?.facts.kernelModules ?? [])]
  for (const name of wanted) {
    const [size, referenceCount] = MODULES[name] ?? [98_304, 0]
    put(
      core,
      'runtime',
      type,
      name,
      {
        ...(isNew ? { type: 'dynamic' } : {}),
        size,
        referenceCount,
        state: isNew ? 'live' : 'Live',
        address: '0x0000000000000000',
      },
      { owner: 'runtime.LoadedKernelModuleController' },
    )
  }
}

export function publishTime(core: MachineCore): void {
  const { timeSynced, active } = core.life
  put(
    core,
    'runtime',
    'TimeStatuses.v1alpha1',
    'node',
    {
      synced: timeSynced,
      epoch: timeSynced ? 1 : 0,
      syncDisabled: active?.facts.timeDisabled ?? false,
      ...(atLeast(talosOf(core), '1.14') ? { spikeDetected: false, consecutiveSpikes: 0 } : {}),
    },
    { owner: 'time.SyncController' },
  )
}

/** `6.18.44-talos` */
export function kernelRelease(core: Pick<MachineCore, 'life'>): string {
  return `${componentsOf(talosOf(core)).linux}-talos`
}
