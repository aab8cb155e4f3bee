import { expect, test } from 'vitest'
import { mayInterrupt, phasesOf, type SequenceName } from './sequence-data.ts'

const names = (sequence: SequenceName, talos: string): string[] =>
  phasesOf(sequence, { talos }).map(({ name }) => name)

test.each([
  ['v1.9.6', 10, 15],
  ['v1.10.9', 9, 10],
  ['v1.11.6', 9, 9],
  ['v1.12.11', 9, 9],
  ['v1.13.9', 9, 9],
  ['v1.14.0', 9, 9],
] as const)('%s initialises in %i phases and boots in %i', (talos, initialize, boot) => {
  expect(phasesOf('initialize', { talos })).toHaveLength(initialize)
  expect(phasesOf('boot', { talos })).toHaveLength(boot)
  expect(phasesOf('install', { talos })).toHaveLength(0)
})

test('apid starts during initialize from 1.13 on', () => {
  const early = (talos: string): readonly string[] | undefined =>
    phasesOf('initialize', { talos }).find(({ name }) => name === 'earlyServices')?.tasks
  expect(early('v1.12.11')).toHaveLength(5)
  expect(early('v1.13.9')).toContain('startApid')
  expect(early('v1.14.0')).toContain('waitForUdevd')
})

test('1.14 prepares kexec after everything has stopped, earlier lines before', () => {
  const old = names('reboot', 'v1.13.9')
  const recent = names('reboot', 'v1.14.0')
  expect(old.indexOf('kexec')).toBeLessThan(old.indexOf('stopEverything'))
  expect(recent.indexOf('kexec')).toBeGreaterThan(recent.indexOf('stopEverything'))
  expect(recent[2]).toBe('denyNewServices')
})

test('a reboot never drains; an upgrade and a shutdown do, unless forced', () => {
  expect(names('reboot', 'v1.13.9')).not.toContain('drain')
  expect(names('upgrade', 'v1.13.9')[0]).toBe('drain')
  expect(names('shutdown', 'v1.13.9')).toContain('drain')
  expect(phasesOf('shutdown', { talos: 'v1.13.9', force: true }).map(({ name }) => name)).not.toContain(
    'drain',
  )
})

test('a reboot by FORCE does nothing but reboot', () => {
  expect(phasesOf('reboot', { talos: 'v1.13.9', rebootMode: 'FORCE' }).map(({ name }) => name)).toEqual([
    'reboot',
  ])
})

test('a reboot may break into a boot, but nothing into an upgrade', () => {
  expect(mayInterrupt('boot', 'reboot')).toBe(true)
  expect(mayInterrupt('upgrade', 'reboot')).toBe(false)
  expect(mayInterrupt('shutdown', 'reboot')).toBe(false)
})
