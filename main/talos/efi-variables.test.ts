import { expect, test } from 'vitest'
import { textsOfVariable } from './efi-variables.ts'

const bytes = (text: string): Buffer =>
  Buffer.concat([Buffer.from([6, 0, 0, 0]), Buffer.from(text, 'utf16le')])

test('the attributes stand before the texts, and each text ends with a zero', () => {
  expect(
    textsOfVariable(bytes('Talos-v1.14.0.efi\0Talos-v1.13.9~1.efi\0auto-reboot-to-firmware-setup\0')),
  ).toEqual(['Talos-v1.14.0.efi', 'Talos-v1.13.9~1.efi', 'auto-reboot-to-firmware-setup'])
})

test('an empty variable has no texts', () => {
  expect(textsOfVariable(bytes(''))).toEqual([])
  expect(textsOfVariable(new Uint8Array())).toEqual([])
})
