import { describe, expect, test } from 'vitest'
import { controlPlane, createUpgradeScene, worker } from '../../../tests/fakes/upgrade-scene.ts'

function sceneOf(specs = [worker(1)]) {
  const scene = createUpgradeScene(specs)
  const slots = (hostname: string) => scene.handlers['node-actions.slots'](scene.ref(hostname), scene.signal)
  const next = (runId: string) =>
    scene.handlers['runs.next']({ runId: scene.runs.get(runId).id }, scene.signal)
  return { ...scene, slots, next }
}

describe('boot slots', () => {
  test('of a node nobody upgraded from here: what runs is told, the other is not guessed', async () => {
    const { slots } = sceneOf()
    const { loader, slots: both } = await slots('estante-1')
    expect(loader).toBe('systemd-boot')
    expect(both[0]).toMatchObject({ running: true, label: 'Talos-v1.13.9.efi', talos: 'v1.13.9', next: true })
    expect(both[1]).toEqual({ running: false, next: false, sources: [] })
  })

  test('of a GRUB node have letters, and the other one is known by its letter alone', async () => {
    const { slots } = sceneOf([worker(1, 'v1.11.6', { bootLoader: 'grub' })])
    const { loader, slots: both } = await slots('estante-1')
    expect([loader, both[0]?.label, both[1]?.label, both[1]?.talos]).toEqual(['grub', 'A', 'B', undefined])
  })

  test('after an upgrade from here both are told, with when and by whom', async () => {
    const { slots, upgrade } = sceneOf()
    const run = await upgrade('estante-1', 'v1.14.0')
    expect(run.outcome).toBe('proven')
    const { slots: both, fallbackArmed } = await slots('estante-1')
    expect(both[0]).toMatchObject({ talos: 'v1.14.0', installedAt: expect.any(String) as string, next: true })
    expect(both[1]).toMatchObject({ label: 'Talos-v1.13.9.efi', talos: 'v1.13.9', next: false })
    expect(both[1]?.sources.some((source) => source.startsWith('run '))).toBe(true)
    expect(fallbackArmed).toBe(false)
  })

  test('of a version that waits for its boot: the marker says which entry comes next', async () => {
    const { slots, talos } = sceneOf()
    const node = talos.node('estante-1')
    node.writeSlot('factory.talos.dev/metal-installer/x:v1.14.0')
    const { slots: both, fallbackArmed } = await slots('estante-1')
    expect([both[0]?.next, both[1]?.next, fallbackArmed]).toEqual([false, true, true])
    expect(both[1]?.sources).toContain('META 0x06')
  })

  test('of a version that runs and was not ready yet: the marker tells what the other holds', async () => {
    const { slots, talos } = sceneOf()
    const node = talos.node('estante-1')
    node.fallback = 'Talos-v1.12.11~1.efi'
    const { slots: both } = await slots('estante-1')
    expect(both[1]).toMatchObject({ label: 'Talos-v1.12.11~1.efi', talos: 'v1.12.11', next: false })
  })
})

describe("systemd-boot's own menu", () => {
  test('names the one beside what runs, and which starts next', async () => {
    const { slots, talos } = sceneOf()
    const entries = ['Talos-v1.13.9.efi', 'Talos-v1.12.11.efi']
    talos.node('estante-1').bootMenu = { entries, next: 'Talos-v1.13.9.efi' }
    const { slots: both } = await slots('estante-1')
    expect(both[0]).toMatchObject({ label: 'Talos-v1.13.9.efi', next: true })
    expect(both[1]).toMatchObject({ label: 'Talos-v1.12.11.efi', next: false, sources: ['LoaderEntries'] })
    // A name in an old menu is no proof of what would start: the plan of a rollback still says that nobody knows.
    expect(both[1]?.talos).toBeUndefined()
  })

  test('is over once kexec started something that it does not list', async () => {
    const { slots, talos } = sceneOf()
    const entries = ['Talos-v1.12.11.efi', 'Talos-v1.11.6.efi']
    talos.node('estante-1').bootMenu = { entries, next: 'Talos-v1.13.9.efi' }
    const { slots: both } = await slots('estante-1')
    expect(both[1]).toEqual({ running: false, next: false, sources: [] })
  })

  test('tells of what is installed and waits for its start, also where someone else installed it', async () => {
    const { slots, talos } = sceneOf()
    talos.node('estante-1').bootMenu = { entries: ['Talos-v1.13.9.efi'], next: 'Talos-v1.14.0.efi' }
    const { slots: both } = await slots('estante-1')
    expect(both[0]?.next).toBe(false)
    expect(both[1]).toMatchObject({
      label: 'Talos-v1.14.0.efi',
      talos: 'v1.14.0',
      next: true,
      sources: ['LoaderEntryDefault'],
    })
  })
})

describe('what may be done next', () => {
  test('installed and not booted: the reboot, as a plan of its own', async () => {
    const { talos, plan, start, finish, next, clock } = sceneOf([
      controlPlane(1),
      controlPlane(2),
      controlPlane(3),
    ])
    talos.node('bronce-2').troubles.add('reboot-hangs')
    const id = await start((await plan('bronce-2', 'v1.14.0')).planId)
    const run = await finish(id)
    expect(run.outcome).toBe('failed')
    await clock.advance(1_000)
    const [step, ...others] = (await next(id)).next
    expect(step).toMatchObject({ kind: 'reboot', hostname: 'bronce-2' })
    expect(step?.evidence).toContain('META 0x06')
    expect(others).toEqual([])
  })

  test('an installer that failed: the upgrade again, and nothing was sent by asking', async () => {
    const { talos, plan, start, finish, next } = sceneOf()
    talos.node('estante-1').troubles.add('install-fails')
    const id = await start((await plan('estante-1', 'v1.14.0')).planId)
    await finish(id)
    const calls = [...talos.node('estante-1').calls]
    const [step] = (await next(id)).next
    expect(step).toMatchObject({ kind: 'upgrade', version: 'v1.14.0' })
    expect(talos.node('estante-1').calls).toEqual(calls)
  })

  test('a proven run leaves nothing', async () => {
    const { upgrade, next } = sceneOf()
    const run = await upgrade('estante-1', 'v1.14.0')
    expect((await next(run.id)).next).toEqual([])
  })
})

test("a node's history is one Markdown text, newest first, with its boots as a table", async () => {
  const { handlers, signal, upgrade, finish, ref } = sceneOf()
  await upgrade('estante-1', 'v1.14.0')
  const { planId } = await handlers['node-actions.plan-reboot'](
    { ...ref('estante-1'), mode: 'default' },
    signal,
  )
  await finish((await handlers['node-actions.start']({ planId }, signal)).runId)
  const { markdown } = await handlers['node-actions.export-history'](ref('estante-1'), signal)
  expect(markdown.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# estante-1 (10.0.20.21), casa',
    '## reboot estante-1',
    '## upgrade estante-1 v1.13.9 → v1.14.0',
  ])
  expect(markdown.split('\n').filter((line) => line.startsWith('| 20'))).toHaveLength(2)
})
