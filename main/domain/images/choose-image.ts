import type { ImageChoice, NodeImage } from '#contract/images.ts'
import { hideLooseSecrets } from '../nodes/loose-secrets.ts'
import type { Sha256 } from '../upgrades/hash-port.ts'
import {
  factoryImage,
  installerImage,
  isFactory,
  repositoryOf,
  type InstallerImage,
} from '../upgrades/image.ts'
import { valueOf, type Known } from '../upgrades/known.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import {
  canonicalSchematic,
  defaultSchematicId,
  EMPTY_SCHEMATIC,
  parseSchematic,
  schematicId,
  type SchematicContent,
} from '../upgrades/schematic.ts'
import type { FactoryAddress } from './factory-address.ts'

/** The image a plan would install, and what is in it as far as it can be told. */
export interface ChosenImage extends InstallerImage {
  /** What the node has now; `undefined` where nobody knows what its schematic holds. */
  readonly before: SchematicContent | undefined
  /** What it will have; `undefined` likewise, and for an image that is no factory's. */
  readonly after: SchematicContent | undefined
  /** Another schematic than the node's: the factory has to be told it first, in this text. */
  readonly register?: string
  /** The node was installed from an image of the person's own, and this one takes its place. */
  readonly replacesOwn?: boolean
  /** What was chosen and cannot be done. */
  readonly refused?:
    | 'content-unknown'
    | 'content-unproven'
    | 'unknown-fields'
    | 'secret-unresolved'
    | 'typed-differs'
    | 'not-a-reference'
}

/** Why a node's schematic cannot be rewritten. */
export type Fixed = NonNullable<NodeImage['fixed']>

/**
 * What a schematic holds, from its text. It is believed when its hash is the id; to be rewritten, our own writing of it
 * has to give the same hash as well.
 */
export function readContent(
  text: string | undefined,
  id: string,
  sha256: Sha256,
): { readonly content: SchematicContent; readonly proven: boolean } | undefined {
  if (id === defaultSchematicId(sha256)) return { content: EMPTY_SCHEMATIC, proven: true }
  const content = text === undefined ? undefined : parseSchematic(text)
  if (text === undefined || content === undefined) return undefined
  const proven = content.unknown.length === 0 && schematicId(content, sha256) === id
  return proven || sha256(text) === id || sha256(`${text.trimEnd()}\n`) === id
    ? { content, proven }
    : undefined
}

export interface ChoiceParts {
  readonly version: string
  readonly choice: ImageChoice
  readonly address: FactoryAddress
  /** Text of the node's schematic, from the node or from the factory. */
  readonly content: Known<string | undefined>
  readonly sha256: Sha256
}

export function chooseImage(facts: NodeFacts, parts: ChoiceParts): ChosenImage {
  const { version, choice, address, sha256 } = parts
  const source = imageSource(facts, address.host)
  const kept = installerImage(version, source, defaultSchematicId(sha256))
  const base = baseOf(facts, parts)
  if (choice.own !== undefined) return ownImage(choice.own, base?.content)
  const before = base?.content
  const unchanged: ChosenImage = {
    ...kept,
    before,
    after: kept.origin === 'kept' ? before : EMPTY_SCHEMATIC,
    ...(kept.origin === 'third-party' ? { replacesOwn: true } : {}),
  }
  const { extensions, kernelArguments } = choice
  if (extensions === undefined && kernelArguments === undefined) return unchanged
  if (base === undefined) return { ...unchanged, refused: 'content-unknown' }
  const after: SchematicContent = {
    ...base.content,
    extensions: extensions ?? base.content.extensions,
    extraKernelArgs: kernelArguments?.map(putBack(base.content)) ?? base.content.extraKernelArgs,
  }
  if (sameLists(after, base.content)) return unchanged
  if (after.extraKernelArgs.some((one) => one.includes(MARK)))
    return { ...unchanged, refused: 'secret-unresolved' }
  if (base.content.unknown.length > 0) return { ...unchanged, refused: 'unknown-fields' }
  if (!base.proven) return { ...unchanged, refused: 'content-unproven' }
  const id = schematicId(after, sha256)
  return {
    ...(unchanged.replacesOwn === true ? { replacesOwn: true } : {}),
    reference: factoryImage(version, source, id, address.only ? address.host : new URL(address.url).host),
    schematicId: id,
    origin: 'changed',
    before,
    after,
    register: canonicalSchematic(after),
  }
}

const MARK = '«secret»'

/** An argument as it was shown, with its secret in place again. */
function putBack({ extraKernelArgs }: SchematicContent): (shown: string) => string {
  const own = new Map(extraKernelArgs.map((argument) => [hideLooseSecrets(argument), argument]))
  return (shown) => own.get(shown) ?? shown
}

/** What the node's schematic holds; a node without one has nothing added. */
function baseOf(facts: NodeFacts, { content, sha256 }: ChoiceParts): ReturnType<typeof readContent> {
  if (!facts.schematic.known) return undefined
  const { id, extensions } = facts.schematic.value
  if (id !== undefined) return readContent(valueOf(content), id, sha256)
  return extensions.length === 0 ? { content: EMPTY_SCHEMATIC, proven: true } : undefined
}

function imageSource(facts: NodeFacts, factory: string) {
  return {
    platform: valueOf(facts.version)?.platform ?? 'metal',
    schematicId: valueOf(facts.schematic)?.id,
    secureBoot: valueOf(facts.security)?.secureBoot ?? false,
    factory,
    installedFrom: valueOf(facts.install)?.image,
  }
}

function ownImage(
  { reference, typed }: NonNullable<ImageChoice['own']>,
  before: SchematicContent | undefined,
): ChosenImage {
  const own = { reference, origin: 'own' as const, before, after: undefined }
  if (!REFERENCE.test(reference)) return { ...own, refused: 'not-a-reference' }
  return typed === repositoryOf(reference) ? own : { ...own, refused: 'typed-differs' }
}

/** Host with a dot or a port, path, and a tag or digest. */
const REFERENCE =
  /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?|[a-z0-9-]+:\d+)(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/

function sameLists(a: SchematicContent, b: SchematicContent): boolean {
  const key = ({ extensions, extraKernelArgs }: SchematicContent): string =>
    JSON.stringify([extensions, extraKernelArgs])
  return key(a) === key(b)
}

/** The node's image in words a screen can show. */
export function describeImage(
  facts: NodeFacts,
  content: Known<string | undefined>,
  sha256: Sha256,
): NodeImage {
  const schematic = valueOf(facts.schematic)
  const install = valueOf(facts.install)
  const security = valueOf(facts.security)
  const installedFrom = install?.image
  const read = schematic?.id === undefined ? undefined : readContent(valueOf(content), schematic.id, sha256)
  const uki = security?.uki ?? (valueOf(facts.bootedEntry) === undefined ? undefined : true)
  const kind = kindOf(facts, sha256)
  const fixed = fixedOf(kind, schematic?.id, read)
  return {
    kind,
    ...(schematic?.id === undefined ? {} : { schematicId: schematic.id }),
    ...(installedFrom === undefined ? {} : { installedFrom }),
    platform: valueOf(facts.version)?.platform ?? '',
    arch: valueOf(facts.version)?.arch ?? '',
    ...(security === undefined ? {} : { secureBoot: security.secureBoot }),
    ...(uki === undefined ? {} : { bootLoader: uki ? 'systemd-boot' : 'grub' }),
    ...(read?.content.overlay === undefined
      ? {}
      : { overlay: `${read.content.overlay.image} ${read.content.overlay.name}` }),
    extensions: [...(read?.content.extensions ?? schematic?.extensions.map(({ name }) => name) ?? [])],
    kernelArguments: (read?.content.extraKernelArgs ?? []).map(hideLooseSecrets),
    configArguments:
      install === undefined || install.grubUsesUkiCmdline
        ? []
        : install.extraKernelArgs.map(hideLooseSecrets),
    ...(fixed === undefined ? {} : { fixed }),
  }
}

function kindOf(facts: NodeFacts, sha256: Sha256): NodeImage['kind'] {
  if (!facts.schematic.known) return 'unknown'
  const { id, extensions } = facts.schematic.value
  if (id !== undefined) return id === defaultSchematicId(sha256) ? 'vanilla' : 'custom'
  const from = valueOf(facts.install)?.image
  if (from === undefined) return extensions.length === 0 ? 'vanilla' : 'unknown'
  if (repositoryOf(from) === 'ghcr.io/siderolabs/installer') return 'plain'
  return isFactory(from) ? 'vanilla' : 'own'
}

function fixedOf(
  kind: NodeImage['kind'],
  id: string | undefined,
  read: ReturnType<typeof readContent>,
): Fixed | undefined {
  if (kind === 'own') return 'own-image'
  if (kind === 'unknown') return 'content-unknown'
  if (id === undefined) return undefined
  if (read === undefined) return 'content-unknown'
  if (read.content.unknown.length > 0) return 'unknown-fields'
  return read.proven ? undefined : 'content-unproven'
}
