import { describe, expect, test } from 'vitest'
import { UpgradePlan as UpgradePlanSchema } from '#contract/upgrades.ts'
import type { FakeNodeSpec } from '../../../tests/fakes/fake-node.ts'
import { SECRET } from '../../../tests/fakes/fake-node.ts'
import {
  controlPlane,
  createUpgradeScene,
  SCHEMATIC,
  worker,
  planOf,
  type UpgradeScene,
} from '../../../tests/fakes/upgrade-scene.ts'

type FlatPlan = Awaited<ReturnType<UpgradeScene['plan']>>
const three = [controlPlane(1), controlPlane(2), controlPlane(3), worker(1)]

/** Booted from plain images: no schematic to tell. */
function plain(spec: FakeNodeSpec): FakeNodeSpec {
  const { schematicId: gone, ...rest } = spec
  expect(gone).toBe(SCHEMATIC)
  return rest
}

function check(plan: FlatPlan, id: FlatPlan['preflight'][number]['id']) {
  return plan.preflight.find((one) => one.id === id)
}

function row(plan: FlatPlan, fact: FlatPlan['rows'][number]['fact']) {
  return plan.rows.find((one) => one.fact === fact)
}

describe('preflight', () => {
  test.each<[string, Parameters<typeof check>[1], string, (scene: UpgradeScene) => void]>([
    [
      'an operator',
      'role-admin',
      'block',
      (s) => Object.assign(s.cluster, { certificate: { ...s.cluster.certificate, roles: ['os:operator'] } }),
    ],
    [
      'a certificate that ends within the hour',
      'certificate-outlives-run',
      'block',
      (s) =>
        Object.assign(s.cluster, {
          certificate: {
            ...s.cluster.certificate,
            notAfter: new Date(s.clock.now() + 59 * 60_000).toISOString(),
          },
        }),
    ],
    ['a node that is booting', 'node-ready', 'block', (s) => (s.talos.node('bronce-1').stage = 'booting')],
    [
      'a node with unmet conditions',
      'node-ready',
      'warn',
      (s) =>
        Object.assign(s.talos.node('bronce-1'), {
          ready: false,
          unmet: [{ name: 'nodeReady', reason: 'node "x" is not ready' }],
        }),
    ],
    [
      'a staged configuration',
      'config-not-staged',
      'warn',
      (s) => (s.talos.node('bronce-1').persistent = 'other'),
    ],
    ['a clock out of sync', 'time-in-sync', 'block', (s) => (s.talos.node('bronce-1').timeSynced = false)],
    [
      'an etcd that does not answer',
      'etcd-quorum',
      'block',
      (s) => s.talos.node('bronce-1').troubles.add('etcd-silent'),
    ],
    [
      'an alarm',
      'etcd-quorum',
      'block',
      (s) => s.talos.node('bronce-1').alarms.push({ memberId: 'x', alarm: 'NOSPACE' }),
    ],
    [
      'a control plane that is off',
      'other-control-planes-ready',
      'block',
      (s) => s.talos.node('bronce-3').troubles.add('off'),
    ],
    [
      'a control plane that is upgrading',
      'other-control-planes-ready',
      'block',
      (s) => (s.talos.node('bronce-2').stage = 'upgrading'),
    ],
  ])('%s: %s is %s', async (_, id, outcome, prepare) => {
    expect(check(await planOf(three, prepare), id)).toMatchObject({ id, outcome })
  })

  test('two control planes: etcd cannot spare one, and why is said', async () => {
    const found = check(await planOf(three.slice(0, 2)), 'etcd-quorum')
    expect(found).toMatchObject({ outcome: 'block', because: 'etcd-two-members' })
    expect(found?.readings).toContainEqual({ source: 'Quorum', found: '1 < 2' })
    expect(found?.readings).toContainEqual({ source: 'EtcdMemberList bronce-1', found: 'started, leader' })
  })

  test('a single control plane: the downtime has to be accepted in words', async () => {
    const scene = createUpgradeScene(three.slice(0, 1))
    const plan = await scene.plan('bronce-1', 'v1.14.0')
    expect(check(plan, 'etcd-quorum')).toMatchObject({
      outcome: 'warn',
      because: 'etcd-one-member',
      accept: true,
    })
    await expect(scene.start(plan.planId)).rejects.toMatchObject({ code: 'plan-blocked' })
    expect(scene.talos.node('bronce-1').calls).toEqual([])
    expect((await scene.finish(await scene.start(plan.planId, ['etcd-quorum']))).outcome).toBe('proven')
  })

  test.each<[string, Parameters<typeof check>[1], string, string, (scene: UpgradeScene) => void]>([
    ['too little room for the image', 'disk-space', 'block', 'EPHEMERAL 100 MiB', (s) => (s.talos.node('bronce-1').ephemeral.available = 100 * 1024 ** 2)],
    ['little room', 'disk-space', 'warn', 'EPHEMERAL 1000 MiB', (s) => (s.talos.node('bronce-1').ephemeral.available = 1000 * 1024 ** 2)],
    ['an EFI partition for one UKI', 'boot-space', 'warn', 'EFI 100 MiB', (s) => (s.talos.node('bronce-1').efiBytes = 100 * 1024 ** 2)],
    ['an EFI partition for two', 'boot-space', 'pass', 'EFI 2101 MiB', () => undefined],
    ['less memory than Talos wants', 'memory', 'warn', '1500 MiB', (s) => (s.talos.node('bronce-1').memory = 1500 * 1024 ** 2)],
    ['as much as the kernel sees of 2 GiB', 'memory', 'pass', '1900 MiB', (s) => (s.talos.node('bronce-1').memory = 1900 * 1024 ** 2)],
    ['a diagnostic', 'diagnostics', 'warn', 'host and pod addresses overlap', (s) => s.talos.node('bronce-1').diagnostics.push({ id: 'address-overlap', message: 'host and pod addresses overlap' })],
    ['a sequence that goes on', 'no-other-sequence', 'block', 'shutdown, drain', (s) => {
      s.talos.node('bronce-1').tell('other', { kind: 'sequence', sequence: 'shutdown', action: 'start' })
      s.talos.node('bronce-1').tell('other', { kind: 'phase', phase: 'drain', action: 'start' })
    }],
    ['a sequence that refused another one', 'no-other-sequence', 'block', 'shutdown: locked', (s) => {
      s.talos.node('bronce-1').tell('other', { kind: 'sequence', sequence: 'shutdown', action: 'start' })
      s.talos.node('bronce-1').tell('mine', { kind: 'sequence', sequence: 'reboot', action: 'noop', error: { code: 'locked', message: 'sequence not started: locked' } })
    }],
    ['a sequence that is over', 'no-other-sequence', 'pass', '–', (s) => {
      s.talos.node('bronce-1').tell('', { kind: 'sequence', sequence: 'boot', action: 'start' })
      s.talos.node('bronce-1').tell('', { kind: 'sequence', sequence: 'boot', action: 'stop' })
    }],
    ['a node that Kubernetes calls not ready', 'node-ready', 'warn', 'bronce-1: not Ready', (s) => (s.talos.node('bronce-1').kubernetesReady = false)],
  ])('%s: %s is %s', async (_, id, outcome, evidence, prepare) => {
    expect(check(await planOf(three, prepare), id)).toMatchObject({ outcome, evidence })
  }) // prettier-ignore

  test('a node that tells none of its events may have any sequence under way: unknown', async () => {
    const plan = await planOf(three, (scene) => {
      scene.talos.events = async function* (_node, _options, signal) {
        await new Promise((_, reject) => signal.addEventListener('abort', reject))
        yield* []
      }
    })
    expect(check(plan, 'no-other-sequence')).toMatchObject({
      outcome: 'unknown',
      evidence: expect.stringContaining('none of its events') as unknown,
    })
  })

  test('a sequence that began after the plan keeps it from starting', async () => {
    const scene = createUpgradeScene(three)
    const { planId } = await scene.plan('estante-1', 'v1.14.0')
    scene.talos.node('estante-1').tell('other', { kind: 'sequence', sequence: 'reset', action: 'start' })
    await expect(scene.start(planId)).rejects.toMatchObject({
      code: 'plan-blocked',
      message: expect.stringContaining('no-other-sequence: reset') as unknown,
    })
    expect(scene.talos.node('estante-1').calls).toEqual([])
  })

  test.each([
    ['v1.14.0', 'v1.36.3', 'pass', undefined],
    ['v1.12.11', 'v1.35.0', 'block', 'config-unreadable'],
  ] as const)('a config with a document of 1.13 for %s: %s', async (to, kubernetes, outcome, because) => {
    const config =
      'machine:\n  token: x\n  install: {disk: /dev/sda}\ncluster: {}\n---\napiVersion: v1alpha1\nkind: KubeSpanConfig\nenabled: true\n'
    const found = check(
      await planOf([worker(1, 'v1.13.9', { kubernetes, config })], undefined, to),
      'config-readable',
    )
    expect(found?.outcome).toBe(outcome)
    expect(found?.because).toBe(because)
    if (because !== undefined) expect(found?.evidence).toBe('KubeSpanConfig')
  })

  test('a newer patch of the same minor is the step before the next minor', async () => {
    const plan = await planOf([worker(1, 'v1.13.0', { kubernetes: 'v1.36.3' })])
    expect(check(plan, 'version-path')).toMatchObject({
      outcome: 'warn',
      because: 'path-through-patch',
      evidence: 'v1.13.0 → v1.13.9 → v1.14.0',
    })
  })

  test('a plan is exported whole, as Markdown and as JSON, without a secret', async () => {
    const scene = createUpgradeScene(three)
    const { planId } = await scene.plan('bronce-1', 'v1.14.0')
    const exported = async (format: 'markdown' | 'json') =>
      scene.handlers['upgrades.export-plan']({ planId, format }, scene.signal)
    const markdown = await exported('markdown')
    expect(markdown.fileName).toBe('upgrade-bronce-1-v1.14.0.md')
    expect(markdown.text).toContain('# upgrade: bronce-1 v1.13.9 → v1.14.0\n')
    expect(markdown.text).toContain('| talos | v1.13.9 | v1.14.0 | changes |')
    expect(markdown.text).toContain('| extension iscsi-tools | v1 | v1 | unchanged |')
    expect(markdown.text).toMatch(/\| etcd-quorum \| pass \| .*EtcdMemberList bronce-2: started/)
    const json = await exported('json')
    expect(UpgradePlanSchema.parse(JSON.parse(json.text)).planId).toBe(planId)
    expect(markdown.text + json.text).not.toContain(SECRET)
    await expect(
      scene.handlers['upgrades.export-plan']({ planId: 'x', format: 'json' }, scene.signal),
    ).rejects.toMatchObject({ code: 'plan-stale' })
  })

  test('a worker has no etcd to ask', async () => {
    const plan = await planOf([worker(1)])
    expect(check(plan, 'etcd-quorum')).toBeUndefined()
    expect(row(plan, 'etcd')).toBeUndefined()
  })

  test.each([
    ['v1.12.11', 'v1.14.0', 'v1.35.0', 'version-path', 'block', 'v1.12.11 → v1.13.9 → v1.14.0'],
    ['v1.13.9', 'v1.14.0-rc.1', 'v1.36.3', 'version-path', 'warn', 'v1.14.0-rc.1'],
    ['v1.13.9', 'v1.12.11', 'v1.35.0', 'version-path', 'warn', 'v1.12.11'],
    ['v1.13.9', 'v1.12.11', 'v1.36.3', 'kubernetes-supported', 'block', 'v1.36.3; 1.30–1.35'],
    ['v1.13.9', 'v1.12.11', 'v1.36.3', 'version-path', 'pass', 'v1.12.11'],
  ] as const)('%s to %s on Kubernetes %s: %s is %s', async (from, to, kubernetes, id, outcome, evidence) => {
    const plan = await planOf([worker(1, from, { kubernetes })], undefined, to)
    expect(check(plan, id)).toMatchObject({ outcome, evidence: expect.stringContaining(evidence) as unknown })
  })

  test('extensions without a schematic would be lost: blocked', async () => {
    const bare = plain(worker(1))
    const plan = await planOf([bare])
    expect(check(plan, 'schematic-kept')).toMatchObject({
      outcome: 'block',
      evidence: 'iscsi-tools, util-linux-tools',
    })
    expect(row(plan, 'extensions')).toMatchObject({ after: '–', note: 'lost' })
  })

  test('a plain node gets the default schematic', async () => {
    const bare = plain(worker(1, 'v1.13.9', { extensions: [] }))
    const plan = await planOf([bare])
    expect(plan.image).toBe(
      'factory.talos.dev/metal-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.14.0',
    )
    expect(check(plan, 'schematic-kept')?.outcome).toBe('pass')
  })

  test("a third party's image would be replaced: a warning with the one that would come", async () => {
    const bare = plain(
      worker(1, 'v1.13.9', {
        extensions: [],
        config: 'machine: {install: {image: "registry.casa/talos:v1.13.9"}}',
      }),
    )
    expect(check(await planOf([bare]), 'own-image')).toMatchObject({
      outcome: 'warn',
      because: 'own-image-replaced',
      accept: true,
    })
  })

  test('facts the node does not tell are unknown, never passed', async () => {
    const scene = createUpgradeScene([worker(1)])
    const { TalosFailure } = await import('../talos-failure.ts')
    scene.talos.readMachineConfig = () =>
      Promise.reject(new TalosFailure('role-too-low', 'os:operator may not'))
    const list = scene.talos.list
    scene.talos.list = (node, key, signal) =>
      key.type.startsWith('ExtensionStatuses')
        ? Promise.reject(new TalosFailure('timeout', 'late'))
        : list(node, key, signal)
    const plan = await scene.plan('estante-1', 'v1.14.0')
    expect(check(plan, 'config-not-staged')).toMatchObject({
      outcome: 'unknown',
      evidence: 'os:operator may not',
    })
    expect(check(plan, 'kernel-arguments-kept')?.outcome).toBe('unknown')
    expect(row(plan, 'schematic')).toMatchObject({ note: 'unknown' })
    // The image would be one without the extensions.
    expect(check(plan, 'schematic-kept')?.outcome).toBe('block')
  })

  test.each([
    ['MachineTypes', 'etcd-quorum'],
    ['SecurityStates', 'image'],
  ] as const)('a node that does not tell its %s is not taken for an ordinary one', async (type, id) => {
    const { TalosFailure } = await import('../talos-failure.ts')
    const plan = await planOf(three, (scene) => {
      const get = scene.talos.get
      scene.talos.get = (node, key, signal) =>
        key.type.startsWith(type)
          ? Promise.reject(new TalosFailure('timeout', 'late'))
          : get(node, key, signal)
    })
    expect(check(plan, id)).toMatchObject({
      outcome: 'block',
      evidence: expect.stringContaining('late') as unknown,
    })
  })

  test('a GRUB node whose config could not be read may have kernel arguments to lose', async () => {
    const { TalosFailure } = await import('../talos-failure.ts')
    const plan = await planOf([worker(1, 'v1.13.9', { bootLoader: 'grub' })], (scene) => {
      scene.talos.readMachineConfig = () => Promise.reject(new TalosFailure('timeout', 'late'))
    })
    expect(check(plan, 'kernel-arguments-kept')?.outcome).toBe('block')
  })

  test('control planes that discovery does not tell are unknown, not ready', async () => {
    const plan = await planOf(three, (scene) => {
      const list = scene.talos.list
      scene.talos.list = (node, key, signal) =>
        key.type.startsWith('Members') ? Promise.resolve([]) : list(node, key, signal)
    })
    expect(check(plan, 'other-control-planes-ready')).toMatchObject({
      outcome: 'unknown',
      evidence: expect.stringContaining('bronce-2, bronce-3') as unknown,
    })
  })

  test('a run that was cut off and not settled stands in the way', async () => {
    const scene = createUpgradeScene(three)
    await scene.start((await scene.plan('estante-1', 'v1.14.0')).planId)
    await scene.clock.advance(500)
    const again = createUpgradeScene(three, scene.journal)
    await again.runs.load()
    expect(check(await again.plan('bronce-1', 'v1.14.0'), 'no-other-run')).toMatchObject({
      outcome: 'block',
      evidence: expect.stringContaining('estante-1') as unknown,
    })
  })
})
