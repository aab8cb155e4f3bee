import { describe, expect, test } from 'vitest'
import { factoryHostOf, installerImage, type ImageSource } from './image.ts'

const vanilla = '3765'.padEnd(64, '0')
const own = '613e'.padEnd(64, '1')
const metal: ImageSource = { platform: 'metal', secureBoot: false, factory: 'factory.talos.dev' }

function image(version: string, source: Partial<ImageSource>) {
  return installerImage(version, { ...metal, ...source }, vanilla)
}

describe('the installer image of a node', () => {
  test('keeps the schematic the node runs', () => {
    expect(image('v1.14.0', { schematicId: own })).toEqual({
      reference: `factory.talos.dev/metal-installer/${own}:v1.14.0`,
      schematicId: own,
      origin: 'kept',
    })
  })

  test('keeps platform and secure boot', () => {
    expect(image('v1.14.0', { schematicId: own, platform: 'nocloud', secureBoot: true }).reference).toBe(
      `factory.talos.dev/nocloud-installer-secureboot/${own}:v1.14.0`,
    )
  })

  test('comes from the factory that the node belongs to', () => {
    expect(image('v1.14.1', { schematicId: own, factory: 'images.casa:8443' }).reference).toBe(
      `images.casa:8443/metal-installer/${own}:v1.14.1`,
    )
    expect(factoryHostOf(`images.casa/installer/${own}:v1.13.0`)).toBe('images.casa')
    expect(factoryHostOf(`images.casa/digital-ocean-installer-secureboot/${own}@sha256:1`)).toBe(
      'images.casa',
    )
    expect(factoryHostOf('ghcr.io/siderolabs/installer:v1.13.0')).toBeUndefined()
  })

  test('uses the plain image only for a node installed from it, and only while Talos publishes it', () => {
    const installedFrom = 'ghcr.io/siderolabs/installer:v1.12.0'
    expect(image('v1.13.9', { installedFrom })).toEqual({
      reference: 'ghcr.io/siderolabs/installer:v1.13.9',
      origin: 'plain',
    })
    expect(image('v1.14.0', { installedFrom })).toEqual({
      reference: `factory.talos.dev/metal-installer/${vanilla}:v1.14.0`,
      schematicId: vanilla,
      origin: 'default',
    })
    expect(image('v1.13.9', {}).origin).toBe('default')
    expect(image('v1.13.9', { installedFrom, schematicId: own }).origin).toBe('kept')
  })

  test('names a third party image for what it is, with port and digest read right', () => {
    expect(image('v1.13.9', { installedFrom: 'registry.casa:5000/talos/installer:v1' }).origin).toBe(
      'third-party',
    )
    expect(image('v1.13.9', { installedFrom: 'ghcr.io/siderolabs/installer@sha256:ab' }).origin).toBe('plain')
    expect(
      image('v1.13.9', { installedFrom: `factory.talos.dev/metal-installer/${own}:v1.13.0` }).origin,
    ).toBe('default')
  })

  test('before 1.10 metal has the name the factory had then', () => {
    expect(image('v1.9.6', { schematicId: own }).reference).toBe(`factory.talos.dev/installer/${own}:v1.9.6`)
  })
})
