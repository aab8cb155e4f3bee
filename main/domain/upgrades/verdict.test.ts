import { expect, test } from 'vitest'
import type { VerdictRow } from '#contract/runs.ts'
import { createUpgradeScene, worker } from '../../../tests/fakes/upgrade-scene.ts'
import { gatherNodeFacts } from './gather.ts'
import { known } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { expectRow, judgeRows } from './verdict.ts'

async function grubNode(): Promise<NodeFacts> {
  const scene = createUpgradeScene([worker(1, 'v1.13.9', { bootLoader: 'grub' })])
  return gatherNodeFacts(scene.talos, scene.ref('estante-1').node, scene.signal)
}

const version = (tag: string): NodeFacts['version'] => known({ tag, platform: 'metal', arch: 'amd64' })
/** kexec hands over what stands behind the path of the kernel. */
const byKexec: Pick<NodeFacts, 'kernelCmdline'> = {
  kernelCmdline: known('talos.platform=metal console=tty0'),
}

function entryOf(rows: readonly VerdictRow[], facts: NodeFacts): VerdictRow | undefined {
  return judgeRows(rows, facts).find(({ fact }) => fact === 'boot-entry')
}

test('a GRUB node that kexec started is out of the other slot when it runs another version', async () => {
  const before = await grubNode()
  const rows = [expectRow('talos', before, 'v1.14.0'), expectRow('boot-entry', before, 'GRUB B')]
  expect(entryOf(rows, { ...before, ...byKexec, version: version('v1.14.0') })).toMatchObject({
    before: 'GRUB A',
    found: 'GRUB B',
    outcome: 'proven',
    note: 'Version',
  })
  // It came back with what it had: nothing says out of which slot.
  const stayed = entryOf(rows, { ...before, ...byKexec })
  expect([stayed?.outcome, stayed?.found, stayed?.note]).toEqual([
    'unknown',
    undefined,
    'KernelCmdline: no BOOT_IMAGE',
  ])
})

test('the same version again proves no slot, another schematic does', async () => {
  const before = await grubNode()
  const talos = expectRow('talos', before, 'v1.13.9')
  const entry = expectRow('boot-entry', before, 'GRUB B')
  const after = { ...before, ...byKexec }
  expect(entryOf([talos, entry], after)?.outcome).toBe('unknown')
  const id = 'f'.repeat(64)
  const schematic = expectRow('schematic', before, id)
  const other = { ...after, schematic: known({ id, extensions: [] }) }
  expect(entryOf([talos, schematic, entry], other)).toMatchObject({
    outcome: 'proven',
    note: 'ExtensionStatus',
  })
})

test('GRUB that started the old slot itself says so on the command line', async () => {
  const before = await grubNode()
  const rows = [expectRow('talos', before, 'v1.13.9'), expectRow('boot-entry', before, 'GRUB B')]
  expect(entryOf(rows, before)).toMatchObject({ found: 'GRUB A', outcome: 'differs' })
})
