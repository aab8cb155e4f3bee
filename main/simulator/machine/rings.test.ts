import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createManualClock } from './clock.ts'
import { etcdSnapshot } from './etcd-snapshot.ts'
import { createEventLog } from './event-log.ts'
import { goDuration, prettySize } from './go-format.ts'
import { createKernelLog } from './kernel-log.ts'
import { createLoadModel, loadSnapshot } from './load.ts'
import { createRandom } from './random.ts'
import { createServiceLogs } from './service-logs.ts'

test('event ids are xids that sort by time, and the ring holds a thousand', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const log = createEventLog(clock, createRandom(1))
  for (let number = 0; number < 1200; number++) {
    log.publish('TaskEvent', { task: `task ${number}`, action: 'START' })
    if (number % 100 === 0) await clock.advance(1000)
  }
  const ids = log.history().map(({ id }) => id)
  expect(ids).toHaveLength(1000)
  expect([...ids].sort()).toEqual(ids)
  expect(ids.every((id) => /^[0-9a-v]{20}$/.test(id))).toBe(true)
  // The first four bytes are Unix seconds: 2026 begins with 0x6955….
  expect(ids[0]?.startsWith('d5a')).toBe(true)
})

test('a kernel frame has the shape that Dmesg sends', () => {
  const log = createKernelLog(createManualClock(Date.UTC(2026, 2, 1, 10)), createRandom(1))
  log.write('kern', 'info', 'Run /init as init process')
  log.controller('network.LinkSpecController', 'setting link up', { link: 'eth0' })
  const [kernel, talos] = log.frames()
  expect(kernel).toMatch(/^kern: {4}info: \[2026-03-01T10:00:00\.\d{9}Z\]: Run \/init as init process\n$/)
  expect(talos).toMatch(
    /^user: warning: \[[^\]]+\]: \[talos\] setting link up \{"component": "controller-runtime", "controller": "network\.LinkSpecController", "link": "eth0"\}\n$/,
  )
})

test('a service log keeps the newest mebibyte', () => {
  const logs = createServiceLogs()
  for (let number = 0; number < 50_000; number++)
    logs.write('kubelet', `line ${String(number).padStart(95, '0')}`)
  const lines = logs.lines('kubelet') ?? []
  expect(lines.at(-1)).toBe(`line ${'49999'.padStart(95, '0')}`)
  expect(lines.length).toBe(Math.floor((1024 * 1024) / 101))
  expect(logs.lines('nothing')).toBeUndefined()
})

test('an etcd snapshot ends with the hash of what is before it', () => {
  const file = etcdSnapshot(createRandom(1), 4711)
  expect(file.length % 512).toBe(32)
  const body = file.subarray(0, -32)
  expect(createHash('sha256').update(body).digest()).toEqual(file.subarray(-32))
})

test('processor counters never run backwards', () => {
  const model = createLoadModel(createRandom(3), 'worker')
  const at = (seconds: number): number => {
    const { cpu } = loadSnapshot(model, {
      bootTime: 0,
      now: seconds * 1000,
      cores: 4,
      memoryBytes: 8 * 2 ** 30,
      mounts: [],
    })
    return cpu.user + cpu.system
  }
  for (let second = 0; second < 4000; second += 7) expect(at(second + 7)).toBeGreaterThanOrEqual(at(second))
})

test('durations and sizes are worded as Go words them', () => {
  expect([90_000, 1500, 12.3, 0.45, 60_000, 0].map(goDuration)).toEqual([
    '1m30s',
    '1.5s',
    '12.3ms',
    '450µs',
    '1m0s',
    '0s',
  ])
  expect([500_107_862_016, 2_203_058_176, 512].map(prettySize)).toEqual(['500 GB', '2.2 GB', '512 B'])
})

test('a manual clock runs timers at their own moments, in order', async () => {
  const clock = createManualClock(0)
  const seen: [string, number][] = []
  const wait = async (name: string, milliseconds: number): Promise<void> => {
    await clock.sleep(milliseconds)
    seen.push([name, clock.now()])
    if (name === 'first') await wait('nested', 5)
  }
  void wait('second', 20)
  void wait('first', 10)
  await clock.advance(100)
  expect(seen).toEqual([
    ['first', 10],
    ['nested', 15],
    ['second', 20],
  ])
  const abort = new AbortController()
  const sleeping = clock.sleep(50, abort.signal)
  abort.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
})
