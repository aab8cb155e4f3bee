import { minorsBetween } from './version-table.ts'

/** What decides which installer image keeps a node as it is. */
export interface ImageSource {
  /** 64 hex digits; absent on a node booted from plain images. */
  readonly schematicId?: string | undefined
  /** `metal`, `nocloud`, `aws`, … as `Version` tells it. */
  readonly platform: string
  readonly secureBoot: boolean
  /** Host of the factory that its images come from: `factory.talos.dev`. */
  readonly factory: string
  /** `machine.install.image` of the node's config. */
  readonly installedFrom?: string | undefined
}

export interface InstallerImage {
  readonly reference: string
  /** The schematic inside it; absent for Talos' plain installer. */
  readonly schematicId?: string
  /**
   * Why this one: the node's schematic kept, another one chosen, Talos' default, Talos' plain installer, the default in
   * place of a third party's image, or a third party's kept on purpose.
   */
  readonly origin: 'kept' | 'changed' | 'default' | 'plain' | 'third-party' | 'own'
}

const PLAIN = 'ghcr.io/siderolabs/installer'
const FACTORY_REFERENCE = /^([^/]+)\/(?:[a-z0-9-]+-)?installer(?:-secureboot)?\/[0-9a-f]{64}(?:[:@]|$)/

/**
 * The installer image of `version` that keeps schematic, platform and secure boot (behaviour.md §5.10). Talos' plain
 * image is used only where it was used before and is still published (up to 1.13). A third party's image is named as
 * the origin; its place is taken by the default schematic, which the caller has to bring up.
 */
export function installerImage(
  version: string,
  source: ImageSource,
  defaultSchematic: string,
): InstallerImage {
  const { schematicId, installedFrom } = source
  const before = installedFrom === undefined ? undefined : repositoryOf(installedFrom)
  if (schematicId === undefined && before === PLAIN && minorsBetween('1.13.0', version) <= 0) {
    return { reference: `${PLAIN}:${version}`, origin: 'plain' }
  }
  const id = schematicId ?? defaultSchematic
  const thirdParty =
    schematicId === undefined && installedFrom !== undefined && before !== PLAIN && !isFactory(installedFrom)
  return {
    reference: factoryImage(version, source, id, source.factory),
    schematicId: id,
    origin: schematicId !== undefined ? 'kept' : thirdParty ? 'third-party' : 'default',
  }
}

/** Before 1.10 the factory documents the bare name for metal only. */
function installerName(version: string, platform: string): string {
  return platform === 'metal' && minorsBetween('1.10.0', version) < 0 ? 'installer' : `${platform}-installer`
}

/** `factory.talos.dev/metal-installer-secureboot/<schematic>:v1.14.0` */
export function factoryImage(
  version: string,
  { platform, secureBoot }: Pick<ImageSource, 'platform' | 'secureBoot'>,
  id: string,
  host: string,
): string {
  return `${host}/${installerName(version, platform)}${secureBoot ? '-secureboot' : ''}/${id}:${version}`
}

/** Host of the factory that an installer image came from; `undefined` when it came from none. */
export function factoryHostOf(reference: string | undefined): string | undefined {
  return FACTORY_REFERENCE.exec(reference ?? '')?.[1]
}

export function isFactory(reference: string): boolean {
  return FACTORY_REFERENCE.test(reference)
}

/** The reference without tag and digest; a colon before the last slash is a port. */
export function repositoryOf(reference: string): string {
  return reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
}
