import type {
  ExtensionChange,
  FactoryWord,
  ImageChoice,
  ImageFinding,
  OfferedExtension,
} from '#contract/images.ts'
import { toInstant } from '../clock-port.ts'
import { toWireError, TalosFailure } from '../talos-failure.ts'
import type { Sha256 } from '../upgrades/hash-port.ts'
import { ask, known, unknown, valueOf, type Known } from '../upgrades/known.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import { chooseImage, readContent, type ChosenImage } from './choose-image.ts'
import { extensionChanges } from './extension-changes.ts'
import type { FactoryAddress } from './factory-address.ts'
import type { FactoryPort, Told } from './factory-port.ts'

/** The next image, and what the factory and the registries say of it. */
export interface ImageReading {
  readonly chosen: ChosenImage
  /** Text of the node's schematic. */
  readonly content: Known<string | undefined>
  readonly offered: Known<readonly OfferedExtension[]>
  /** Whether the factory lists the version; unknown without an answer. */
  readonly published: Known<boolean>
  readonly finding: ImageFinding
  readonly word: FactoryWord
  readonly address: FactoryAddress
}

export interface ImageQuestion {
  /** `v1.14.0` */
  readonly version: string
  readonly choice: ImageChoice
  readonly address: FactoryAddress
  readonly sha256: Sha256
}

/** Asks; tells the factory nothing. Never fails for the factory's sake: what it does not say is unknown. */
export async function readImages(
  factory: FactoryPort,
  facts: NodeFacts,
  question: ImageQuestion,
  signal: AbortSignal,
): Promise<ImageReading> {
  const { version, address } = question
  const [content, offered, versions] = await Promise.all([
    contentOf(factory, facts, question, signal),
    ask(signal, () => factory.extensions(address.url, version, { signal })),
    ask(signal, () => factory.versions(address.url, { signal })),
  ])
  const chosen = chooseImage(facts, { ...question, content })
  const finding = await findImage(factory, chosen, address, signal)
  return {
    chosen,
    content,
    offered: offered.known ? known(offered.value.value) : offered,
    published: publishedOf(versions, version),
    finding,
    word: wordOf(address.url, offered),
    address,
  }
}

function publishedOf(told: Known<Told<readonly string[]>>, version: string): Known<boolean> {
  if (!told.known) return told
  const { value, failure } = told.value
  const there = value.includes(version)
  // An old list cannot deny a version that is newer than it.
  return !there && failure !== undefined ? unknown(failure.message, failure) : known(there)
}

async function contentOf(
  factory: FactoryPort,
  facts: NodeFacts,
  { address, sha256 }: ImageQuestion,
  signal: AbortSignal,
): Promise<Known<string | undefined>> {
  const schematic = valueOf(facts.schematic)
  const id = schematic?.id
  if (id === undefined) return known(undefined)
  // What it hashes to is its id, so whoever tells it cannot lie about it.
  if (readContent(schematic?.content, id, sha256) !== undefined) return known(schematic?.content)
  return ask(signal, () => factory.schematic(address.url, id, signal))
}

/** What a factory's answer, or its silence, is told as. */
export function wordOf(url: string, told: Known<Told<unknown>>): FactoryWord {
  if (told.known) {
    const { at, failure } = told.value
    return {
      url,
      askedAt: toInstant(at),
      ...(failure === undefined ? {} : { failure: toWireError(failure) }),
    }
  }
  const failure = told.failure ?? new TalosFailure('factory-unreachable', told.reason)
  return { url, failure: toWireError(failure) }
}

async function findImage(
  factory: FactoryPort,
  { reference, register, schematicId, refused }: ChosenImage,
  address: FactoryAddress,
  signal: AbortSignal,
): Promise<ImageFinding> {
  if (refused !== undefined) return { state: 'unknown', evidence: refused }
  if (register !== undefined && schematicId !== undefined) {
    const there = await ask(signal, () => factory.schematic(address.url, schematicId, signal))
    if (!there.known) return { state: 'unknown', evidence: there.reason }
    if (there.value === undefined) {
      return { state: 'not-registered', evidence: `GET ${address.url}/schematics/${schematicId}: 404` }
    }
  }
  return registryFinding(factory, reference, address, signal)
}

/** One look at the registry that the node would pull from. */
export async function registryFinding(
  factory: FactoryPort,
  reference: string,
  address: FactoryAddress,
  signal: AbortSignal,
): Promise<ImageFinding> {
  const host = reference.slice(0, reference.indexOf('/'))
  // The factory's images are asked at the address that was configured, everything else where it lies.
  const at =
    address.only || host === address.host || host === new URL(address.url).host ? address.url : undefined
  const word = await ask(signal, () => factory.image(reference, at, signal))
  if (!word.known) return { state: 'unknown', evidence: word.reason }
  if (word.value.state !== 'exists') return word.value
  const { architectures, ...found } = word.value
  return { ...found, ...(architectures === undefined ? {} : { architectures: [...architectures] }) }
}

/**
 * Tells the factory the schematic of a plan, where it is another than the node's, and looks whether the image is there.
 * One POST; nothing on any node.
 * @throws `factory-answer` when the factory names it otherwise than we do: then nobody knows what would be built
 */
export async function registerImage(
  factory: FactoryPort,
  { reference, register, schematicId }: ChosenImage,
  address: FactoryAddress,
  signal: AbortSignal,
): Promise<ImageFinding> {
  if (register !== undefined) {
    const id = await factory.register(address.url, register, signal)
    if (id !== schematicId) {
      throw new TalosFailure(
        'factory-answer',
        `${address.url} names this schematic ${id}; computed here it is ${schematicId ?? '–'}.`,
      )
    }
  }
  return registryFinding(factory, reference, address, signal)
}

/** What becomes of each extension of a node under the image that was chosen. */
export function changesOf(facts: NodeFacts, { chosen, offered }: ImageReading): readonly ExtensionChange[] {
  const schematic = valueOf(facts.schematic)
  const installed = schematic?.extensions ?? []
  const own = chosen.origin === 'own'
  return extensionChanges({
    installed,
    before: chosen.before?.extensions,
    after: chosen.after?.extensions,
    // Extensions that no schematic names cannot be put into the next image.
    lost: !own && installed.length > 0 && schematic?.id === undefined,
    offered: own ? unknown(chosen.reference) : offered,
  })
}
