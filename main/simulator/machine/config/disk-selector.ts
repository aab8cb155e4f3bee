import { celEnv, celFunc, CelScalar, celUint, isCelError, parse, plan, type CelInput } from '@bufbuild/cel'
import { DISK_FIELDS, UNITS, VOLUME_FIELDS } from './cel-types.ts'

/** A disk as its resource has it, and whether Talos is on it. */
export interface SelectableDisk {
  readonly spec: Readonly<Record<string, unknown>>
  readonly isSystemDisk: boolean
}

const ENVIRONMENT = celEnv({
  funcs: [celFunc('glob', [CelScalar.STRING, CelScalar.STRING], CelScalar.BOOL, fitsGlob)],
})

const CONSTANTS: Readonly<Record<string, CelInput>> = Object.fromEntries<CelInput>(
  UNITS.map(([unit, bytes]) => [unit, celUint(bytes)]),
)

type Evaluation = ReturnType<typeof plan>

/** Selectors by their text: the nodes of a cluster ask with few. */
const evaluations = new Map<string, Evaluation>()
const MOST_EVALUATIONS = 200

function evaluationOf(selector: string): Evaluation {
  const known = evaluations.get(selector)
  if (known) return known
  const made = plan(ENVIRONMENT, parse(selector))
  if (evaluations.size >= MOST_EVALUATIONS) evaluations.clear()
  evaluations.set(selector, made)
  return made
}

/**
 * The disks for which a checked selector is true, in their order.
 * @throws Error in the words of the evaluation, `no such key` and the like
 */
export function selectDisks<T extends SelectableDisk>(selector: string, disks: readonly T[]): readonly T[] {
  const evaluate = evaluationOf(selector)
  return disks.filter((disk) => {
    const result = evaluate({
      ...CONSTANTS,
      disk: message(disk.spec, DISK_FIELDS),
      system_disk: disk.isSystemDisk,
    })
    if (isCelError(result)) throw new Error(result.message)
    return result === true
  })
}

/** A discovered volume, and its disk where it is a whole one: of a partition every field of `disk` is empty. */
export interface SelectableVolume {
  readonly volume: Readonly<Record<string, unknown>>
  readonly disk: Readonly<Record<string, unknown>>
}

/** The volumes for which a checked selector is true, in their order. @throws as `selectDisks` */
export function selectVolumes<T extends SelectableVolume>(
  selector: string,
  volumes: readonly T[],
): readonly T[] {
  const evaluate = evaluationOf(selector)
  return volumes.filter(({ volume, disk }) => {
    const result = evaluate({
      ...CONSTANTS,
      volume: message(volume, VOLUME_FIELDS),
      disk: message(disk, DISK_FIELDS),
    })
    if (isCelError(result)) throw new Error(result.message)
    return result === true
  })
}

function message(
  spec: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, string>>,
): Map<string, CelInput> {
  return new Map(Object.entries(fields).map(([name, kind]) => [name, input(spec[name], kind)]))
}

/** What a resource leaves out is empty, as in protobuf. */
function input(value: unknown, kind: string): CelInput {
  switch (kind) {
    case 'uint':
      return celUint(BigInt(Math.trunc(Number(value ?? 0))))
    case 'bool':
      return value === true
    case 'list(string)':
      return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
    default:
      return typeof value === 'string' ? value : ''
  }
}

/** `*` stands for any text; nothing else is special. */
function fitsGlob(pattern: string, text: string): boolean {
  const expression = pattern
    .split('*')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join('[^]*')
  return new RegExp(`^${expression}$`).test(text)
}
