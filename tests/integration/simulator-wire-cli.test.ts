import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { runSimulator } from '../../main/simulator/run-simulator.ts'

const installed = join(import.meta.dirname, '../..')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-simulator-'))
})
afterAll(async () => rm(folder, { recursive: true }))

/** Runs until it says it is ready. */
async function runOnce(...args: readonly string[]): Promise<string> {
  let stop: () => void = () => undefined
  let said = ''
  const end = new Promise<void>((resolve) => (stop = resolve))
  await runSimulator(args, {
    installed,
    end,
    print(text) {
      said += text
      stop()
    },
  })
  return said
}

test('it says in one line where it is ready, and leaves talosconfigs only their owner can read', async () => {
  const out = join(folder, 'configs')
  const said = await runOnce('--controlplanes', '1', '--workers', '1', '--talos', 'v1.14.0', '--out', out)
  expect(said).toMatch(/^ready: casa at [\d.:]+; talosconfig in .*configs\n$/)
  expect((await readdir(out)).sort()).toEqual([
    'kubeconfig',
    'talosconfig',
    'talosconfig.expired',
    'talosconfig.operator',
    'talosconfig.reader',
  ])
  for (const file of await readdir(out)) {
    expect(((await stat(join(out, file))).mode & 0o777).toString(8)).toBe('600')
    if (file === 'kubeconfig') continue
    expect(parse(await readFile(join(out, file), 'utf8'))).toMatchObject({
      context: 'casa',
      contexts: { casa: { nodes: expect.any(Array) as string[] } },
    })
  }
})

test('arguments that make no sense are refused in a sentence', async () => {
  await expect(runOnce('--speed', 'fast')).rejects.toThrow('--speed takes a number, not "fast"')
  await expect(runOnce('--talos', 'v1.14.0', '--scenario', 'gremlins@bronce-1')).rejects.toThrow(
    'unknown scenario "gremlins"; known are node-off, slow-node',
  )
  await expect(runOnce('--frobnicate')).rejects.toThrow('--frobnicate')
})
