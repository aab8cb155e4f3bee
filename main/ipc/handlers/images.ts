import { describeImage } from '../../domain/images/choose-image.ts'
import { factoryOf } from '../../domain/images/factory-address.ts'
import { changesOf, readImages, registerImage } from '../../domain/images/read-images.ts'
import type { ClustersPort } from '../../domain/nodes/clusters-port.ts'
import { hideLooseSecrets } from '../../domain/nodes/loose-secrets.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import { gatherNodeFacts } from '../../domain/upgrades/gather.ts'
import type { Sha256 } from '../../domain/upgrades/hash-port.ts'
import { valueOf } from '../../domain/upgrades/known.ts'
import type { NodeFacts } from '../../domain/upgrades/node-facts.ts'
import { tagOf, type PlanningDeps } from '../../domain/upgrades/prepare-upgrade.ts'
import { shownSchematic, type SchematicContent } from '../../domain/upgrades/schematic.ts'
import type { Handlers, MethodHandler } from '../handlers.ts'

interface Deps extends Pick<PlanningDeps, 'factory' | 'factoryUrl'> {
  readonly clusters: ClustersPort
  readonly sha256: Sha256
}

/** The image of a node: what it is, and what another one would have. */
export function createImageHandlers(deps: Deps): Pick<Handlers, 'images.read' | 'images.preview'> {
  const { clusters, factory, factoryUrl, sha256 } = deps

  const read: MethodHandler<'images.read'> = async ({ context, node, version }, signal) => {
    const cluster = await clusters.cluster(context)
    const facts = await gatherNodeFacts(cluster.talos, node, signal)
    throwIfSilent(facts)
    const address = factoryOf(facts, cluster, factoryUrl())
    const question = { version: tagOf(version), choice: {}, address, sha256 }
    const reading = await readImages(factory, facts, question, signal)
    return {
      image: describeImage(facts, reading.content, sha256),
      offered: [...(valueOf(reading.offered) ?? [])],
      factory: reading.word,
    }
  }

  const preview: MethodHandler<'images.preview'> = async (input, signal) => {
    const { context, node, version, choice, register } = input
    const cluster = await clusters.cluster(context)
    const facts = await gatherNodeFacts(cluster.talos, node, signal)
    throwIfSilent(facts)
    const address = factoryOf(facts, cluster, factoryUrl())
    const reading = await readImages(
      factory,
      facts,
      { version: tagOf(version), choice, address, sha256 },
      signal,
    )
    const { chosen } = reading
    const finding =
      register && chosen.refused === undefined
        ? await registerImage(factory, chosen, address, signal)
        : reading.finding
    const before = valueOf(facts.schematic)?.id
    return {
      reference: chosen.reference,
      ...(before === undefined ? {} : { before: view(before, chosen.before) }),
      ...(chosen.schematicId === undefined ? {} : { after: view(chosen.schematicId, chosen.after) }),
      extensions: [...changesOf(facts, reading)],
      kernelArguments: {
        before: (chosen.before?.extraKernelArgs ?? []).map(hideLooseSecrets),
        after: (chosen.after?.extraKernelArgs ?? []).map(hideLooseSecrets),
      },
      image: finding,
      factory: reading.word,
    }
  }

  return { 'images.read': read, 'images.preview': preview }
}

function view(id: string, content: SchematicContent | undefined) {
  return { id, ...(content === undefined ? {} : { text: shownSchematic(content) }) }
}

/** A node that does not tell its version tells nothing else to go by. */
function throwIfSilent({ version, node }: NodeFacts): void {
  if (version.known) return
  throw version.failure ?? new TalosFailure('node-error', version.reason, { node })
}
