import { expect, test } from 'vitest'
import type { PlanRow } from '#contract/upgrades.ts'
import { createUpgradeScene, table, worker } from '../../../tests/fakes/upgrade-scene.ts'
import { TalosFailure } from '../talos-failure.ts'
import { gatherNodeFacts } from './gather.ts'
import { known, unknown } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { planRows } from './plan-rows.ts'

const REFUSED = unknown('needs os:admin', new TalosFailure('role-too-low', 'needs os:admin'))
const START: readonly PlanRow['fact'][] = ['boot-loader', 'boot-entry', 'kernel-arguments']

async function startRows(bootLoader: 'grub' | 'systemd-boot', changed: Partial<NodeFacts>, to = 'v1.10.9') {
  const scene = createUpgradeScene([worker(1, 'v1.9.6', { bootLoader })])
  const facts = await gatherNodeFacts(scene.talos, scene.ref('estante-1').node, scene.signal)
  const image = { reference: `factory.talos.dev/metal-installer/x:${to}` }
  const rows = planRows(
    { ...facts, ...changed },
    { table, from: 'v1.9.6', to, image, mechanism: 'legacy', losesKernelArguments: false },
  )
  return START.map((fact) => {
    const row = rows.find((one) => one.fact === fact)
    return [row?.before, row?.after, row?.why]
  })
}

const security = (uki: boolean | undefined): NodeFacts['security'] => known({ secureBoot: false, uki })

test('a role that may not read files sees what is not known, and why', async () => {
  const refused = { kernelCmdline: REFUSED, bootedEntry: REFUSED }
  expect(await startRows('systemd-boot', { ...refused, security: security(undefined) })).toEqual([
    [undefined, undefined, 'role-too-low'],
    [undefined, undefined, 'role-too-low'],
    [undefined, undefined, 'role-too-low'],
  ])
  // 1.10 tells the loader to anybody, and a GRUB node has no entry but its slot.
  expect(
    await startRows('grub', {
      kernelCmdline: REFUSED,
      bootedEntry: known(undefined),
      security: security(false),
    }),
  ).toEqual([
    ['GRUB', 'GRUB', undefined],
    ['GRUB', undefined, 'role-too-low'],
    [undefined, undefined, 'role-too-low'],
  ])
  expect(await startRows('systemd-boot', { ...refused, security: security(true) })).toEqual([
    ['systemd-boot', 'systemd-boot', undefined],
    [undefined, 'Talos-v1.10.9.efi', 'role-too-low'],
    [undefined, undefined, 'role-too-low'],
  ])
})

test('a GRUB node that kexec started names no slot, and its arguments are known all the same', async () => {
  const facts = { kernelCmdline: known('talos.platform=metal quiet'), security: security(false) }
  expect(await startRows('grub', facts)).toEqual([
    ['GRUB', 'GRUB', undefined],
    ['GRUB', undefined, 'no-slot'],
    ['quiet', '–', undefined],
  ])
})

test('an entry among two of the running version is not guessed', async () => {
  const facts = { bootedEntry: unknown('LoaderEntries: …'), security: security(true) }
  const [, entry] = await startRows('systemd-boot', facts)
  expect(entry).toEqual([undefined, 'Talos-v1.10.9.efi', undefined])
})
