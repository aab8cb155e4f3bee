import { parse } from 'yaml'
import { hideLooseSecrets } from '../nodes/loose-secrets.ts'
import type { Sha256 } from './hash-port.ts'
import { goYaml } from './go-yaml.ts'

type Fields = Readonly<Record<string, unknown>>

/** An Image Factory schematic, whole (behaviour.md §5.10). */
export interface SchematicContent {
  readonly owner?: string
  readonly overlay?: { readonly image: string; readonly name: string; readonly options?: Fields }
  readonly embeddedMachineConfiguration?: string
  readonly extraKernelArgs: readonly string[]
  readonly meta: readonly { readonly key: number; readonly value: string }[]
  readonly extensions: readonly string[]
  readonly bootloader?: string
  readonly secureboot?: { readonly enrollKeys?: string; readonly includeWellKnownCertificates?: boolean }
  readonly diskImage?: { readonly sectorSize?: number }
  /** Keys that Ichor does not know: then the schematic is kept as it is and never rewritten. */
  readonly unknown: readonly string[]
}

export const EMPTY_SCHEMATIC: SchematicContent = {
  extraKernelArgs: [],
  meta: [],
  extensions: [],
  unknown: [],
}

/**
 * The canonical YAML whose SHA-256 is the schematic's id (behaviour.md §5.10): four spaces, dashes indented below
 * their key, fixed order, empty fields left out, `customization` always there.
 */
export function canonicalSchematic(content: SchematicContent): string {
  const { owner, overlay, extensions, secureboot, diskImage } = content
  return goYaml({
    ...filled({ owner }),
    ...(overlay === undefined
      ? {}
      : {
          overlay: {
            image: overlay.image,
            name: overlay.name,
            ...filled({ options: overlay.options === undefined ? undefined : sortedByKey(overlay.options) }),
          },
        }),
    customization: filled({
      embeddedMachineConfiguration: content.embeddedMachineConfiguration,
      extraKernelArgs: content.extraKernelArgs,
      meta: content.meta.map(({ key, value }) => ({ key, value })),
      systemExtensions: filled({ officialExtensions: extensions }),
      bootloader: content.bootloader,
      secureboot: filled({ ...secureboot }),
      diskImage: filled({ ...diskImage }),
    }),
  })
}

export function schematicId(content: SchematicContent, sha256: Sha256): string {
  return sha256(canonicalSchematic(content))
}

/** Of a schematic that changes nothing: `376567988ad3…`. */
export function defaultSchematicId(sha256: Sha256): string {
  return schematicId(EMPTY_SCHEMATIC, sha256)
}

/** Reads a schematic's YAML as a node or the factory tells it; `undefined` when it is none. */
export function parseSchematic(text: string): SchematicContent | undefined {
  let raw: unknown
  try {
    raw = parse(text)
  } catch {
    return undefined
  }
  const customization = at(raw, 'customization')
  if (!isFields(raw) || !isFields(customization)) return undefined
  const overlay = at(raw, 'overlay')
  const secureboot = at(customization, 'secureboot')
  const diskImage = at(customization, 'diskImage')
  const options = at(overlay, 'options')
  const image = asText(at(overlay, 'image'))
  const name = asText(at(overlay, 'name'))
  return {
    ...optional({ owner: asText(at(raw, 'owner')) }),
    ...(image === undefined || name === undefined
      ? {}
      : { overlay: { image, name, ...(isFields(options) ? { options } : {}) } }),
    ...optional({
      embeddedMachineConfiguration: asText(at(customization, 'embeddedMachineConfiguration')),
      bootloader: asText(at(customization, 'bootloader')),
    }),
    extraKernelArgs: list(at(customization, 'extraKernelArgs')).map(String),
    meta: list(at(customization, 'meta')).map((entry) => ({
      key: Number(at(entry, 'key')),
      value: asText(at(entry, 'value')) ?? '',
    })),
    extensions: list(at(customization, 'systemExtensions', 'officialExtensions')).map(String),
    ...(isFields(secureboot)
      ? {
          secureboot: {
            ...optional({ enrollKeys: asText(at(secureboot, 'enrollKeys')) }),
            ...(at(secureboot, 'includeWellKnownCertificates') === true
              ? { includeWellKnownCertificates: true }
              : {}),
          },
        }
      : {}),
    ...(isFields(diskImage)
      ? {
          diskImage: {
            ...(typeof at(diskImage, 'sectorSize') === 'number'
              ? { sectorSize: Number(at(diskImage, 'sectorSize')) }
              : {}),
          },
        }
      : {}),
    unknown: unknownKeys(raw, KNOWN),
  }
}

interface KnownKeys {
  readonly [key: string]: KnownKeys | undefined
}
const KNOWN: KnownKeys = {
  owner: undefined,
  overlay: { image: undefined, name: undefined, options: undefined },
  customization: {
    embeddedMachineConfiguration: undefined,
    extraKernelArgs: undefined,
    meta: undefined,
    systemExtensions: { officialExtensions: undefined },
    bootloader: undefined,
    secureboot: { enrollKeys: undefined, includeWellKnownCertificates: undefined },
    diskImage: { sectorSize: undefined },
  },
}

function unknownKeys(value: unknown, known: KnownKeys, prefix = ''): readonly string[] {
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (!Object.hasOwn(known, key)) return [prefix + key]
    const deeper = known[key]
    return deeper === undefined ? [] : unknownKeys(inner, deeper, `${prefix}${key}.`)
  })
}

/** For eyes: an embedded MachineConfig holds secrets, an argument may, and the values of META may be anyone's. */
export function shownSchematic(content: SchematicContent): string {
  const { embeddedMachineConfiguration: config, meta } = content
  return canonicalSchematic({
    ...content,
    extraKernelArgs: content.extraKernelArgs.map(hideLooseSecrets),
    ...(config === undefined ? {} : { embeddedMachineConfiguration: `(kept, ${lines(config)} lines)` }),
    meta: meta.map(({ key, value }) => ({ key, value: `(kept, ${value.length} characters)` })),
  })
}

function lines(text: string): number {
  return text.trimEnd().split('\n').length
}

/** Without what Go's `omitempty` leaves out. */
function filled(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined &&
        value !== '' &&
        value !== false &&
        value !== 0 &&
        (typeof value !== 'object' || value === null || Object.keys(value).length > 0),
    ),
  )
}

function optional<T extends Fields>(fields: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], undefined>
  }
}

function sortedByKey(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, isFields(value) ? sortedByKey(value) : value]),
  )
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isFields(inner) ? inner[key] : undefined), value)
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
