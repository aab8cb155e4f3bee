import type { PresetChoice } from '#contract/presets.ts'
import { DISK, EXTENSION, SYSTEM_DISK } from '../../nodes/resource-types.ts'
import { flagField, numberField, textField } from '../../nodes/spec-fields.ts'
import type { ReadingPort, Resource, ResourceKey } from '../../nodes/talos-port.ts'
import { askIfThere, valueOf } from '../../upgrades/known.ts'
import { minorOf } from '../config-facts.ts'
import { legacyOf, namesOf, roleOf } from '../migration/migrate.ts'
import { parseConfig } from '../parse-config.ts'
import type { DiskChoice, PresetContext } from './preset.ts'

const LINK_STATUS: ResourceKey = { namespace: 'network', type: 'LinkStatuses.net.talos.dev' }

/** Reads what the presets offer to choose from; what does not answer is left out, and its fields are typed. */
export async function readPresetContext(
  talos: ReadingPort,
  node: string,
  talosVersion: string,
  draft: string,
  signal: AbortSignal,
): Promise<PresetContext> {
  const list = async (key: ResourceKey): Promise<readonly Resource[] | undefined> =>
    valueOf(await askIfThere(signal, () => talos.list(node, key, signal)))
  const [links, disks, system, extensions] = await Promise.all(
    [LINK_STATUS, DISK, SYSTEM_DISK, EXTENSION].map(list),
  )
  const config = parseConfig(draft)
  const legacy = legacyOf(config)
  return {
    minor: minorOf(talosVersion) ?? 14,
    talosVersion,
    role: roleOf(draft),
    ...(links === undefined ? {} : { links: links.flatMap(linkChoice) }),
    ...(disks === undefined ? {} : { disks: disks.flatMap((disk) => diskChoice(disk, system ?? [])) }),
    ...(extensions === undefined
      ? {}
      : { extensions: extensions.map(({ id, spec }) => textField(spec, 'metadata', 'name') ?? id) }),
    names: (kind) => namesOf(config, kind),
    legacy: (path) => legacy.at(path) !== undefined,
  }
}

/** Network cards only: what the configuration makes of them is not there to be chosen. */
function linkChoice({ id, spec }: Resource): readonly PresetChoice[] {
  const kind = textField(spec, 'kind')
  if (id === 'lo' || kind !== undefined || textField(spec, 'type') !== 'ether') return []
  const detail = [textField(spec, 'hardwareAddr'), textField(spec, 'operationalState')].filter(
    (part) => part !== undefined,
  )
  return [{ value: id, ...(detail.length === 0 ? {} : { detail: detail.join(' · ') }) }]
}

function diskChoice({ id, spec }: Resource, system: readonly Resource[]): readonly DiskChoice[] {
  const path = textField(spec, 'dev_path') ?? textField(spec, 'dev_dath') ?? `/dev/${id}`
  if (
    flagField(spec, 'cdrom') === true ||
    flagField(spec, 'readonly') === true ||
    /\/(?:loop|zram|dm-)/.test(path)
  )
    return []
  const size = numberField(spec, 'size')
  const parts = [size === undefined ? undefined : sizeText(size), textField(spec, 'model')].filter(
    (part) => part !== undefined,
  )
  const isSystem = system.some(
    (one) =>
      textField(one.spec, 'diskID') === id ||
      textField(one.spec, 'disk_id') === id ||
      [textField(one.spec, 'devPath'), textField(one.spec, 'dev_path')].includes(path),
  )
  return [
    {
      value: path,
      system: isSystem,
      ...(size === undefined ? {} : { size }),
      ...(parts.length === 0 ? {} : { detail: parts.join(' · ') }),
    },
  ]
}

/** `1.0 TB`, as disks are sold. */
function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let unit = 0
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`
}
