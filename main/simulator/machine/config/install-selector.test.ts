import { expect, test } from 'vitest'
import { installSelectorOf } from './install-selector.ts'

const expression = (selector: Readonly<Record<string, unknown>>): string => {
  const made = installSelectorOf(selector)
  return 'expression' in made ? made.expression : `not: ${made.problem}`
}

test.each([
  [{ size: '<= 256KiB' }, 'disk.size <= 262144u && disk.transport != "" && !disk.readonly && !disk.cdrom'],
  [{ size: '>= 10GB' }, 'disk.size >= 10000000000u && disk.transport != "" && !disk.readonly && !disk.cdrom'],
  [
    { size: 1_048_576, type: 'nvme' },
    'disk.size == 1048576u && disk.transport != "" && disk.transport == "nvme" && !disk.readonly &&\n!disk.cdrom',
  ],
  [
    { size: '1MiB', type: 'hdd', modalias: 'pci:1234:5678*' },
    'disk.size == 1048576u && glob("pci:1234:5678*", disk.modalias) && disk.transport != "" &&\ndisk.rotational && !disk.readonly && !disk.cdrom',
  ],
  [{ type: 'ssd' }, 'disk.transport != "" && !disk.rotational && !disk.readonly && !disk.cdrom'],
  [
    { busPath: '/pci-0000:00:1f.2/*' },
    'disk.transport != "" && glob("/pci-0000:00:1f.2/*", disk.bus_path) && !disk.readonly &&\n!disk.cdrom',
  ],
  [
    { uuid: '0000-0001-*' },
    'glob("0000-0001-*", disk.uuid) && disk.transport != "" && !disk.readonly && !disk.cdrom',
  ],
  [
    { serial: 'S73VNU0X303066H' },
    'glob("S73VNU0X303066H", disk.serial) && disk.transport != "" && !disk.readonly &&\n!disk.cdrom',
  ],
  [{ type: 'tape' }, 'not: unsupported disk type "tape"'],
  [{ name: 'sda' }, 'not: selector on name is not supported'],
  [{ size: 'large' }, 'not: failed to parse disk size "large"'],
])('%j is the expression that Talos makes of it', (selector, text) => {
  expect(expression(selector)).toBe(text)
})
