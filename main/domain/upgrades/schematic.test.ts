import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  canonicalSchematic,
  defaultSchematicId,
  EMPTY_SCHEMATIC,
  parseSchematic,
  schematicId,
} from './schematic.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const nothing = EMPTY_SCHEMATIC

describe('the id of a schematic', () => {
  test('the empty schematic has the id that Talos 1.14 installs by default', () => {
    expect(canonicalSchematic(nothing)).toBe('customization: {}\n')
    expect(defaultSchematicId(sha256)).toBe(
      '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba',
    )
  })

  test('extensions, in the order given', () => {
    const extensions = ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools']
    expect(schematicId({ ...nothing, extensions }, sha256)).toBe(
      '613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245',
    )
    expect(schematicId({ ...nothing, extensions: extensions.toReversed() }, sha256)).not.toBe(
      '613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245',
    )
  })

  test('kernel arguments', () => {
    expect(schematicId({ ...nothing, extraKernelArgs: ['noapic', 'nolapic'] }, sha256)).toBe(
      '9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c',
    )
  })

  test('what a node tells of its schematic reads back to the same text', () => {
    const content = {
      overlay: { image: 'siderolabs/sbc-raspberrypi', name: 'rpi_generic' },
      extraKernelArgs: ['intel_iommu=on', '-console', 'a: b', 'true', '1.5', "it's #1", ''],
      meta: [{ key: 10, value: '{"a":\n1}' }],
      extensions: ['siderolabs/iscsi-tools'],
      unknown: [],
    }
    const text = canonicalSchematic(content)
    expect(parseSchematic(text)).toEqual(content)
    expect(text).toContain('        - -console\n')
    expect(text).toContain("        - 'a: b'\n")
    expect(text).toContain('        - "true"\n')
    expect(text).toContain("        - 'it''s #1'\n")
    expect(text).toMatch(
      /^overlay:\n {4}image: siderolabs\/sbc-raspberrypi\n {4}name: rpi_generic\ncustomization:\n/,
    )
  })

  test('a text that is no schematic is none', () => {
    expect(parseSchematic('owner: me')).toBeUndefined()
    expect(parseSchematic('{')).toBeUndefined()
    expect(parseSchematic('customization: {}\n')).toEqual(nothing)
  })
})
