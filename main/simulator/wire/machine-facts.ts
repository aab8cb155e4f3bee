import { parse } from 'yaml'
import type { LoadSnapshot, SimulatedMachine } from '../machine-api.ts'

/** Seconds since the kernel started. */
export function uptime(machine: SimulatedMachine, load: LoadSnapshot): number {
  return Math.max(0, machine.clock.now() / 1000 - load.bootTime)
}

interface Spec {
  readonly id: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** Resources of a kind with their YAML read. */
export function specsOf(machine: SimulatedMachine, namespace: string, type: string): readonly Spec[] {
  return machine.resources.list(namespace, type).map(({ id, yamlSpec }) => {
    const spec: unknown = parse(yamlSpec)
    return { id, spec: typeof spec === 'object' && spec !== null ? (spec as Spec['spec']) : {} }
  })
}

/** One resource with its YAML read; `undefined` where there is none. */
export function specOf(
  machine: SimulatedMachine,
  namespace: string,
  type: string,
  id: string,
): Spec['spec'] | undefined {
  const found = machine.resources.get({ namespace, type, id })
  return found && (parse(found.yamlSpec) as Spec['spec'])
}

export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

export function systemDisk(machine: SimulatedMachine): string | undefined {
  const [disk] = specsOf(machine, 'runtime', 'SystemDisks.block.talos.dev')
  return disk && asText(disk.spec['diskID'])
}
