import { expect, test } from 'vitest'
import { bootTookSeconds, parseKernelLine } from './boot-time.ts'

const start = 'kern:  notice: [2026-03-01T10:00:00.000000000Z]: Linux version 6.18.44-talos (gcc)'
const other = 'user: warning: [2026-03-01T10:00:12.500000000Z]: [talos] boot sequence: 9 phase(s)'
const ready =
  'user: warning: [2026-03-01T10:00:41.250000000Z]: [talos] machine is running and ready {"component": "controller-runtime"}'

test('a boot took from the first kernel line to running and ready', () => {
  expect(bootTookSeconds([start, other, ready])).toBe(41.25)
})

test('a ring that no longer holds the start tells no boot time', () => {
  expect(bootTookSeconds([other, ready])).toBeUndefined()
})

test('a boot that never became ready has no time', () => {
  expect(bootTookSeconds([start, other])).toBeUndefined()
})

test('with two boots in one log the first whole one counts from its own start', () => {
  expect(bootTookSeconds([start, start.replace('10:00:00', '10:00:30'), ready])).toBe(11.25)
})

test('a kernel line is taken apart', () => {
  expect(parseKernelLine(other)).toEqual({
    facility: 'user',
    priority: 'warning',
    time: '2026-03-01T10:00:12.500000000Z',
    text: '[talos] boot sequence: 9 phase(s)',
  })
})

test('a continuation line keeps its text whole', () => {
  expect(parseKernelLine(' SUBSYSTEM=pci')).toEqual({ text: ' SUBSYSTEM=pci' })
})
