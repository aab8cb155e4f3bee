import type { ArrayFacts, LogicalVolumeFacts, UserVolumeFacts, VolumeGroupFacts } from './config-file.ts'

type Tree = Readonly<Record<string, unknown>>

export interface StorageFacts {
  readonly userVolumes: readonly UserVolumeFacts[]
  readonly volumeGroups: readonly VolumeGroupFacts[]
  readonly logicalVolumes: readonly LogicalVolumeFacts[]
  readonly arrays: readonly ArrayFacts[]
}

/** The documents about disks. @param of the documents of a kind, in their order */
export function readStorageFacts(of: (kind: string) => readonly Tree[]): StorageFacts {
  return {
    userVolumes: [
      ...of('UserVolumeConfig').map((document) => userVolume(document, 'u-')),
      ...of('RawVolumeConfig').map((document) => userVolume(document, 'r-')),
    ],
    volumeGroups: of('LVMVolumeGroupConfig').map((document) => ({
      name: text(document['name']),
      selector: text(at(document, 'provisioning', 'volumeSelector', 'match')),
    })),
    logicalVolumes: of('LVMLogicalVolumeConfig').map((document) => {
      const { bytes, percent } = readSize(at(document, 'provisioning', 'maxSize'))
      return {
        group: text(at(document, 'provisioning', 'volumeGroup')),
        name: text(document['name']),
        layout: LAYOUTS.find((layout) => layout === document['type']) ?? 'linear',
        bytes,
        percent,
        mirrors: count(document['mirrors']),
        stripes: count(document['stripes']),
      }
    }),
    arrays: of('RAIDArrayConfig').map((document) => ({
      name: text(document['name']),
      selector: text(at(document, 'provisioning', 'volumeSelector', 'match')),
      metadata: String(document['metadata']) === '1.2' ? '1.2' : '1.0',
    })),
  }
}

const LAYOUTS = ['linear', 'raid0', 'raid1', 'raid10'] as const

function userVolume(document: Tree, prefix: UserVolumeFacts['prefix']): UserVolumeFacts {
  const type = document['volumeType']
  return {
    name: text(document['name']),
    prefix,
    type: type === 'disk' || type === 'directory' ? type : 'partition',
    selector: text(at(document, 'provisioning', 'diskSelector', 'match')),
    minBytes: readSize(at(document, 'provisioning', 'minSize')).bytes,
    max: readSize(at(document, 'provisioning', 'maxSize')),
  }
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  ...Object.fromEntries(['K', 'M', 'G', 'T', 'P'].map((unit, at) => [`${unit}IB`, 1024 ** (at + 1)])),
  ...Object.fromEntries(['K', 'M', 'G', 'T', 'P'].map((unit, at) => [`${unit}B`, 1000 ** (at + 1)])),
}

/** `50GiB`, `100 MB`, `80%` or a number of bytes; zero where it says nothing. */
export function readSize(value: unknown): { readonly bytes: number; readonly percent: number } {
  const [, number = '', unit = ''] =
    /^\s*([\d.]+)\s*([a-zA-Z]*|%)\s*$/.exec(typeof value === 'number' ? String(value) : text(value)) ?? []
  if (unit === '%') return { bytes: 0, percent: Number(number) }
  return { bytes: Math.floor(Number(number) * (UNITS[unit.toUpperCase()] ?? 0)), percent: 0 }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value
  for (const key of path) here = typeof here === 'object' && here !== null ? (here as Tree)[key] : undefined
  return here
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
