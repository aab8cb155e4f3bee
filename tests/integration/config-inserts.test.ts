import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ContextName, NodeAddress } from '#contract/names.ts'
import type { Preset } from '#contract/presets.ts'
import { createRunEngine } from '../../main/domain/runs/run-engine.ts'
import { createMachineConfigHandlers } from '../../main/ipc/handlers/machine-configs.ts'
import { createMigrationHandlers } from '../../main/ipc/handlers/migrations.ts'
import { createPatchHandlers, createPatchSecrets } from '../../main/ipc/handlers/patches.ts'
import { createPresetHandlers } from '../../main/ipc/handlers/presets.ts'
import { startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { createClock } from '../../main/simulator/machine/clock.ts'
import { createConfigHistory } from '../../main/store/config-history.ts'
import { createConfigResources } from '../../main/store/config-resources.ts'
import { createDraftStore } from '../../main/store/draft-store.ts'
import { createSavedPatches } from '../../main/store/saved-patches.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { memorySeal, sha256 } from '../fakes/config-scene.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { createMemoryJournal } from '../fakes/memory-journal.ts'
import { createRecordingLog } from '../fakes/recording-log.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'

vi.setConfig({ testTimeout: 120_000 })

const stack: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const end of stack.splice(0).reverse()) await end()
})

/** One simulated control plane of that version and the app's own handlers over the real wire. */
async function scene(talosVersion: string, contract: '1.13' | '1.14' = '1.13') {
  const resourcesDir = join(protosDir, '..', 'resources')
  const nodes = [{ hostname: 'bronce-1', role: 'controlplane' as const, talos: talosVersion, contract }]
  const cluster = await startSimulatedCluster({
    name: 'casa',
    nodes,
    clock: createClock(60),
    protosDir,
    resourcesDir,
  })
  stack.push(() => cluster[Symbol.asyncDispose]())
  const context = contextOf(cluster.talosconfig())
  const talos = createTalosPort({ context, protosDir, connectTimeoutMs: 5_000 })
  stack.push(() => talos.close())
  const clock = createHurriedClock(60)
  const log = createRecordingLog()
  const runs = createRunEngine({ journal: createMemoryJournal(), clock, newId: randomUUID, who: 'ana', log })
  stack.push(() => runs.close())
  const name = ContextName.parse('casa')
  const { endpoints, certificate } = context
  const clusters = {
    cluster: async () => ({ name, talos, endpoints, nodes: context.nodes, certificate, demo: false }),
  }
  const schemas = createConfigResources(resourcesDir)
  const store = createSavedPatches('/nonexistent', memorySeal, log)
  const handlers = {
    ...createMachineConfigHandlers({
      clusters,
      runs,
      clock,
      drafts: createDraftStore('/nonexistent', memorySeal, log),
      history: createConfigHistory('/nonexistent', memorySeal),
      schemas,
      log,
      who: 'ana',
      sha256,
      newId: randomUUID,
      patchSecrets: createPatchSecrets(store, schemas),
    }),
    ...createPatchHandlers({ clusters, schemas, store, clock, newId: randomUUID }),
    ...createPresetHandlers({ clusters, schemas }),
    ...createMigrationHandlers({ clusters, schemas }),
  }
  const { signal } = new AbortController()
  const ref = { context: name, node: NodeAddress.parse(cluster.node('bronce-1').spec.address) }
  const { active } = await handlers['machine-configs.read'](ref, signal)
  const real = (await talos.readMachineConfig(ref.node, 'active', signal))?.text ?? ''

  /** The node's own word about a draft. */
  async function dryRun(text: string): Promise<string> {
    const review = await handlers['machine-configs.review']({ ...ref, text }, signal)
    const errors = review.problems
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => message)
    if (errors.length > 0) return errors.join('\n')
    const mode =
      review.modes.find((one) => one.mode === 'auto' && one.offered) === undefined ? 'staged' : 'auto'
    try {
      await handlers['machine-configs.dry-run']({ ...ref, reviewId: review.reviewId, mode }, signal)
      return 'accepted'
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  return { handlers, ref, signal, text: active.text, real, dryRun, store }
}

/** What a person might type where a preset proposes nothing. */
const TYPED: Readonly<Record<string, string>> = {
  addresses: '10.0.99.5/24',
  gateway: '10.0.99.1',
  links: 'eth7\neth8',
  name: 'data1',
  vlan: '77',
  address: '10.0.20.99',
  nameservers: '9.9.9.9',
  ntp: 'time.lan',
  endpoints: 'https://mirror.lan',
  source: '/var/lib/x',
  labels: 'shelf=1',
  taints: 'shelf=1:NoSchedule',
  params: 'vm.swappiness=1',
  disk: '/dev/sdz',
}

function filled({ fields }: Preset): Record<string, string> {
  return Object.fromEntries(
    fields.map((field) => [field.id, field.value === '' ? (TYPED[field.id] ?? '') : field.value]),
  )
}

async function presetsAreTaken(version: string, contract: '1.13' | '1.14' = '1.13'): Promise<void> {
  const { handlers, ref, signal, text, dryRun } = await scene(version, contract)
  const { presets } = await handlers['presets.list']({ ...ref, text }, signal)
  expect(presets.length).toBeGreaterThanOrEqual(14)
  expect(presets.some(({ id }) => id === 'user-volume')).toBe(version !== 'v1.9.6')
  const words: Record<string, string> = {}
  for (const preset of presets) {
    const values = { ...filled(preset), ...(preset.id === 'longhorn' ? { v2: 'true', name: 'store' } : {}) }
    const made = await handlers['presets.fill']({ ...ref, text, preset: preset.id, values }, signal)
    expect({ id: preset.id, problems: made.problems }).toEqual({ id: preset.id, problems: [] })
    words[preset.id] = await dryRun(made.draft?.text ?? '')
  }
  expect(words).toEqual(Object.fromEntries(presets.map(({ id }) => [id, 'accepted'])))
}

const VERSIONS = ['v1.9.6', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0'] as const

test('a node of Talos 1.14 whose configuration has documents only takes every preset as well', async () => {
  await presetsAreTaken('v1.14.0', '1.14')
})

test('Longhorn without a disk of its own is a mount of the kubelet, or a folder volume where documents have no mounts', async () => {
  const made: Record<string, string> = {}
  for (const contract of ['1.13', '1.14'] as const) {
    const { handlers, ref, signal, text, dryRun } = await scene('v1.14.0', contract)
    const values = { where: 'ephemeral', path: '/var/lib/longhorn', name: 'longhorn', v2: 'false' }
    const { presets } = await handlers['presets.list']({ ...ref, text }, signal)
    const fields = presets.find(({ id }) => id === 'longhorn')?.fields ?? []
    const asked = (where: string) =>
      fields.filter(({ askedFor }) => askedFor?.includes(where) ?? true).map(({ id }) => id)
    expect(asked('volume')).toEqual(['where', 'disk', 'name', 'minSize', 'v2'])
    expect(asked('ephemeral')).toEqual(['where', contract === '1.14' ? 'name' : 'path', 'v2'])
    const filled = await handlers['presets.fill']({ ...ref, text, preset: 'longhorn', values }, signal)
    made[contract] = `${filled.patch ?? ''}# ${filled.notes.map(({ code }) => code).join(' ')}`
    expect(filled.problems).toEqual([])
    expect(await dryRun(filled.draft?.text ?? '')).toBe('accepted')
    const { problems } = await handlers['presets.fill'](
      { ...ref, text, preset: 'longhorn', values: { where: 'ephemeral' } },
      signal,
    )
    expect(problems).toEqual([{ field: contract === '1.14' ? 'name' : 'path', code: 'missing' }])
  }
  expect(made['1.13']).toContain('destination: /var/lib/longhorn')
  expect(made['1.13']).not.toContain('data-path')
  expect(made['1.14']).toContain('kind: UserVolumeConfig\nname: longhorn\nvolumeType: directory\n')
  expect(made['1.14']).toContain('data-path data-on-ephemeral')
})

describe.each(VERSIONS)('a simulated node of Talos %s', (version) => {
  test('takes what every preset that is offered makes of its configuration', async () => {
    await presetsAreTaken(version)
  })

  test('takes each block that its version has documents for, and all of them together', async () => {
    const { handlers, ref, signal, text, dryRun } = await scene(version)
    const { blocks } = await handlers['migrations.blocks']({ ...ref, text }, signal)
    const ready = blocks.filter(({ obstacle }) => obstacle === undefined).map(({ id }) => id)
    const words: Record<string, string> = {}
    for (const id of ready) {
      const made = await handlers['migrations.migrate'](
        { ...ref, text, blocks: [id], to: 'documents' },
        signal,
      )
      words[id] = await dryRun(made.text)
    }
    expect(words).toEqual(Object.fromEntries(ready.map((id) => [id, 'accepted'])))
    if (version === 'v1.9.6' || version === 'v1.11.6') expect(ready).toEqual([])
    if (version === 'v1.14.0') {
      expect(ready).toEqual(
        expect.arrayContaining(['sysctls', 'kubelet', 'api-server', 'kubernetes-ca', 'install', 'cluster']),
      )
      const all = await handlers['migrations.migrate'](
        { ...ref, text, blocks: ready, to: 'documents' },
        signal,
      )
      expect(await dryRun(all.text)).toBe('accepted')
    } else {
      expect(ready).not.toContain('kubelet')
    }
  })
})

describe('a saved patch with a secret', () => {
  test('rests with it, crosses without it, and reaches the node with it', async () => {
    const { handlers, ref, signal, text, dryRun, store } = await scene('v1.13.9')
    const { context } = ref
    const password = 'hunter2-and-some-more'
    const patch = `apiVersion: v1alpha1\nkind: RegistryAuthConfig\nname: nas.lan\nusername: ana\npassword: ${password}\n`
    const saved = await handlers['patches.save'](
      { context, name: 'NAS', scope: { kind: 'cluster' }, text: patch },
      signal,
    )
    expect(saved).toMatchObject({ name: 'NAS', secrets: 1 })
    const merged = await handlers['patches.merge']({ ...ref, text, patch: saved.text }, signal)
    const origins = await handlers['patches.origins']({ ...ref, text: merged.text }, signal)
    const listed = await handlers['patches.list']({ context }, signal)
    expect(JSON.stringify([saved, merged, origins, listed])).not.toContain(password)
    expect(origins.origins).toContainEqual({
      document: 'RegistryAuthConfig nas.lan',
      path: 'username',
      patch: 'NAS',
    })
    expect(merged.added).toEqual(['RegistryAuthConfig nas.lan'])
    expect(await dryRun(merged.text)).toBe('accepted')
    // Saved again as it was shown, the secret is still there.
    await handlers['patches.save'](
      { context, id: saved.id, name: 'NAS 2', scope: { kind: 'cluster' }, text: saved.text },
      signal,
    )
    expect((await store.list(context))[0]).toMatchObject({ name: 'NAS 2', text: patch })
    const { nodes } = await handlers['patches.for-nodes'](
      { context, id: saved.id, nodes: [ref.node] },
      signal,
    )
    expect(nodes).toMatchObject([{ kind: 'draft', node: ref.node, unchanged: false }])
    await handlers['patches.forget']({ context, id: saved.id }, signal)
    expect((await handlers['patches.list']({ context }, signal)).patches).toEqual([])
  })

  test('is refused with its line when Talos would not read it, and the way back from documents with its reason', async () => {
    const { handlers, ref, signal, text } = await scene('v1.14.0')
    const bad = {
      context: ref.context,
      name: 'x',
      scope: { kind: 'cluster' as const },
      text: 'machine:\n  type: [',
    }
    await expect(handlers['patches.save'](bad, signal)).rejects.toMatchObject({ code: 'patch-unreadable' })
    const back = { ...ref, text, blocks: [], to: 'legacy' as const }
    await expect(handlers['migrations.migrate'](back, signal)).rejects.toMatchObject({
      code: 'migration-impossible',
      message: expect.stringContaining('deprecated') as string,
    })
  })
})
