import { expect, test } from 'vitest'
import { known, unknown } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { restartWay } from './restart-way.ts'

function facts(more: Partial<NodeFacts> = {}): NodeFacts {
  return {
    security: known({ secureBoot: false, uki: true }),
    kernelCmdline: known('talos.platform=metal console=tty0'),
    ...more,
  } as NodeFacts
}

test('a node restarts by kexec where nothing stands against it', () => {
  expect(restartWay(facts(), 'default')).toBe('kexec')
})

test('a cold boot that was asked for goes through the firmware, whatever else holds', () => {
  expect(restartWay(facts({ security: unknown('silent') }), 'powercycle')).toBe('firmware-asked')
})

test('secure boot knows no kexec', () => {
  expect(restartWay(facts({ security: known({ secureBoot: true, uki: true }) }), 'default')).toBe(
    'firmware-secure-boot',
  )
})

test('kexec may be switched off on the command line, as boards do, or by a sysctl of the configuration', () => {
  const board = known('talos.platform=metal sysctl.kernel.kexec_load_disabled=1')
  expect(restartWay(facts({ kernelCmdline: board }), 'default')).toBe('firmware-sysctl')
  expect(restartWay(facts({ kexecOff: known(true) }), 'default')).toBe('firmware-sysctl')
  expect(restartWay(facts({ kexecOff: known(undefined) }), 'default')).toBe('kexec')
})

test('without a word about secure boot nobody knows', () => {
  expect(restartWay(facts({ security: unknown('silent') }), 'default')).toBeUndefined()
})
