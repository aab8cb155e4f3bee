import { minorsBetween } from './version-table.ts'

/** What decides which installer image keeps a node as it is. */
export interface ImageSource {
  /** 64 hex digits; absent on a node booted from plain images. */
  readonly schematicId?: string | undefined
  /** `metal`, `nocloud`, `aws`, … as `Version` tells it. */
  readonly platform: string
  readonly secureBoot: boolean
  /** `https://factory.talos.dev/` where the node tells it (1.14). */
  readonly factoryUrl?: string | undefined
  /** `machine.install.image` of the node's config. */
  readonly installedFrom?: string | undefined
}

export interface InstallerImage {
  readonly reference: string
  /** The schematic inside it; absent for Talos' plain installer. */
  readonly schematicId?: string
  /** Why this one: the node's schematic kept, Talos' default, Talos' plain installer, or a third party's that is not. */
  readonly origin: 'kept' | 'default' | 'plain' | 'third-party'
}

const PUBLIC_FACTORY = 'factory.talos.dev'
const PLAIN = 'ghcr.io/siderolabs/installer'
const FACTORY_REFERENCE = /^([^/]+)\/(?:[a-z0-9]+-)?installer(?:-secureboot)?\/[0-9a-f]{64}(?:[:@]|$)/

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
  const host = factoryHost(source)
  const flavour = `${installerName(version, source.platform)}${source.secureBoot ? '-secureboot' : ''}`
  const thirdParty =
    schematicId === undefined && installedFrom !== undefined && before !== PLAIN && !isFactory(installedFrom)
  return {
    reference: `${host}/${flavour}/${id}:${version}`,
    schematicId: id,
    origin: schematicId !== undefined ? 'kept' : thirdParty ? 'third-party' : 'default',
  }
}

/** Before 1.10 the factory documents the bare name for metal only. */
function installerName(version: string, platform: string): string {
  return platform === 'metal' && minorsBetween('1.10.0', version) < 0 ? 'installer' : `${platform}-installer`
}

/** A private factory stays the factory: as the node tells it, else as its config does. */
function factoryHost({ factoryUrl, installedFrom }: ImageSource): string {
  if (factoryUrl !== undefined && URL.canParse(factoryUrl)) return new URL(factoryUrl).host
  return FACTORY_REFERENCE.exec(installedFrom ?? '')?.[1] ?? PUBLIC_FACTORY
}

function isFactory(reference: string): boolean {
  return FACTORY_REFERENCE.test(reference)
}

/** The reference without tag and digest; a colon before the last slash is a port. */
function repositoryOf(reference: string): string {
  return reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
}
