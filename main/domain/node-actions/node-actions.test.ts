import { describe, expect, test } from 'vitest'
import type { NodeActionPlan, ResetChoice } from '#contract/node-actions.ts'
import { RunId } from '#contract/names.ts'
import { controlPlane, createUpgradeScene, worker } from '../../../tests/fakes/upgrade-scene.ts'

const three = [controlPlane(1), controlPlane(2), controlPlane(3), worker(1)]
const RECONFIGURE: ResetChoice = {
  scope: 'reconfigure',
  userDisks: [],
  etcdVolume: true,
  graceful: true,
  reboot: true,
}

function sceneOf(specs = three) {
  const scene = createUpgradeScene(specs)
  const { handlers, signal, ref, finish, runs } = scene
  const reset = (hostname: string, choice: Partial<ResetChoice> = {}) =>
    handlers['node-actions.plan-reset']({ ...ref(hostname), choice: { ...RECONFIGURE, ...choice } }, signal)
  const start = async (plan: NodeActionPlan, typed: { hostname?: string; words?: string } = {}) =>
    (await handlers['node-actions.start']({ planId: plan.planId, ...typed }, signal)).runId
  const carryOut = async (plan: NodeActionPlan, typed: { hostname?: string; words?: string } = {}) =>
    finish(await start(plan, typed))
  return { ...scene, reset, start, carryOut, runs }
}

const check = (plan: NodeActionPlan, id: string) => plan.preflight.find((one) => one.id === id)
const rowsOf = (run: { verdict: readonly { fact: string; outcome: string; found?: string | undefined }[] }) =>
  run.verdict.map(({ fact, outcome, found }) => `${fact} ${outcome} ${found ?? ''}`.trim())

describe('a reboot', () => {
  test('of the leader hands the lead over first, and is proven by the boot id', async () => {
    const { handlers, signal, ref, carryOut, talos } = sceneOf()
    const plan = await handlers['node-actions.plan-reboot']({ ...ref('bronce-1'), mode: 'default' }, signal)
    expect(plan.rows.find(({ fact }) => fact === 'etcd-members')).toMatchObject({
      before: '3/3',
      after: '2/3, quorum 2',
    })
    expect(plan.rows.find(({ fact }) => fact === 'etcd-leader')).toMatchObject({
      before: 'bronce-1',
      after: 'leader-elected',
    })
    expect(plan.steps).toContain('forfeit')
    const run = await carryOut(plan)
    expect(run.outcome).toBe('proven')
    expect(talos.node('bronce-1').calls).toEqual(['forfeit', 'reboot default'])
    expect(run.boots).toHaveLength(1)
    expect(run.boots?.[0]).toMatchObject({ node: ref('bronce-1').node, runId: run.id })
    expect(run.boots?.[0]?.shutdown).toBeGreaterThan(0)
  })

  test('is blocked where etcd would lose its quorum, and nothing is sent', async () => {
    const { handlers, signal, ref, start, talos } = sceneOf()
    talos.node('bronce-3').troubles.add('off')
    const plan = await handlers['node-actions.plan-reboot']({ ...ref('bronce-1'), mode: 'default' }, signal)
    expect(check(plan, 'etcd-quorum')?.outcome).toBe('block')
    await expect(start(plan)).rejects.toMatchObject({ code: 'plan-blocked' })
    expect(talos.node('bronce-1').calls).toEqual([])
  })

  test('without stopping services needs 1.12', async () => {
    const { handlers, signal, ref } = sceneOf([controlPlane(1, 'v1.11.6'), worker(1, 'v1.12.11')])
    const plan = (hostname: string) =>
      handlers['node-actions.plan-reboot']({ ...ref(hostname), mode: 'force' }, signal)
    expect(check(await plan('bronce-1'), 'mode-supported')?.outcome).toBe('block')
    expect(check(await plan('estante-1'), 'mode-supported')?.outcome).toBe('pass')
  })

  test('whose node moved since it was planned is refused before anything is touched', async () => {
    const { handlers, signal, ref, carryOut, talos } = sceneOf()
    const plan = await handlers['node-actions.plan-reboot']({ ...ref('estante-1'), mode: 'default' }, signal)
    talos.node('estante-1').config = { text: 'machine: {}', version: '9' }
    const run = await carryOut(plan)
    expect([run.outcome, run.error?.code]).toEqual(['refused', 'plan-stale'])
    expect(talos.node('estante-1').calls).toEqual([])
  })
})

describe('a shutdown', () => {
  test('is proven when the services stopped and the node is silent', async () => {
    const { handlers, signal, ref, carryOut, talos } = sceneOf()
    const plan = await handlers['node-actions.plan-shutdown']({ ...ref('bronce-1'), force: false }, signal)
    expect(plan.rows.find(({ fact }) => fact === 'power')?.after).toBe('power-off')
    const run = await carryOut(plan)
    expect(rowsOf(run)).toEqual([
      'services proven stopAllServices',
      'api proven silent',
      'etcd-leader proven bronce-2',
    ])
    expect(run.outcome).toBe('proven')
    expect(talos.node('bronce-1').calls).toEqual(['forfeit', 'shutdown'])
  })

  test('of the only member of etcd expects no leader, though discovery still tells of one that left', async () => {
    const { handlers, signal, ref, carryOut, talos } = sceneOf([controlPlane(1), controlPlane(2), worker(1)])
    talos.node('bronce-2').leftEtcd = true
    const plan = await handlers['node-actions.plan-shutdown']({ ...ref('bronce-1'), force: true }, signal)
    const run = await carryOut(plan)
    expect(rowsOf(run)).toEqual(['services proven stopAllServices', 'api proven silent'])
    expect(run.outcome).toBe('proven')
  })

  test('that the node does not start because another sequence runs is refused', async () => {
    const { handlers, signal, ref, carryOut, talos } = sceneOf()
    talos.node('estante-1').troubles.add('locked')
    const plan = await handlers['node-actions.plan-shutdown']({ ...ref('estante-1'), force: true }, signal)
    const run = await carryOut(plan)
    expect([run.outcome, run.error?.code]).toEqual(['refused', 'conflict'])
    expect(talos.node('estante-1').calls).toEqual(['shutdown force'])
  })
})

describe('a reset', () => {
  test('shows what goes and what stays, and every disk is on one side', async () => {
    const { reset } = sceneOf()
    const plan = await reset('estante-1')
    const names = (items: readonly { name: string }[] | undefined) => items?.map(({ name }) => name)
    expect(names(plan.wipe?.erased)).toEqual(['STATE', 'EPHEMERAL'])
    expect(names(plan.wipe?.kept)).toEqual(['EFI', 'META', 'longhorn'])
    expect(plan.talosctl).toContain('--system-labels-to-wipe STATE,EPHEMERAL')
    expect(plan.talosctl).toContain('--reboot')
    const whole = await reset('estante-1', { scope: 'system-disk', userDisks: ['/dev/sdb'] })
    expect(whole.wipe?.kept).toEqual([])
    expect(whole.talosctl).toContain('--wipe-mode all')
  })

  test('needs the host name, letter by letter', async () => {
    const { reset, start, talos } = sceneOf()
    const plan = await reset('estante-1')
    for (const hostname of [undefined, 'estante', 'Estante-1', 'estante-1 ']) {
      await expect(start(plan, hostname === undefined ? {} : { hostname })).rejects.toMatchObject({
        code: 'not-typed',
      })
    }
    expect(talos.node('estante-1').calls).toEqual([])
  })

  test('of a leading control plane copies etcd, hands over, leaves, and ends in maintenance', async () => {
    const { reset, carryOut, talos, saved } = sceneOf()
    const plan = await reset('bronce-1')
    expect(plan.preflight.filter(({ outcome }) => outcome === 'block')).toEqual([])
    const run = await carryOut(plan, { hostname: 'bronce-1' })
    expect(rowsOf(run)).toEqual([
      'api proven maintenance',
      'etcd-listed proven not listed',
      'etcd-leader proven bronce-2',
    ])
    expect(run.outcome).toBe('proven')
    expect(saved).toHaveLength(1)
    expect(talos.node('bronce-1').calls).toEqual(['snapshot', 'forfeit', 'reset system-disk STATE,EPHEMERAL'])
  })

  test('of the last control plane is blocked until the words are typed', async () => {
    const { reset, start, carryOut, talos } = sceneOf([controlPlane(1), worker(1)])
    const plan = await reset('bronce-1')
    expect(check(plan, 'last-control-plane')).toMatchObject({ outcome: 'block', overridable: true })
    expect(plan.words).toEqual({ en: 'lose casa', es: 'perder casa' })
    await expect(start(plan, { hostname: 'bronce-1' })).rejects.toMatchObject({ code: 'plan-blocked' })
    await expect(start(plan, { hostname: 'bronce-1', words: 'yes' })).rejects.toMatchObject({
      code: 'not-typed',
    })
    expect(talos.node('bronce-1').calls).toEqual([])
    const run = await carryOut(plan, { hostname: 'bronce-1', words: 'perder casa' })
    expect(run.outcome).toBe('proven')
  })

  test('of one of two, without leaving, would stop etcd for good: only in words', async () => {
    const { reset } = sceneOf([controlPlane(1), controlPlane(2)])
    expect(check(await reset('bronce-2'), 'etcd-leaves')).toMatchObject({ outcome: 'warn' })
    const broken = await reset('bronce-2', { graceful: false })
    expect(check(broken, 'etcd-leaves')).toMatchObject({ outcome: 'block', overridable: true })
    expect(broken.words).toBeDefined()
  })

  test('cannot leave an etcd that does not answer: the plan says to do it without', async () => {
    const { reset, talos } = sceneOf()
    talos.node('bronce-3').troubles.add('etcd-silent')
    const graceful = await reset('bronce-3')
    expect(check(graceful, 'etcd-leaves')?.outcome).toBe('block')
    expect(check(await reset('bronce-3', { graceful: false }), 'etcd-leaves')?.outcome).toBe('warn')
  })

  test('of EPHEMERAL alone would bring old etcd data back where etcd has its own volume (1.14)', async () => {
    const { reset, talos } = sceneOf([controlPlane(1, 'v1.14.0'), controlPlane(2), controlPlane(3)])
    talos.node('bronce-1').hasEtcdVolume = true
    const without = await reset('bronce-1', { scope: 'ephemeral', etcdVolume: false })
    expect(check(without, 'etcd-volume')?.outcome).toBe('block')
    const withIt = await reset('bronce-1', { scope: 'ephemeral' })
    expect(check(withIt, 'etcd-volume')?.outcome).toBe('pass')
    expect(withIt.talosctl).toContain('EPHEMERAL,ETCD')
  })

  test('of a disk that is not there, is read-only or is the system disk is told before it is sent', async () => {
    const { reset } = sceneOf()
    const evidence = async (device: string) =>
      check(await reset('estante-1', { scope: 'user-disks', userDisks: [device] }), 'user-disks')
    expect(await evidence('/dev/sdx')).toMatchObject({ outcome: 'block', evidence: "/dev/sdx wasn't found" })
    expect(await evidence('/dev/loop0')).toMatchObject({
      outcome: 'block',
      evidence: '/dev/loop0 is readonly',
    })
    expect(await evidence('/dev/sda')).toMatchObject({ evidence: '/dev/sda is the system disk' })
    expect(await evidence('/dev/sdb')).toMatchObject({ outcome: 'warn' })
  })

  test('that the node will not do is refused in its own words, and nothing changed', async () => {
    const { reset, carryOut, talos } = sceneOf()
    talos.node('estante-1').troubles.add('wipe-refused')
    const run = await carryOut(await reset('estante-1'), { hostname: 'estante-1' })
    expect([run.outcome, run.error?.code]).toEqual(['refused', 'reset-refused'])
    expect(run.error?.message).toContain('volume "STATE" is not located')
  })

  test('without leaving says that the member is still listed, and removing it is a step of its own', async () => {
    const { reset, carryOut, handlers, signal, ref, talos, runs } = sceneOf()
    const run = await carryOut(await reset('bronce-3', { graceful: false }), { hostname: 'bronce-3' })
    expect(run.outcome).toBe('proven-with-differences')
    expect(rowsOf(run)).toContain('etcd-listed differs listed')
    const memberId = talos.node('bronce-3').memberId
    const plan = await handlers['node-actions.plan-remove-member']({ ...ref('bronce-1'), memberId }, signal)
    expect(check(plan, 'member-gone')?.outcome).toBe('pass')
    const removal = await carryOut(plan)
    expect(removal.outcome).toBe('proven')
    expect(runs.get(RunId.parse(removal.id)).verdict.map(({ outcome }) => outcome)).toEqual([
      'proven',
      'proven',
    ])
    expect(talos.node('bronce-1').calls).toEqual(['snapshot', `remove-member ${memberId}`])
  })

  test('of a member that still answers is no removal: it can leave by itself', async () => {
    const { handlers, signal, ref, talos } = sceneOf()
    const { memberId } = talos.node('bronce-3')
    const plan = await handlers['node-actions.plan-remove-member']({ ...ref('bronce-1'), memberId }, signal)
    expect(check(plan, 'member-gone')?.outcome).toBe('block')
  })

  test('that keeps the configuration brings the node back, and is proven as a restart', async () => {
    const { reset, carryOut } = sceneOf()
    const run = await carryOut(await reset('estante-1', { scope: 'user-disks', userDisks: ['/dev/sdb'] }), {
      hostname: 'estante-1',
    })
    expect(run.outcome).toBe('proven')
    expect(rowsOf(run)).toContain('stage proven running, ready')
  })
})
