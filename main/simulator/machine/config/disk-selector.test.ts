import { expect, test } from 'vitest'
import { celProblem } from './cel-types.ts'
import { selectDisks } from './disk-selector.ts'

const DISKS = [
  { id: 'loop0', isSystemDisk: false, spec: { dev_path: '/dev/loop0', size: 73_400_320, readonly: true } },
  {
    id: 'nvme0n1',
    isSystemDisk: true,
    spec: {
      dev_path: '/dev/nvme0n1',
      size: 500_107_862_016,
      transport: 'nvme',
      model: 'Samsung SSD 980 PRO',
      symlinks: ['/dev/disk/by-id/nvme-Samsung'],
    },
  },
  {
    id: 'sda',
    isSystemDisk: false,
    spec: { dev_path: '/dev/sda', size: 1_000_204_886_016, transport: 'sata', model: 'CT1000MX500SSD1' },
  },
]

test.each([
  ['disk.dev_path == "/dev/sda"', ['sda']],
  ['disk.transport != ""', ['nvme0n1', 'sda']],
  ['disk.size > 120u * GB && !system_disk', ['sda']],
  ['disk.size >= 1u * TB', ['sda']],
  ['disk.size > 1u * TiB', []],
  ['glob("Samsung*", disk.model) || disk.readonly', ['loop0', 'nvme0n1']],
  ['"/dev/disk/by-id/nvme-Samsung" in disk.symlinks', ['nvme0n1']],
  ['disk.model.startsWith("CT") ? true : disk.rotational', ['sda']],
  ['size(disk.symlinks) == 1', ['nvme0n1']],
  ['disk.symlinks.exists(link, link.contains("by-id"))', ['nvme0n1']],
])('%s picks %j', (selector, ids) => {
  expect(celProblem(selector, 'disk')).toBeUndefined()
  expect(selectDisks(selector, DISKS).map(({ id }) => id)).toEqual(ids)
})

test.each([
  ['disk.colour == "red"', ":1:5: undefined field 'colour'"],
  ['dsk.size > 1u', ":1:1: undeclared reference to 'dsk' (in container '')"],
  ['disk.size > 100', ":1:11: found no matching overload for '_>_' applied to '(uint, int)'"],
  ['disk.size == "big"', ":1:11: found no matching overload for '_==_' applied to '(uint, string)'"],
  ['volume.name == "xfs"', ":1:1: undeclared reference to 'volume' (in container '')"],
  ['blob("a", disk.model)', ":1:5: undeclared reference to 'blob' (in container '')"],
  ['disk.size >', ':1:11: Syntax error: mismatched input'],
])('%s is refused where the node would point', (selector, text) => {
  const problem = celProblem(selector, 'disk') ?? ''
  expect(problem).toContain(`ERROR: <input>${text}`)
  const [, line, caret = ''] = problem.split('\n')
  expect(line).toBe(` | ${selector}`)
  expect(caret).toBe(` | ${'.'.repeat(Number(/:1:(\d+)/.exec(text)?.[1]) - 1)}^`)
})

test('an expression that is no question is refused', () => {
  expect(celProblem('disk.size', 'disk')).toBe('expression output type is uint, expected bool')
})

test('a selector of an existing volume may name the volume', () => {
  expect(celProblem('volume.partition_label == "DATA" && disk.transport == "sata"', 'volume')).toBeUndefined()
})
