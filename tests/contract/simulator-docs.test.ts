import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCENARIOS } from '../../main/simulator/data/scenarios.ts'
import { SPEC_MESSAGES } from '../../main/simulator/data/spec-messages.ts'
import { loadProtos } from '../../main/simulator/wire/protos.ts'
import { RPC_RULES } from '../../main/simulator/wire/rpc-rules.ts'
import { SERVICES } from '../../main/simulator/wire/services.ts'

/** docs/simulator.md says what is simulated and what is refused; here it is held against what is. */
const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/simulator.md'), 'utf8')
const section = (title: string): string => page.split(/^## /m).find((text) => text.startsWith(title)) ?? ''

/** What the simulation does not have, by service and method as the page names them. */
const REFUSED: Readonly<Record<string, string>> = {
  '/machine.DebugService/ContainerRun': 'DebugService.ContainerRun',
  '/machine.MachineService/GenerateConfiguration': 'GenerateConfiguration',
}
/** Of the release after 1.14, which no node here runs. */
const FUTURE = ['/machine.StorageService/Statfs']

const paths = [...loadProtos(join(root, 'protos')).services].flatMap(([service, methods]) =>
  Object.keys(methods).map((method) => `/${service}/${method}`),
)

test('every RPC of our protos is served, refused by name on the page, or of a release to come', () => {
  const unserved = paths.filter((path) => !SERVICES.has(path))
  expect(unserved.sort()).toEqual([...Object.keys(REFUSED), ...FUTURE].sort())
  for (const name of Object.values(REFUSED)) expect(section('Refused')).toContain(`\`${name}\``)
  for (const path of FUTURE) expect(RPC_RULES.get(path)?.since).toBe(15)
})

test('the page names every type that there are resources of', () => {
  const types = [...Object.keys(SPEC_MESSAGES), 'MachineConfigs', 'MachineTypes', 'MDArraySpecs']
  const [, list = ''] =
    /are empty where a real node has some[^:]*:\s([^.]+)\./.exec(section('Approximated')) ?? []
  expect(list.split(/,\s+/).sort()).toEqual(
    [...new Set(types.map((type) => type.split('.')[0] ?? ''))].sort(),
  )
})

test('every RPC has its rule, and every rule its RPC', () => {
  expect([...RPC_RULES.keys()].sort()).toEqual([...paths].sort())
})

test('every RPC is in the table by which each role asks each version', () => {
  const asked = JSON.parse(readFileSync(join(root, 'tests/fixtures/talos-rpcs.json'), 'utf8')) as readonly {
    readonly path: string
  }[]
  expect(asked.map(({ path }) => path).sort()).toEqual([...paths].sort())
})

test('the page counts the troubles that there are', () => {
  const words = [
    'twenty',
    'twenty-one',
    'twenty-two',
    'twenty-three',
    'twenty-four',
    'twenty-five',
    'twenty-six',
  ]
  expect(section('Simulated')).toContain(
    `${words[SCENARIOS.length - 20] ?? String(SCENARIOS.length)} by name`,
  )
})

test('every test that the page names is there', () => {
  const table = /^\| Line [^]*?\n\n/m.exec(section('Judges'))?.[0] ?? ''
  const named = [
    ...table.matchAll(/`((?:tests|main)\/[\w./-]+|(?:conf|sim|client|app|kubernetes|rolling)-[\w-]+)`/g),
  ]
  expect(named.length).toBeGreaterThan(70)
  const missing = named.filter(([, name = '']) => {
    const file = name.replace(/^conf-/, 'simulator-conformance-').replace(/^sim-/, 'simulator-')
    return !existsSync(join(root, name.includes('/') ? name : `tests/integration/${file}.test.ts`))
  })
  expect(missing.map(([text]) => text)).toEqual([])
})
