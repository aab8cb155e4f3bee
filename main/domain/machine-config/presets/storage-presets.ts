import type { FieldProblem, PresetNote } from '#contract/presets.ts'
import { field, options } from './fields.ts'
import { isPath, isSize, isVolumeName, type FormValues } from './form-values.ts'
import { sysctlDocument } from './system-presets.ts'
import type { FieldDefinition } from './field-definition.ts'
import {
  compact,
  note,
  typed,
  type PatchDocument,
  type PresetContext,
  type PresetDefinition,
} from './preset.ts'

/** Disks that are not the one Talos runs from; a selector of one's own may be typed. */
function diskField(context: PresetContext): FieldDefinition {
  const choices = (context.disks ?? [])
    .filter((disk) => !disk.system)
    .map(({ value, detail }) => ({ value, ...(detail === undefined ? {} : { detail }) }))
  return field('disk', 'choice', {
    required: true,
    choices,
    value: choices[0]?.value ?? '',
    hint: '/dev/sdb',
  })
}

/** A path is told by its device; anything else is taken for a CEL expression over `disk`. */
function selectorOf(disk: string): string {
  return disk.startsWith('/dev/') ? `disk.dev_path == "${disk}"` : disk
}

function isDisk(entry: string): FieldProblem['code'] | undefined {
  return /^\/dev\/[\w/.:-]+$/.test(entry) || /\b(?:disk|system_disk)\b/.test(entry) ? undefined : 'not-a-path'
}

function volumeName(kind: string, values: FormValues, context: PresetContext): readonly FieldProblem[] {
  const name = values.text('name')
  const rivals = [kind, ...(kind === 'UserVolumeConfig' ? ['ExistingVolumeConfig'] : [])]
  return rivals.some((one) => context.names(one).includes(name)) ? [{ field: 'name', code: 'taken' }] : []
}

const diskNotes = (context: PresetContext): readonly PresetNote[] => [
  ...(context.disks === undefined ? [note('no-live-disks', 'info')] : []),
  note('wipes-nothing', 'info'),
]

function provisioning(values: FormValues): Record<string, unknown> {
  return compact({
    diskSelector: { match: selectorOf(values.text('disk')) },
    minSize: values.text('minSize'),
    maxSize: values.text('maxSize'),
    grow: values.on('grow') || undefined,
  })
}

const sizeFields = [
  field('minSize', 'text', { required: true, value: '10GiB', hint: '100GiB', check: isSize }),
  field('maxSize', 'text', { hint: '500GiB', check: isSize }),
  field('grow', 'switch'),
]

const userVolume: PresetDefinition = {
  id: 'user-volume',
  offered: ({ minor }) => minor >= 10,
  fields: (context) => [
    field('name', 'text', { required: true, hint: 'data', check: isVolumeName }),
    { ...diskField(context), check: isDisk },
    ...sizeFields,
    field('filesystem', 'choice', {
      required: true,
      closed: true,
      value: 'xfs',
      choices: options('xfs', 'ext4'),
    }),
  ],
  check: (values, context) => volumeName('UserVolumeConfig', values, context),
  notes: diskNotes,
  build: (values) => [
    typed('UserVolumeConfig', {
      name: values.text('name'),
      provisioning: provisioning(values),
      filesystem: { type: values.text('filesystem') },
    }),
  ],
}

/** Extensions without which Longhorn's volumes cannot be attached (behaviour.md §11). */
export const LONGHORN_EXTENSIONS = ['iscsi-tools', 'util-linux-tools'] as const
const V2_MODULES = ['nvme_tcp', 'vfio_pci', 'uio_pci_generic']

const longhorn: PresetDefinition = {
  id: 'longhorn',
  offered: () => true,
  fields(context) {
    const placed = context.minor >= 10
    // A node with one disk has no other place than the one Talos runs from.
    const hasRoom = context.disks === undefined || context.disks.some((disk) => !disk.system)
    return [
      field('where', 'choice', {
        required: true,
        closed: true,
        value: placed && hasRoom ? 'volume' : 'ephemeral',
        choices: options(...(placed ? ['volume'] : []), 'ephemeral'),
      }),
      { ...diskField(context), required: false, check: isDisk, askedFor: ['volume'] },
      field('name', 'text', {
        value: 'longhorn',
        check: isVolumeName,
        askedFor: hasNoMounts(context) ? ['volume', 'ephemeral'] : ['volume'],
      }),
      field('minSize', 'text', { value: '10GiB', check: isSize, askedFor: ['volume'] }),
      ...(hasNoMounts(context)
        ? []
        : [field('path', 'text', { value: '/var/lib/longhorn', check: isPath, askedFor: ['ephemeral'] })]),
      field('v2', 'switch'),
    ]
  },
  check(values, context) {
    const isVolume = values.text('where') === 'volume'
    const isMount = !isVolume && !hasNoMounts(context)
    const needed = isVolume ? ['disk', 'name', 'minSize'] : [isMount ? 'path' : 'name']
    const missing = needed.filter((id) => values.text(id) === '')
    return [
      ...missing.map((id) => ({ field: id, code: 'missing' }) as const),
      ...(isMount ? [] : volumeName('UserVolumeConfig', values, context)),
    ]
  },
  notes: longhornNotes,
  build(values, context) {
    const v2 = values.on('v2')
    return [...longhornData(values, context), ...(v2 ? v2Documents(context) : [])]
  },
}

/**
 * The kubelet's document of 1.14 has no extra mounts, and the old field beside it is refused. What it sees without one
 * is /var/mnt, so there data on EPHEMERAL is a user volume that is a folder (1.12+, behaviour.md §11).
 */
function hasNoMounts({ names }: PresetContext): boolean {
  return names('KubeletConfig').length > 0
}

function longhornData(values: FormValues, context: PresetContext): readonly PatchDocument[] {
  if (values.text('where') === 'volume') {
    return [
      typed('UserVolumeConfig', {
        name: values.text('name'),
        provisioning: compact({
          diskSelector: { match: selectorOf(values.text('disk')) },
          minSize: values.text('minSize'),
        }),
        filesystem: { type: 'xfs' },
      }),
    ]
  }
  if (hasNoMounts(context)) {
    return [typed('UserVolumeConfig', { name: values.text('name'), volumeType: 'directory' })]
  }
  const path = values.text('path')
  const mount = { destination: path, type: 'bind', source: path, options: ['bind', 'rshared', 'rw'] }
  return [{ machine: { kubelet: { extraMounts: [mount] } } }]
}

/** What the V2 engine wants of the kernel. */
function v2Documents(context: PresetContext): readonly PatchDocument[] {
  const hugepages = { 'vm.nr_hugepages': '1024' }
  const modules: readonly PatchDocument[] =
    context.minor >= 14 && !context.legacy('machine.kernel.modules')
      ? V2_MODULES.filter((name) => !context.names('KernelModuleConfig').includes(name)).map((name) =>
          typed('KernelModuleConfig', { name }),
        )
      : [{ machine: { kernel: { modules: V2_MODULES.map((name) => ({ name })) } } }]
  return [...modules, sysctlDocument(hugepages, context)]
}

function longhornNotes(context: PresetContext, values: FormValues): readonly PresetNote[] {
  const { extensions, minor, talosVersion } = context
  const tools = LONGHORN_EXTENSIONS.map((extension) => {
    if (extensions === undefined) return note('extensions-unknown', 'warn', { extension })
    return extensions.includes(extension)
      ? note('has-extension', 'good', { extension })
      : note('lacks-extension', 'warn', { extension, image: `siderolabs/${extension}` })
  })
  const isBeta = /^v1\.14\.0-(?:alpha|beta)/.test(talosVersion)
  return [
    ...tools,
    note('namespace-label', 'info', {
      label: 'pod-security.kubernetes.io/enforce: privileged',
      namespace: 'longhorn-system',
    }),
    ...(values.text('where') === 'volume' || hasNoMounts(context)
      ? [note('data-path', 'info', { setting: `defaultDataPath: /var/mnt/${values.text('name')}` })]
      : []),
    ...(values.text('where') === 'ephemeral' ? [note('data-on-ephemeral', 'warn')] : []),
    ...(minor >= 14 && isBeta ? [note('noexec-beta', 'warn')] : []),
    ...(values.on('v2')
      ? [note('hugepages', 'info', { size: '2 GiB' }), note('restart-for-modules', 'info')]
      : []),
  ]
}

const encryption: PresetDefinition = {
  id: 'disk-encryption',
  offered: () => true,
  fields: ({ minor }) => [
    field('volume', 'choice', {
      required: true,
      closed: true,
      value: 'EPHEMERAL',
      choices: options('STATE', 'EPHEMERAL'),
    }),
    field('key', 'choice', {
      required: true,
      closed: true,
      value: 'nodeID',
      choices: options('nodeID', 'tpm', 'static'),
    }),
    field('passphrase', 'text', {}),
    ...(minor >= 12 ? [field('lockToState', 'switch')] : []),
  ],
  check: (values) =>
    values.text('key') === 'static' && values.text('passphrase') === ''
      ? [{ field: 'passphrase', code: 'missing' }]
      : [],
  notes: () => [note('only-new-volumes', 'warn')],
  build(values, { minor, legacy }) {
    const volume = values.text('volume')
    const way = values.text('key')
    const secret = way === 'static' ? { passphrase: values.text('passphrase') } : {}
    const locked = values.on('lockToState') && volume === 'EPHEMERAL' ? { lockToState: true } : {}
    const old = `machine.systemDiskEncryption.${volume.toLowerCase()}`
    return minor >= 11 && !legacy(old)
      ? [
          typed('VolumeConfig', {
            name: volume,
            encryption: { provider: 'luks2', keys: [{ slot: 0, [way]: secret, ...locked }] },
          }),
        ]
      : [
          {
            machine: {
              systemDiskEncryption: {
                [volume.toLowerCase()]: { provider: 'luks2', keys: [{ slot: 0, [way]: secret }] },
              },
            },
          },
        ]
  },
}

export const STORAGE_PRESETS: readonly PresetDefinition[] = [userVolume, longhorn, encryption]
