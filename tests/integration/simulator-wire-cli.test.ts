import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { runSimulator } from '../../main/simulator/run-simulator.ts'
import { connectKube } from '../fakes/kube-client.ts'
import { LINES } from '../fakes/mixed-cluster.ts'
import { ownClient } from '../fakes/own-client.ts'
import { never } from '../fakes/one-node.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'

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
  await expect(runOnce('--speed', 'fast')).rejects.toThrow('--speed takes a number above 0, not "fast"')
  await expect(runOnce('--speed', '0')).rejects.toThrow('--speed takes a number above 0, not "0"')
  await expect(runOnce('--controlplanes', '0')).rejects.toThrow(
    '--controlplanes takes a whole number from 1 on, not "0"',
  )
  await expect(runOnce('--workers', '1.5')).rejects.toThrow('--workers takes a whole number, not "1.5"')
  await expect(runOnce('--controlplanes', '300')).rejects.toThrow('at most 250 machines have an address here')
  for (const version of ['9.9', '1.13', 'v1.8.4', 'v1.13.99'])
    await expect(runOnce('--talos', `v1.14.0,${version}`)).rejects.toThrow(
      `--talos takes releases from v1.9.0 to v1.14 such as v1.13.9, not "${version}"`,
    )
  await expect(runOnce('--contract', '1.2')).rejects.toThrow('--contract knows 1.13, 1.14, not "1.2"')
  // Nobody can make a folder in a file, and in /proc Node's own recursion would go on for ever.
  await writeFile(join(folder, 'taken'), '')
  await expect(runOnce('--out', join(folder, 'taken', 'below'))).rejects.toThrow(
    '--out cannot be written to: ',
  )
  await expect(runOnce('--out', join(folder, 'taken'))).rejects.toThrow('taken is a file')
  if (process.platform === 'linux')
    await expect(runOnce('--out', '/proc/ichor/below')).rejects.toThrow('--out cannot be written to: ')
  await expect(runOnce('--talos', 'v1.14.0', '--scenario', 'gremlins@bronce-1')).rejects.toThrow(
    'unknown scenario "gremlins"; known are node-off, slow-node',
  )
  await expect(runOnce('--frobnicate')).rejects.toThrow('--frobnicate')
})

test('one command line runs every line of Talos, writes what each role needs, and ends with SIGTERM', async () => {
  const out = join(folder, 'lines')
  const file = async (name: string): Promise<string> => readFile(join(out, name), 'utf8')
  const said: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  const [node = '', entry = '', ...rest] = process.argv
  const versions = LINES.map((line) => line.slice(1)).join(',')
  const options = `--controlplanes 3 --workers 3 --talos ${versions} --speed 20 --seed 7 --scenario slow-node --out`
  process.argv = [node, join(installed, 'main/simulator/cli.ts'), ...options.split(' '), out]
  try {
    // As `npm run simulator` starts it, but for the bundle.
    await import('../../main/simulator/cli.ts')
    await expect.poll(() => said.join(''), { timeout: 25_000 }).toMatch(/ready: casa at /)
  } finally {
    process.argv = [node, entry, ...rest]
    write.mockRestore()
  }
  const { context, contexts } = parse(await file('talosconfig')) as {
    readonly context: string
    readonly contexts: Readonly<
      Record<string, { readonly nodes: readonly string[]; readonly endpoints: readonly string[] }>
    >
  }
  const { nodes = [], endpoints = [] } = contexts[context] ?? {}
  expect(endpoints).toEqual(nodes.slice(0, 3))
  if (process.platform === 'linux')
    for (const address of nodes) expect(address).toMatch(/^127\.\d+\.\d+\.\d+$/)

  const clients = {
    admin: ownClient(await file('talosconfig')),
    operator: ownClient(await file('talosconfig.operator')),
    reader: ownClient(await file('talosconfig.reader')),
    expired: ownClient(await file('talosconfig.expired')),
  }
  const [first = ''] = nodes
  for (const [at, line] of LINES.entries()) {
    expect((await clients.reader.version(nodes[at] ?? '', never)).tag).toBe(line)
    const plain = connectWith(await file('talosconfig.reader'), `${nodes[at] ?? ''}:50000`)
    const { messages } = await plain.unary('/machine.MachineService/Version')
    expect(messages[0]?.version?.tag).toBe(line)
    await expect(plain.unary('/machine.MachineService/Reboot')).rejects.toMatchObject({ code: 7 })
    plain.close()
  }
  await expect(clients.operator.readMachineConfig(first, 'active', never)).rejects.toMatchObject({
    code: 'role-too-low',
  })
  expect((await clients.admin.readMachineConfig(first, 'active', never))?.text).toContain('machine:')
  await expect(clients.expired.version(first, never)).rejects.toMatchObject({ code: 'certificate-expired' })
  const kube = connectKube(await file('kubeconfig'))
  expect((await kube.get('/api/v1/nodes')).body.items).toHaveLength(LINES.length)
  const { url, token } = JSON.parse(await file('control.json')) as Readonly<Record<string, string>>
  const state = await fetch(`${url ?? ''}/state`, { headers: { authorization: `Bearer ${token ?? ''}` } })
  expect(JSON.stringify(await state.json())).toContain('"troubles":["slow-node"]')

  process.emit('SIGTERM', 'SIGTERM')
  await expect.poll(async () => readdir(out)).not.toContain('control.json')
  await expect
    .poll(
      () =>
        clients.reader.version(first, never).then(
          () => 'served',
          (error: unknown) => (error as { code: string }).code,
        ),
      {
        timeout: 10_000,
      },
    )
    .toBe('unreachable')
  for (const client of Object.values(clients)) client.close()
  kube.close()
})
