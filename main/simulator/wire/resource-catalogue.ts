import {
  NAMESPACES,
  RESOURCE_DEFINITIONS,
  type ResourceDefinitionFacts,
} from '../data/resource-definitions.ts'
import { Code, SimulatedStatus, type StoredResource } from '../machine-api.ts'
import type { Protos } from './protos.ts'
import { createResourceStore } from './resource-store.ts'
import { existsIn } from './talos-version.ts'

const META = 'meta'
const DEFINITIONS = 'ResourceDefinitions.meta.cosi.dev'
const NAMESPACE_TYPE = 'Namespaces.meta.cosi.dev'

/** What one minor release of Talos registers: types, namespaces, and who may read them. */
export interface ResourceCatalogue {
  /**
   * @throws PERMISSION_DENIED, unknown type first, then a secret one read by someone else than an admin, then unknown
   * namespace, as the access policy of a node does (behaviour.md §3.1)
   */
  checkReadable(namespace: string, type: string, isAdmin: boolean): void
  /** The resources of namespace `meta`, which describe the others; undefined for every other kind. */
  describe(namespace: string, type: string): readonly StoredResource[] | undefined
}

const catalogues = new Map<number, ResourceCatalogue>()

export function catalogueOf(minor: number, protos: Protos): ResourceCatalogue {
  const known = catalogues.get(minor)
  if (known) return known
  const made = createCatalogue(minor, protos)
  catalogues.set(minor, made)
  return made
}

function createCatalogue(minor: number, protos: Protos): ResourceCatalogue {
  const definitions = [...META_DEFINITIONS, ...RESOURCE_DEFINITIONS].filter((facts) => existsIn(minor, facts))
  const sensitive = new Map(
    definitions.map(({ type, sensitiveSince }) => [
      type.toLowerCase(),
      (sensitiveSince ?? Infinity) <= minor,
    ]),
  )
  const namespaces = new Map(
    NAMESPACES.filter((facts) => existsIn(minor, facts)).map(({ namespace, description }) => [
      namespace,
      description,
    ]),
  )

  const store = createResourceStore({ now: Date.now })
  for (const facts of definitions) {
    const spec = specOf(facts, minor)
    const protoSpec = protos.encode('cosi.resource.meta.ResourceDefinitionSpec', {
      resourceType: spec.type,
      displayType: spec.displayType,
      defaultNamespace: spec.defaultNamespace,
      aliases: spec.aliases,
      allAliases: spec.allAliases,
      printColumns: spec.printColumns,
      sensitivity: spec.sensitivity ? 'SENSITIVE' : 'NON_SENSITIVE',
    })
    store.put({ namespace: META, type: DEFINITIONS, id: spec.type.toLowerCase() }, spec, { protoSpec })
  }
  for (const [id, description] of namespaces) {
    const protoSpec = protos.encode('cosi.resource.meta.NamespaceSpec', { description })
    store.put({ namespace: META, type: NAMESPACE_TYPE, id }, { description }, { protoSpec })
  }

  return {
    checkReadable(namespace, type, isAdmin) {
      const secret = sensitive.get(type.toLowerCase())
      if (secret === undefined) throw denied(`resource type ${JSON.stringify(type)} is not supported`)
      if (secret && !isAdmin) throw denied('not authorized')
      if (!namespaces.has(namespace)) throw denied(`namespace ${JSON.stringify(namespace)} is not supported`)
    },
    describe: (namespace, type) =>
      namespace === META && (type === DEFINITIONS || type === NAMESPACE_TYPE)
        ? store.list(namespace, type)
        : undefined,
  }
}

function denied(message: string): SimulatedStatus {
  return new SimulatedStatus(Code.PERMISSION_DENIED, message)
}

function specOf(facts: ResourceDefinitionFacts, minor: number) {
  const isUnnamed = minor >= (facts.unnamedSince ?? Infinity)
  const earlier = facts.earlier?.filter(({ before }) => minor < before) ?? []
  const aliases = earlier.find((was) => was.aliases)?.aliases ?? facts.aliases
  const columns = earlier.find((was) => was.columns)?.columns ?? facts.columns
  return {
    type: facts.type,
    displayType: facts.displayType,
    defaultNamespace: facts.namespace,
    aliases,
    allAliases: isUnnamed ? aliases : [...plainAliases(facts.type), ...aliases],
    ...(isUnnamed ? { skipAutomaticAliases: true } : {}),
    printColumns: columns.map(([name, jsonPath]) => ({ name, jsonPath })),
    ...((facts.sensitiveSince ?? Infinity) <= minor ? { sensitivity: 'sensitive' } : {}),
  }
}

/** `Members.cluster.talos.dev` is also found as members, members.cluster and members.cluster.talos. */
function plainAliases(type: string): readonly string[] {
  const [name = '', ...suffix] = type.split('.')
  return suffix.map((_part, count) => [name.toLowerCase(), ...suffix.slice(0, count)].join('.'))
}

/** The two types that describe all others are registered like them. */
const META_DEFINITIONS: readonly ResourceDefinitionFacts[] = [
  {
    type: NAMESPACE_TYPE,
    displayType: 'Namespace',
    namespace: META,
    aliases: ['ns', 'namespace'],
    columns: [],
  },
  {
    type: DEFINITIONS,
    displayType: 'ResourceDefinition',
    namespace: META,
    aliases: ['api-resources', 'resourcedefinition', 'rd', 'rds'],
    columns: [['Aliases', '{.aliases[:]}']],
  },
]
