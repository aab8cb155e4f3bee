import { celEnv, celFunc, CelScalar, celUint, isCelError, parse, plan, type CelInput } from '@bufbuild/cel'
import { field, flagField, listField, numberField, textField } from '../nodes/spec-fields.ts'
import type { DiskFacts, LinkFacts } from './node-facts.ts'

/** What a selector fits; `invalid` when Talos could not evaluate it either. */
export type Match =
  { readonly kind: 'fits'; readonly names: readonly string[] } | { readonly kind: 'invalid' }

/** Units of Talos' expressions, unsigned as the sizes are. Source: celenv of the Talos sources. */
const UNITS: Readonly<Record<string, CelInput>> = Object.fromEntries<CelInput>([
  ...['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'].map(
    (unit, at) => [unit, celUint(1024n ** BigInt(at + 1))] as const,
  ),
  ...['kB', 'MB', 'GB', 'TB', 'PB', 'EB'].map(
    (unit, at) => [unit, celUint(1000n ** BigInt(at + 1))] as const,
  ),
])

const ENVIRONMENT = celEnv({
  funcs: [
    celFunc('glob', [CelScalar.STRING, CelScalar.STRING], CelScalar.BOOL, fitsGlob),
    // A node's links come with their addresses as text already.
    celFunc('mac', [CelScalar.STRING], CelScalar.STRING, (address) => address.toLowerCase()),
  ],
})

/** Disks for which a CEL expression is true: `disk.size > 120u * GB && !system_disk`. */
export function matchDisks(expression: string, disks: readonly DiskFacts[]): Match {
  return match(expression, disks, (disk) => ({
    ...UNITS,
    system_disk: disk.system,
    disk: new Map(Object.entries(diskInput(disk.spec))),
  }))
}

/** Links for which a CEL expression is true: `mac(link.permanent_addr) == "00:11:22:33:44:55"`. */
export function matchLinks(expression: string, links: readonly LinkFacts[]): Match {
  return match(expression, links, (link) => ({
    ...UNITS,
    link: new Map(Object.entries(linkInput(link.spec))),
  }))
}

/** Whether it is CEL at all. */
export function isExpression(expression: string): boolean {
  try {
    parse(expression)
    return true
  } catch {
    return false
  }
}

function match<T extends { readonly name: string }>(
  expression: string,
  candidates: readonly T[],
  bindings: (candidate: T) => Record<string, CelInput>,
): Match {
  try {
    const evaluate = plan(ENVIRONMENT, parse(expression))
    const names: string[] = []
    for (const candidate of candidates) {
      const result = evaluate(bindings(candidate))
      if (isCelError(result) || typeof result !== 'boolean') return { kind: 'invalid' }
      if (result) names.push(candidate.name)
    }
    return { kind: 'fits', names }
  } catch {
    // The parser throws for what is no CEL at all. Its words quote the text; ours do not need them.
    return { kind: 'invalid' }
  }
}

/** Fields of a DiskSpec with their protobuf types; what the node left out is empty, as in protobuf. */
function diskInput(spec: unknown): Record<string, CelInput> {
  return {
    ...texts(spec, [
      'dev_path',
      'pretty_size',
      'model',
      'firmware_version',
      'serial',
      'modalias',
      'wwid',
      'uuid',
      'bus_path',
      'sub_system',
      'transport',
    ]),
    ...unsigned(spec, ['size', 'io_size', 'sector_size']),
    ...flags(spec, ['readonly', 'cdrom', 'rotational']),
    ...lists(spec, ['secondary_disks', 'symlinks']),
  }
}

/** Fields of a LinkStatusSpec under their protobuf names; the resource writes them in camel case. */
function linkInput(spec: unknown): Record<string, CelInput> {
  const renamed: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(typeof spec === 'object' && spec !== null ? spec : {})) {
    renamed[PROTO_NAMES[key] ?? key] = value
  }
  return {
    ...texts(renamed, [
      'alias',
      'hardware_addr',
      'permanent_addr',
      'broadcast_addr',
      'queue_disc',
      'kind',
      'slave_kind',
      'bus_path',
      'pciid',
      'driver',
      'driver_version',
      'firmware_version',
      'product_id',
      'vendor_id',
      'product',
      'vendor',
    ]),
    ...unsigned(renamed, ['index', 'link_index', 'mtu', 'master_index']),
    ...flags(renamed, ['link_state']),
    ...lists(renamed, ['alt_names']),
    // An enumeration: numbers in expressions, of which ether is 1.
    type: field(spec, 'type') === 'ether' ? 1n : 772n,
    speed_megabits: BigInt(Math.trunc(numberField(spec, 'speedMbit') ?? 0)),
  }
}

const PROTO_NAMES: Readonly<Record<string, string>> = {
  altNames: 'alt_names',
  broadcastAddr: 'broadcast_addr',
  busPath: 'bus_path',
  driverVersion: 'driver_version',
  firmwareVersion: 'firmware_version',
  hardwareAddr: 'hardware_addr',
  linkIndex: 'link_index',
  linkState: 'link_state',
  masterIndex: 'master_index',
  pciID: 'pciid',
  permanentAddr: 'permanent_addr',
  productID: 'product_id',
  queueDisc: 'queue_disc',
  slaveKind: 'slave_kind',
  vendorID: 'vendor_id',
}

function texts(spec: unknown, names: readonly string[]): Record<string, CelInput> {
  return Object.fromEntries(names.map((name) => [name, textField(spec, name) ?? '']))
}

function unsigned(spec: unknown, names: readonly string[]): Record<string, CelInput> {
  return Object.fromEntries(
    names.map((name) => [name, celUint(BigInt(Math.trunc(Math.max(0, numberField(spec, name) ?? 0))))]),
  )
}

function flags(spec: unknown, names: readonly string[]): Record<string, CelInput> {
  return Object.fromEntries(names.map((name) => [name, flagField(spec, name) ?? false]))
}

function lists(spec: unknown, names: readonly string[]): Record<string, CelInput> {
  return Object.fromEntries(
    names.map((name) => [name, listField(spec, name).filter((one) => typeof one === 'string')]),
  )
}

/** `*` stands for any text, and nothing else is special. */
export function fitsGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

/**
 * Disks that the legacy `machine.install.diskSelector` fits. `undefined` where it asks for something the disk list
 * does not tell. Read-only disks, CD-ROMs and disks without a transport never fit.
 */
export function matchLegacyDisks(
  selector: ReadonlyMap<string, string>,
  disks: readonly DiskFacts[],
): Match | undefined {
  const tests: ((spec: unknown) => boolean)[] = [
    (spec) =>
      textField(spec, 'transport') !== undefined &&
      flagField(spec, 'readonly') !== true &&
      flagField(spec, 'cdrom') !== true,
  ]
  for (const [key, value] of selector) {
    const test = legacyTest(key, value)
    if (test === undefined) return undefined
    if (test === 'invalid') return { kind: 'invalid' }
    tests.push(test)
  }
  const fitting = disks.filter(({ spec }) => tests.every((test) => test(spec)))
  return { kind: 'fits', names: fitting.map(({ name }) => name) }
}

const GLOBBED: Readonly<Record<string, string>> = {
  model: 'model',
  serial: 'serial',
  modalias: 'modalias',
  uuid: 'uuid',
  wwid: 'wwid',
  busPath: 'bus_path',
}

function legacyTest(key: string, value: string): ((spec: unknown) => boolean) | 'invalid' | undefined {
  const globbed = GLOBBED[key]
  if (globbed !== undefined) return (spec) => fitsGlob(value, textField(spec, globbed) ?? '')
  if (key === 'size') return sizeTest(value)
  if (key !== 'type') return undefined
  switch (value.toLowerCase()) {
    case 'nvme':
      return (spec) => textField(spec, 'transport') === 'nvme'
    case 'sd':
      return (spec) => textField(spec, 'transport') === 'mmc'
    case 'hdd':
      return (spec) => flagField(spec, 'rotational') === true
    case 'ssd':
      return (spec) => flagField(spec, 'rotational') !== true
    default:
      return 'invalid'
  }
}

const POWERS = 'kmgtpe'

/** `4GB`, `> 1TB`, `<= 500 GiB`; without a sign it has to be equal. */
function sizeTest(text: string): ((spec: unknown) => boolean) | 'invalid' {
  const parts = /^\s*(==|>=|<=|>|<)?\s*(\d+(?:\.\d+)?)\s*([kmgtpe]?)(i?)b?\s*$/i.exec(text)
  if (parts === null) return 'invalid'
  const [, sign = '==', number = '', unit = '', binary = ''] = parts
  const wanted = Number(number) * (binary === '' ? 1000 : 1024) ** (POWERS.indexOf(unit.toLowerCase()) + 1)
  return (spec) => {
    const size = numberField(spec, 'size') ?? 0
    switch (sign) {
      case '>':
        return size > wanted
      case '<':
        return size < wanted
      case '>=':
        return size >= wanted
      case '<=':
        return size <= wanted
      default:
        return size === wanted
    }
  }
}
