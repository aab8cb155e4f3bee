import { expect, test } from 'vitest'
import { bootPhases } from './boot-phases.ts'

const line = (seconds: number, text: string, prefix = 'user: warning'): string =>
  `${prefix}: [${new Date(Date.UTC(2026, 10, 23, 20, 0, 0) + seconds * 1000).toISOString()}]: ${text}`

const boot = (at: number, talos: string): string[] => [
  line(at, 'Linux version 6.18.44-talos', 'kern: notice'),
  line(at + 3, `[talos] [initramfs] booting Talos ${talos}`),
  line(at + 4, '[talos] initialize sequence: 9 phase(s)'),
  line(at + 7.5, '[talos] initialize sequence: done: 4.1s'),
  line(at + 8, '[talos] boot sequence: 9 phase(s)'),
  line(at + 39, '[talos] boot sequence: done: 31.7s'),
  line(at + 45, '[talos] machine is running and ready {"component":"controller-runtime"}'),
]

test('the parts of a boot come from the offsets of one kernel log', () => {
  expect(bootPhases(boot(0, 'v1.13.9'))).toMatchObject({
    talos: 'v1.13.9',
    kernel: 3,
    initialize: 4.5,
    boot: 31.5,
    ready: 6,
    total: 45,
  })
})

test('a log that holds the boot before as well tells the last', () => {
  const phases = bootPhases([...boot(0, 'v1.13.9'), ...boot(600, 'v1.14.0')])
  expect(phases).toMatchObject({ talos: 'v1.14.0', total: 45 })
  expect(phases?.startedAt).toBe(Date.UTC(2026, 10, 23, 20, 10, 0))
})

test('a ring that lost its start tells nothing, and a boot that is not over has no whole', () => {
  expect(bootPhases(boot(0, 'v1.13.9').slice(1))).toBeUndefined()
  const going = bootPhases(boot(0, 'v1.13.9').slice(0, 4))
  expect([going?.initialize, going?.boot, going?.total]).toEqual([4.5, undefined, undefined])
})

test('a node that is ready before its last task says so has waited for nothing', () => {
  const lines = boot(0, 'v1.13.9').filter((one) => !one.includes('running and ready'))
  lines.splice(5, 0, line(38, '[talos] machine is running and ready'))
  expect(bootPhases(lines)).toMatchObject({ ready: 0, total: 38 })
})
