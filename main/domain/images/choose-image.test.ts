import { describe, expect, test } from 'vitest'
import type { ImageChoice } from '#contract/images.ts'
import { controlPlane, createUpgradeScene, sha256, worker } from '../../../tests/fakes/upgrade-scene.ts'
import type { FakeNodeSpec } from '../../../tests/fakes/fake-node.ts'
import { canonicalSchematic, EMPTY_SCHEMATIC, schematicId } from '../upgrades/schematic.ts'

const OWN = {
  ...EMPTY_SCHEMATIC,
  overlay: { image: 'siderolabs/sbc-raspberrypi', name: 'rpi_generic', options: { configTxt: 'gpu_mem=16' } },
  extraKernelArgs: ['quiet'],
  meta: [{ key: 10, value: 'private-meta-value' }],
  extensions: ['siderolabs/util-linux-tools', 'siderolabs/iscsi-tools'],
  embeddedMachineConfiguration: 'machine:\n    token: very-secret\n',
}
const TEXT = canonicalSchematic(OWN)
const ID = schematicId(OWN, sha256)

function node(more: Partial<FakeNodeSpec> = {}): FakeNodeSpec {
  return worker(1, 'v1.13.9', { schematicId: ID, schematic: TEXT, ...more })
}

async function planOf(spec: FakeNodeSpec, choice: ImageChoice, prepare?: (s: Scene) => void) {
  const scene = createUpgradeScene([spec])
  prepare?.(scene)
  return { scene, plan: await scene.plan(spec.hostname, 'v1.14.0', choice) }
}
type Scene = ReturnType<typeof createUpgradeScene>

describe('an image with other extensions and kernel arguments', () => {
  test('is of a schematic that keeps everything else, its order too, and has a diff without anything private', async () => {
    const extensions = [...OWN.extensions, 'siderolabs/tailscale']
    const kernelArguments = ['quiet', 'intel_iommu=on']
    const { plan } = await planOf(node(), { extensions, kernelArguments })
    const id = schematicId({ ...OWN, extensions, extraKernelArgs: kernelArguments }, sha256)
    expect(plan.image).toBe(`factory.talos.dev/metal-installer/${id}:v1.14.0`)
    expect(plan.schematic?.before?.id).toBe(ID)
    expect(plan.schematic?.after?.id).toBe(id)
    expect(plan.schematic?.after?.text).toContain('- siderolabs/tailscale')
    expect(plan.schematic?.after?.text).toContain('configTxt: gpu_mem=16')
    expect(JSON.stringify(plan)).not.toMatch(/very-secret|private-meta-value/)
    expect(
      plan.rows.filter(({ fact }) => fact === 'extension').map(({ part, note }) => `${part ?? ''} ${note}`),
    ).toEqual(['iscsi-tools unchanged', 'tailscale added', 'util-linux-tools unchanged'])
    expect(plan.rows.find(({ fact }) => fact === 'overlay')).toMatchObject({ note: 'unchanged' })
  })

  test('is told to the factory only when the person starts or has it checked, and then once each', async () => {
    const choice = { extensions: ['siderolabs/tailscale'] }
    const { scene, plan } = await planOf(node(), choice)
    expect(scene.factory.posted).toEqual([])
    expect(plan.preflight.find(({ id }) => id === 'image')).toMatchObject({
      outcome: 'unknown',
      because: 'image-not-registered',
    })
    const asked = { ...scene.ref('estante-1'), version: '1.14.0', choice }
    expect(
      (await scene.handlers['images.preview']({ ...asked, register: false }, scene.signal)).image.state,
    ).toBe('not-registered')
    expect(scene.factory.posted).toEqual([])
    const told = await scene.handlers['images.preview']({ ...asked, register: true }, scene.signal)
    expect(told.image.state).toBe('exists')
    const text = canonicalSchematic({ ...OWN, ...choice })
    expect(scene.factory.posted).toEqual([text])
    await scene.finish(await scene.start(plan.planId))
    expect(scene.factory.posted).toEqual([text, text])
    expect(scene.talos.node('estante-1').calls).toContain(`install ${plan.image ?? ''}`)
  })

  test('does not start when the factory names it otherwise, is down, or cannot make it', async () => {
    for (const [prepare, code] of [
      [(s: Scene) => (s.factory.wrongId = 'ab'.repeat(32)), 'factory-answer'],
      [(s: Scene) => (s.factory.down = true), 'factory-unreachable'],
      [(s: Scene, image: string) => void s.factory.images.set(image, 'missing'), 'image-missing'],
    ] as const) {
      const { scene, plan } = await planOf(node(), { extensions: ['siderolabs/tailscale'] })
      prepare(scene, plan.image ?? '')
      await expect(scene.start(plan.planId)).rejects.toMatchObject({ code })
      expect(scene.talos.node('estante-1').calls).toEqual([])
      expect(scene.runs.list()).toEqual([])
    }
  })

  test.each([
    ['whose content nobody tells', ''],
    ['whose text is not what its id says', TEXT.replace('quiet', 'loud')],
  ])('is not made from a schematic %s, whoever lies about it', async (_, schematic) => {
    const { plan } = await planOf(node({ schematic }), { extensions: [] }, (scene) =>
      scene.factory.schematics.set(ID, 'customization: {}\n'),
    )
    expect(plan.preflight.find(({ id }) => id === 'image')).toMatchObject({
      outcome: 'block',
      because: 'choice-content-unknown',
    })
  })

  test('is not made from a schematic with parts that Ichor does not know', async () => {
    const text = `${TEXT}future: 1\n`
    const { plan } = await planOf(node({ schematic: text, schematicId: sha256(text) }), { extensions: [] })
    expect(plan.preflight.find(({ id }) => id === 'image')).toMatchObject({
      outcome: 'block',
      because: 'choice-unknown-fields',
    })
  })

  test('takes the content from the factory where the node does not carry it, if its hash is right', async () => {
    const { plan } = await planOf(node({ schematic: '' }), { extensions: [] }, (scene) =>
      scene.factory.schematics.set(ID, TEXT),
    )
    expect(plan.schematic?.after?.text).not.toContain('systemExtensions')
    expect(plan.rows.find(({ fact }) => fact === 'extensions')).toMatchObject({ after: '–', note: 'changes' })
  })

  test('of a vanilla node needs nobody to be asked', async () => {
    const vanilla = schematicId(EMPTY_SCHEMATIC, sha256)
    const { plan } = await planOf(worker(1, 'v1.13.9', { schematicId: vanilla, extensions: [] }), {
      kernelArguments: ['noapic', 'nolapic'],
    })
    expect(plan.schematic?.after?.id).toBe('9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c')
  })
})

describe('what the target does not have', () => {
  test('is named: the image cannot be built', async () => {
    const { plan } = await planOf(node(), {}, (scene) =>
      scene.factory.withdrawn.set('v1.14.0', ['siderolabs/iscsi-tools']),
    )
    expect(plan.preflight.find(({ id }) => id === 'extensions-published')).toMatchObject({
      outcome: 'block',
      evidence: 'iscsi-tools',
      because: 'extension-missing',
    })
  })

  test('may only have another name there', async () => {
    const renamed = { ...EMPTY_SCHEMATIC, extensions: ['siderolabs/i915-ucode'] }
    const spec = worker(1, 'v1.13.9', {
      schematicId: schematicId(renamed, sha256),
      schematic: canonicalSchematic(renamed),
      extensions: ['i915-ucode'],
    })
    const { plan } = await planOf(spec, {})
    expect(plan.preflight.find(({ id }) => id === 'extensions-published')).toMatchObject({
      outcome: 'warn',
      because: 'extension-renamed',
    })
  })

  test('is unknown while the factory is silent, and the rest of the plan stands', async () => {
    const { plan } = await planOf(node(), {}, (scene) => (scene.factory.down = true))
    const outcome = (id: string) => plan.preflight.find((check) => check.id === id)?.outcome
    expect(outcome('extensions-published')).toBe('unknown')
    expect(outcome('image')).toBe('unknown')
    expect(plan.preflight.filter((check) => check.outcome === 'block')).toEqual([])
  })

  test('a version that the factory does not list is blocked', async () => {
    const { plan } = await planOf(node(), {}, (scene) => (scene.factory.versionsListed = ['v1.13.9']))
    expect(plan.preflight.find(({ id }) => id === 'image')).toMatchObject({
      outcome: 'block',
      because: 'image-unpublished',
    })
  })

  test.each([
    ['missing', 'block', 'image-missing'],
    ['building', 'unknown', 'image-building'],
  ] as const)('an image that is %s: %s', async (state, outcome, because) => {
    const { plan } = await planOf(node(), {}, (scene) =>
      scene.factory.images.set(`factory.talos.dev/metal-installer/${ID}:v1.14.0`, state),
    )
    expect(plan.preflight.find(({ id }) => id === 'image')).toMatchObject({ outcome, because })
  })
})

describe('an image of the person’s own', () => {
  const config = 'machine: {install: {image: "registry.casa:5000/talos/installer:v1.13.9"}}'
  const { schematicId: none, ...bare } = controlPlane(1, 'v1.13.9', { extensions: [], config })
  const own = {
    reference: 'registry.casa:5000/talos/installer:v1.14.0',
    typed: 'registry.casa:5000/talos/installer',
  }

  test('is replaced by a vanilla one only when that is accepted', async () => {
    expect(none).toBeDefined()
    const { scene, plan } = await planOf(bare, {})
    await expect(scene.start(plan.planId, ['etcd-quorum'])).rejects.toMatchObject({
      code: 'plan-blocked',
      message: expect.stringContaining('own-image') as unknown,
    })
    expect((await scene.finish(await scene.start(plan.planId, ['etcd-quorum', 'own-image']))).outcome).toBe(
      'proven',
    )
  })

  test('is replaced by a made one only when that is accepted as well', async () => {
    const { plan } = await planOf(bare, { extensions: ['siderolabs/tailscale'] })
    expect(plan.preflight.find(({ id }) => id === 'own-image')).toMatchObject({
      because: 'own-image-replaced',
      accept: true,
    })
  })

  test('for another architecture is blocked', async () => {
    const { plan } = await planOf(bare, { own }, (scene) => (scene.factory.architectures = ['arm64']))
    expect(plan.preflight.find(({ id }) => id === 'image')).toMatchObject({
      outcome: 'block',
      because: 'image-other-architecture',
      evidence: 'arm64 ≠ amd64',
    })
  })

  test('is kept only when its name was typed, and that is accepted too', async () => {
    const { scene, plan } = await planOf(bare, { own })
    expect(plan.image).toBe(own.reference)
    expect(plan.preflight.find(({ id }) => id === 'own-image')).toMatchObject({
      because: 'own-image-kept',
      accept: true,
    })
    const run = await scene.finish(await scene.start(plan.planId, ['etcd-quorum', 'own-image']))
    expect(run.verdict.some(({ fact }) => fact === 'schematic')).toBe(false)
    expect(scene.talos.node('bronce-1').calls).toContain(`install ${own.reference}`)
  })

  test.each([
    [{ ...own, typed: 'registry.casa:5000/talos' }, 'choice-typed-differs'],
    [{ ...own, typed: '' }, 'choice-typed-differs'],
    [{ reference: 'talos installer', typed: 'talos installer' }, 'choice-not-a-reference'],
    [{ reference: 'installer:v1', typed: 'installer' }, 'choice-not-a-reference'],
  ])('%o is blocked: %s', async (wrong, because) => {
    const { plan } = await planOf(bare, { own: wrong })
    expect(plan.preflight.find(({ id }) => id === 'image')).toMatchObject({ outcome: 'block', because })
  })
})

describe('kernel arguments of a schematic', () => {
  const secret = {
    ...OWN,
    extraKernelArgs: ['talos.config=https://casa.lan/config?token=s3cr3t-t0ken', 'quiet'],
  }
  const spec = node({ schematicId: schematicId(secret, sha256), schematic: canonicalSchematic(secret) })
  const shown = 'talos.config=https://casa.lan/config?token=«secret»'

  test('with a secret are shown without it, and keep it when they are changed', async () => {
    const kernelArguments = [shown, 'intel_iommu=on']
    const { scene, plan } = await planOf(spec, { kernelArguments })
    const at = { ...scene.ref('estante-1'), version: 'v1.14.0' }
    const told = [
      plan,
      await scene.handlers['images.read'](at, scene.signal),
      await scene.handlers['images.preview'](
        { ...at, choice: { kernelArguments }, register: true },
        scene.signal,
      ),
    ]
    expect(told[1]).toMatchObject({ image: { kernelArguments: [shown, 'quiet'] } })
    expect(JSON.stringify(told)).not.toContain('s3cr3t-t0ken')
    expect(scene.factory.posted[0]).toContain('s3cr3t-t0ken')
  })

  test('with a mark that stands for no secret of theirs are refused', async () => {
    const { plan } = await planOf(spec, { kernelArguments: ['other=«secret»'] })
    expect(plan.preflight.find(({ id }) => id === 'image')).toMatchObject({
      outcome: 'block',
      because: 'choice-secret-unresolved',
    })
  })

  test('go onto the command line of a node that boots a UKI', async () => {
    const { plan } = await planOf(node({ kernelArguments: 'quiet mine=1' }), {
      kernelArguments: ['intel_iommu=on', '-mine'],
    })
    expect(plan.rows.find(({ fact }) => fact === 'kernel-arguments')).toMatchObject({
      before: 'quiet mine=1',
      after: 'intel_iommu=on',
    })
  })

  test('are not looked at by GRUB that has its own from the config', async () => {
    const { plan } = await planOf(node({ bootLoader: 'grub' }), { kernelArguments: ['intel_iommu=on'] })
    expect(plan.rows.find(({ fact }) => fact === 'kernel-arguments')?.note).toBe('unchanged')
    expect(plan.preflight.find(({ id }) => id === 'kernel-arguments-kept')).toMatchObject({
      outcome: 'warn',
      because: 'grub-ignores-schematic',
    })
  })
})

test('a node with secure boot gets the signed image, changed or not', async () => {
  for (const choice of [{}, { extensions: [] }]) {
    const { plan } = await planOf(node({ secureBoot: true }), choice)
    expect(plan.image).toMatch(/^factory\.talos\.dev\/metal-installer-secureboot\/[0-9a-f]{64}:v1\.14\.0$/)
    expect(plan.rows.find(({ fact }) => fact === 'secure-boot')).toMatchObject({ before: 'on', after: 'on' })
  }
})

test('what an image is, is said plainly', async () => {
  const { schematicId: none, ...plain } = worker(1, 'v1.13.9', {
    extensions: [],
    config: 'machine: {install: {image: "ghcr.io/siderolabs/installer:v1.13.9"}}',
  })
  expect(none).toBeDefined()
  const own = { ...plain, config: 'machine: {install: {image: "registry.casa/x:v1"}}' }
  const vanilla = worker(1, 'v1.13.9', { schematicId: schematicId(EMPTY_SCHEMATIC, sha256), extensions: [] })
  for (const [spec, kind, fixed] of [
    [node(), 'custom', undefined],
    [node({ schematic: '' }), 'custom', 'content-unknown'],
    [vanilla, 'vanilla', undefined],
    [plain, 'plain', undefined],
    [own, 'own', 'own-image'],
  ] as const) {
    const scene = createUpgradeScene([spec])
    const { image } = await scene.handlers['images.read'](
      { ...scene.ref('estante-1'), version: '1.14.0' },
      scene.signal,
    )
    expect([image.kind, image.fixed]).toEqual([kind, fixed])
  }
})
