import type { MachineCore } from '../core.ts'
import { plainYaml } from './plain-yaml.ts'

export interface PutOptions {
  readonly owner?: string
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
  readonly rawYaml?: string
  readonly protoSpec?: Buffer
}

/** `put(core, 'runtime', 'MachineStatuses.runtime', 'machine', {…})`: the suffix `.talos.dev` is added. */
export function put(
  core: Pick<MachineCore, 'store'>,
  namespace: string,
  type: string,
  id: string,
  spec: unknown,
  options?: PutOptions,
): void {
  core.store.put({ namespace, type: `${type}.talos.dev`, id }, spec, {
    ...options,
    rawYaml: options?.rawYaml ?? yamlOf(spec),
  })
}

/** What many machines say of one another is the same text; a frozen spec is written once. */
const written = new WeakMap<object, string>()

function yamlOf(spec: unknown): string {
  if (typeof spec !== 'object' || spec === null || !Object.isFrozen(spec)) return plainYaml(spec)
  const known = written.get(spec) ?? plainYaml(spec)
  written.set(spec, known)
  return known
}

export function remove(core: Pick<MachineCore, 'store'>, namespace: string, type: string, id: string): void {
  core.store.remove({ namespace, type: `${type}.talos.dev`, id })
}

/**
 * Puts these and removes what else there is of that type.
 * @param shown what of a spec its YAML form has, where Go leaves out what the protobuf form keeps
 */
export function replaceAll(
  core: Pick<MachineCore, 'store'>,
  namespace: string,
  type: string,
  owner: string,
  specs: Readonly<Record<string, unknown>>,
  shown?: (spec: unknown) => unknown,
): void {
  for (const old of core.store.list(namespace, `${type}.talos.dev`))
    if (!(old.id in specs)) remove(core, namespace, type, old.id)
  for (const [id, spec] of Object.entries(specs))
    put(core, namespace, type, id, spec, { owner, ...(shown ? { rawYaml: plainYaml(shown(spec)) } : {}) })
}

/** Leaves out what is `undefined`, as Go's `omitempty` does. */
export function withoutEmpty(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''))
}
