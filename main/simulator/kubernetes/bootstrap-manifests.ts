import type { SimulatedMachine } from '../machine-api.ts'
import { apiVersionOf, RESOURCES } from './catalogue.ts'
import type { KubeWorld } from './kube-world.ts'
import { patchObject } from './object-writing.ts'
import type { KubeObject, Plural } from './objects.ts'
import { APPLY } from './request.ts'

const MANIFESTS = 'Manifests.kubernetes.talos.dev'

/**
 * What a control plane renders is made where it is missing; what is there already Talos leaves alone, whatever it says
 * (behaviour.md §6): bringing it up to date is the client's work.
 * @param now when they count as made, in milliseconds
 */
export function applyMissing(world: KubeWorld, machine: SimulatedMachine, now: number): void {
  const writer = { store: world.store, now: () => now, newUid: () => world.random.uuid() }
  for (const { spec } of machine.resources.list('controlplane', MANIFESTS))
    for (const object of spec as readonly KubeObject[]) {
      const plural = pluralOf(object)
      if (!plural) continue
      const { name, namespace } = object.metadata
      if (world.store.get(plural, namespace, name)) continue
      const target = { plural, name, namespace, subresource: undefined }
      patchObject(writer, target, object as unknown as Readonly<Record<string, unknown>>, {
        isDryRun: false,
        mediaType: APPLY,
        fieldManager: 'talos',
        force: true,
      })
    }
}

/** Follows the manifests of a control plane from now on; returns what ends that. */
export function followManifests(world: KubeWorld, machine: SimulatedMachine): () => void {
  return machine.resources.subscribe(({ kind, resource }) => {
    if (kind !== 'destroyed' && resource.type === MANIFESTS) applyMissing(world, machine, world.clock.now())
  })
}

function pluralOf({ apiVersion, kind }: KubeObject): Plural | undefined {
  const plurals = Object.keys(RESOURCES) as Plural[]
  return plurals.find((plural) => RESOURCES[plural].kind === kind && apiVersionOf(plural) === apiVersion)
}
