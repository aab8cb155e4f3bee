import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { runningMachines, type SimulatedMachines } from '../../../../tests/fakes/simulated-machines.ts'
import { Code, type ApplyReply, type ApplyRequest, type SimulatedMachine } from '../../machine-api.ts'

type Options = Partial<Omit<ApplyRequest, 'data'>>

/** Applies while the clock goes on, which the handler needs. */
async function apply(
  { clock, machine }: SimulatedMachines,
  text: string,
  options: Options = {},
): Promise<ApplyReply> {
  const reply = machine.apply({
    data: Buffer.from(text),
    mode: 'AUTO',
    dryRun: false,
    tryTimeout: 60_000,
    ...options,
  })
  const settled = reply.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  await clock.advance(100)
  const outcome = await settled
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

async function refusal(set: SimulatedMachines, text: string, options?: Options): Promise<unknown> {
  return apply(set, text, options).then(
    () => 'was accepted',
    (error: unknown) => error,
  )
}

/** The raw document, from the protobuf form, which is the same on all versions. */
function config(machine: SimulatedMachine, id: 'v1alpha1' | 'persistent'): string {
  const found = machine.resources.get({ namespace: 'config', type: 'MachineConfigs.config.talos.dev', id })
  if (!found) throw new Error(`no config ${id}`)
  let at = 1
  while ((found.protoSpec[at++] ?? 0) & 0x80);
  return found.protoSpec.subarray(at).toString('utf8')
}

function hostname(machine: SimulatedMachine): unknown {
  const found = machine.resources.get({
    namespace: 'network',
    type: 'HostnameStatuses.net.talos.dev',
    id: 'hostname',
  })
  return (parse(found?.yamlSpec ?? '') as { hostname: string }).hostname
}

const withSysctl = (text: string): string =>
  text.replace('vm.max_map_count: "262144"', 'vm.max_map_count: "300000"')
const withToken = (text: string): string =>
  text.replace('token: fedcba.fedcba9876543210', 'token: aaaaaa.fedcba9876543210')
const renamed = (text: string): string => text.replace('hostname: node-1', 'hostname: kitchen')

test('≤1.11 shows the raw config, 1.12 and later a string that has to be decoded once more', async () => {
  for (const [talos, isQuoted] of [
    ['v1.11.6', false],
    ['v1.12.11', true],
  ] as const) {
    const { machine } = await runningMachines([{ talos }])
    const found = machine.resources.get({
      namespace: 'config',
      type: 'MachineConfigs.config.talos.dev',
      id: 'v1alpha1',
    })
    const raw = config(machine, 'v1alpha1')
    expect(found?.annotations).toEqual(isQuoted ? { 'talos.dev/yaml-spec': '1' } : {})
    expect(isQuoted ? parse(found?.yamlSpec ?? '') : found?.yamlSpec).toBe(raw)
    expect(raw).toContain('# Defines the role of the machine within the cluster.')
  }
})

test('1.9 has no config called persistent', async () => {
  const { machine } = await runningMachines([{ talos: 'v1.9.6' }])
  expect(() => config(machine, 'persistent')).toThrow('no config persistent')
})

test('an AUTO apply of a sysctl works at once and keeps the text as typed', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const next = `${withSysctl(config(set.machine, 'v1alpha1'))}# my note\n`
  const reply = await apply(set, next)
  expect(reply).toEqual({
    warnings: [],
    mode: 'NO_REBOOT',
    modeDetails: 'Applied configuration without a reboot',
  })
  expect(config(set.machine, 'v1alpha1')).toBe(next)
  expect(config(set.machine, 'persistent')).toBe(next)
  const sysctl = set.machine.resources.get({
    namespace: 'runtime',
    type: 'KernelParamStatuses.runtime.talos.dev',
    id: 'proc.sys.vm.max_map_count',
  })
  expect(parse(sysctl?.yamlSpec ?? '')).toMatchObject({ current: '300000' })
})

test('a new hostname shows in the resources, and the kubelet starts anew under it', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  await apply(set, renamed(config(set.machine, 'v1alpha1')))
  expect(hostname(set.machine)).toBe('kitchen')
  await set.clock.advance(60_000)
  const nodes = set.machine.resources.list('k8s', 'NodeStatuses.kubernetes.talos.dev')
  expect(nodes.map(({ id }) => id)).toEqual(['kitchen'])
  expect(set.machine.resources.list('cluster', 'Members.cluster.talos.dev').map(({ id }) => id)).toEqual([
    'kitchen',
  ])
})

test('a machine token needs a reboot on 1.13: AUTO reboots and says why', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const before = set.machine.bootId
  const reply = await apply(set, withToken(config(set.machine, 'v1alpha1')))
  expect(reply.mode).toBe('REBOOT')
  expect(reply.modeDetails).toMatch(
    /^Applied configuration with a reboot: this config change can't be applied in immediate mode\ndiff: /,
  )
  expect(reply.modeDetails).toContain('+    token: aaaaaa.fedcba9876543210')
  await set.clock.advance(180_000)
  expect(set.machine.bootId).not.toBe(before)
})

test('the same change in NO_REBOOT or TRY is refused on 1.13 and applied on 1.14', async () => {
  const old = await runningMachines([{ talos: 'v1.13.9' }])
  for (const mode of ['NO_REBOOT', 'TRY'] as const)
    expect(await refusal(old, withToken(config(old.machine, 'v1alpha1')), { mode })).toMatchObject({
      code: Code.INVALID_ARGUMENT,
      message: expect.stringContaining(
        "this config change can't be applied in immediate mode\ndiff: ",
      ) as string,
    })
  const recent = await runningMachines([{ talos: 'v1.14.0' }])
  const reply = await apply(recent, withToken(config(recent.machine, 'v1alpha1')))
  expect(reply.mode).toBe('NO_REBOOT')
})

test('1.14 refuses the REBOOT mode', async () => {
  const set = await runningMachines([{ talos: 'v1.14.0' }])
  expect(await refusal(set, config(set.machine, 'v1alpha1'), { mode: 'REBOOT' })).toMatchObject({
    code: Code.UNIMPLEMENTED,
    message: 'the REBOOT mode is not supported, please use AUTO or NO_REBOOT modes instead',
  })
})

test('a dry run answers with a summary and a diff and changes nothing', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const before = config(set.machine, 'v1alpha1')
  const reply = await apply(set, withSysctl(before), { dryRun: true })
  expect(reply.modeDetails).toMatch(
    /^Dry run summary:\nApplied configuration without a reboot \(skipped in dry-run\)\.\nConfig diff:\n\n--- a\n\+\+\+ b\n@@ /,
  )
  expect(reply.modeDetails).toContain(
    '-        vm.max_map_count: "262144"\n+        vm.max_map_count: "300000"\n',
  )
  expect(config(set.machine, 'v1alpha1')).toBe(before)
  const same = await apply(set, before, { dryRun: true })
  expect(same.modeDetails.endsWith('Config diff:\n\nNo changes.')).toBe(true)
})

test('a staged config stays on disk until the next reboot', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const before = config(set.machine, 'v1alpha1')
  const reply = await apply(set, renamed(before), { mode: 'STAGED' })
  expect(reply.modeDetails).toBe('Staged configuration to be applied after the next reboot')
  expect(config(set.machine, 'v1alpha1')).toBe(before)
  expect(config(set.machine, 'persistent')).toBe(renamed(before))
  set.machine.reboot('DEFAULT')
  await set.clock.advance(180_000)
  expect(hostname(set.machine)).toBe('kitchen')
})

test('a tried config goes back by itself', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const before = config(set.machine, 'v1alpha1')
  const reply = await apply(set, renamed(before), { mode: 'TRY', tryTimeout: 90_000 })
  expect(reply.modeDetails).toBe(
    "Applied configuration without a reboot\nThe config is applied in 'try' mode and will be automatically reverted back in 1m30s",
  )
  expect(hostname(set.machine)).toBe('kitchen')
  expect(config(set.machine, 'persistent')).toBe(before)
  await set.clock.advance(95_000)
  expect(hostname(set.machine)).toBe('node-1')
  expect(set.machine.kernelLog().join('')).toContain('rolling back the configuration')
})

test.each([
  ['the same config applied with AUTO', (text: string) => renamed(text), {}],
  ['a dry run', (text: string) => text, { dryRun: true }],
  ['a config that is refused', () => 'machine: [', {}],
])('%s stops the timer of a tried config', async (_, edit, options) => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const before = config(set.machine, 'v1alpha1')
  await apply(set, renamed(before), { mode: 'TRY' })
  await refusal(set, edit(before), options)
  await set.clock.advance(300_000)
  expect(hostname(set.machine)).toBe('kitchen')
})

test('a config that takes the address away cuts the node off until the try reverts', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const before = config(set.machine, 'v1alpha1')
  const power: string[] = []
  set.machine.power.on('down', () => power.push('down'))
  set.machine.power.on('up', () => power.push('up'))
  await apply(set, before.replace('address: 10.5.0.2/24', 'address: 10.5.9.2/24'), { mode: 'TRY' })
  expect(set.machine.isUp).toBe(false)
  expect(set.machine.services().find(({ id }) => id === 'kubelet')?.state).toBe('Running')
  await set.clock.advance(65_000)
  expect(set.machine.isUp).toBe(true)
  expect(power).toEqual(['down', 'up'])
})

test('an ingress firewall without a rule for 50000 cuts the node off too', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const before = config(set.machine, 'v1alpha1')
  const block = '---\napiVersion: v1alpha1\nkind: NetworkDefaultActionConfig\ningress: block\n'
  const rule = `---
apiVersion: v1alpha1
kind: NetworkRuleConfig
name: apid
portSelector:
    ports:
        - 50000
    protocol: tcp
ingress:
    - subnet: 10.5.0.0/24
`
  await apply(set, before + block + rule)
  expect(set.machine.isUp).toBe(true)
  await apply(set, before + block)
  expect(set.machine.isUp).toBe(false)
})

test('two applies at once: the second one is refused from 1.12 on', async () => {
  const set = await runningMachines([{ talos: 'v1.13.9' }])
  const data = Buffer.from(config(set.machine, 'v1alpha1'))
  const request = { data, mode: 'AUTO', dryRun: false, tryTimeout: 60_000 } as const
  const first = set.machine.apply(request)
  await expect(set.machine.apply(request)).rejects.toMatchObject({
    code: Code.FAILED_PRECONDITION,
    message: 'another apply configuration is already in progress',
  })
  await set.clock.advance(100)
  await first
})
