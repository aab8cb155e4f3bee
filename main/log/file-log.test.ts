import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFileLog } from './file-log.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-log-'))
})
afterEach(() => rm(folder, { recursive: true }))

const now = (): number => Date.UTC(2026, 10, 23)
const lines = async (name: string): Promise<unknown[]> =>
  (await readFile(join(folder, 'logs', name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

test('each event is one line of JSON, in order, readable for this user only', async () => {
  const log = createFileLog({ folder: join(folder, 'logs'), now })
  log.info('nodes.watch', { node: '10.5.0.2' })
  log.error('ipc.bug', new Error('boom'), { name: 'runs.stop' })
  await log.flush()
  const [first, second] = await lines('ichor.log')
  expect(first).toEqual({
    at: '2026-11-23T00:00:00.000Z',
    level: 'info',
    event: 'nodes.watch',
    node: '10.5.0.2',
  })
  expect(second).toMatchObject({ level: 'error', name: 'runs.stop', error: { message: 'boom' } })
  expect((await stat(log.path)).mode & 0o077).toBe(0)
})

test('old files are moved on and the oldest is let go', async () => {
  const log = createFileLog({ folder: join(folder, 'logs'), now, bytes: 300, files: 3 })
  for (let n = 0; n < 40; n += 1) {
    log.info('line', { n })
    await log.flush()
  }
  expect((await readdir(join(folder, 'logs'))).sort()).toEqual(['ichor.1.log', 'ichor.2.log', 'ichor.log'])
  const kept = [
    ...(await lines('ichor.2.log')),
    ...(await lines('ichor.1.log')),
    ...(await lines('ichor.log')),
  ]
  const numbers = kept.map((line) => (line as { n: number }).n)
  expect(numbers.at(-1)).toBe(39)
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
})

test('what is still pending when the process ends is written at once', async () => {
  const log = createFileLog({ folder: join(folder, 'logs'), now })
  log.info('last')
  log.flushNow()
  expect(await lines('ichor.log')).toHaveLength(1)
})

test('a folder that cannot be made stops nobody', async () => {
  await writeFile(join(folder, 'logs'), 'a file where the folder should be')
  const log = createFileLog({ folder: join(folder, 'logs'), now })
  log.info('unheard')
  await expect(log.flush()).resolves.toBeUndefined()
})
