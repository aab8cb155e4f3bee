import { readSize } from './storage-facts.ts'

type Tree = Readonly<Record<string, unknown>>

const LONGEST: Readonly<Record<string, number>> = {
  LVMVolumeGroupConfig: 63,
  LVMLogicalVolumeConfig: 63,
  RAIDArrayConfig: 32,
}

/** What 1.14 has against an LVM or RAID document, selectors aside; nothing for documents of other kinds. */
export function storageProblems(kind: string, name: string, value: Tree): readonly string[] {
  const longest = LONGEST[kind]
  if (longest === undefined) return []
  return [
    ...(name.length < 1 || name.length > longest
      ? [`name must be between 1 and ${longest} characters long`]
      : []),
    ...(/^[A-Za-z0-9_-]*$/.test(name)
      ? []
      : ['name can only contain ASCII letters, digits, hyphens and underscores']),
    ...(kind === 'LVMLogicalVolumeConfig' ? volumeProblems(value) : []),
  ]
}

function volumeProblems(value: Tree): readonly string[] {
  const type = typeof value['type'] === 'string' ? value['type'] : 'linear'
  const provisioning = value['provisioning']
  const { volumeGroup, minSize, maxSize } = (
    typeof provisioning === 'object' && provisioning !== null ? provisioning : {}
  ) as Tree
  const most = readSize(maxSize)
  const isNegative = String(maxSize).trim().startsWith('-')
  return [
    ...countProblems('mirrors', value['mirrors'], { type, of: ['raid1', 'raid10'], least: 1 }),
    ...countProblems('stripes', value['stripes'], { type, of: ['raid0', 'raid10'], least: 2 }),
    ...(typeof volumeGroup === 'string' && volumeGroup !== ''
      ? []
      : ['provisioning.volumeGroup is required']),
    ...(isNegative ? ['provisioning.maxSize must not be negative'] : []),
    ...(!isNegative && most.bytes === 0 && most.percent === 0 ? ['provisioning.maxSize is required'] : []),
    ...(most.percent === 0 && readSize(minSize).bytes > most.bytes
      ? ['provisioning.minSize must not exceed provisioning.maxSize']
      : []),
  ]
}

function countProblems(
  key: string,
  value: unknown,
  { type, of, least }: { readonly type: string; readonly of: readonly string[]; readonly least: number },
): readonly string[] {
  if (typeof value !== 'number') return []
  if (!of.includes(type)) return [`${key} is only valid for ${of.join('/')}, not ${type}`]
  return value < least ? [`${key} must be at least ${least}`] : []
}
