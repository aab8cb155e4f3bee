import { expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  runningMachines,
  type MachineChoice,
  type SimulatedMachines,
} from '../../../tests/fakes/simulated-machines.ts'
import { Code, type InstallerOutput, type LayerProgress, type SimulatedMachine } from '../machine-api.ts'
import { schematicId } from './schematic.ts'

const SCHEMATIC = schematicId({ extensions: ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools'] })
const image = (talos: string, schematic = SCHEMATIC): string =>
  `factory.talos.dev/metal-installer/${schematic}:${talos}`
const never = new AbortController().signal

/** Lets the clock go on until the work is over. */
async function during<T>({ clock }: SimulatedMachines, work: Promise<T>): Promise<T> {
  let over = false
  const settled = work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  void settled.then(() => {
    over = true
  })
  await clock.runUntil(() => over, 3_600_000)
  const outcome = await settled
  if ('error' in outcome) throw outcome.error
  return outcome.value
}

async function pull(
  set: SimulatedMachines,
  reference: string,
): Promise<{ seen: LayerProgress[]; name: string }> {
  const seen: LayerProgress[] = []
  const work = async (): Promise<string> => {
    const layers = set.machine.pullImage(reference, never)
    for (;;) {
      const { value, done } = await layers.next()
      if (done) return value
      seen.push(value)
    }
  }
  return { name: await during(set, work()), seen }
}

async function install(
  set: SimulatedMachines,
  reference: string,
): Promise<{ text: string; exitCode: number; frames: string[] }> {
  const frames: string[] = []
  let exitCode = -1
  const work = async (): Promise<void> => {
    for await (const output of set.machine.installImage(reference, never)) note(output)
  }
  const note = (output: InstallerOutput): void => {
    if ('message' in output) frames.push(output.message)
    else exitCode = output.exitCode
  }
  await during(set, work())
  return { text: frames.join(''), exitCode, frames }
}

async function upgradeTo(set: SimulatedMachines, reference: string, wait = 240_000): Promise<void> {
  const { name } = await pull(set, reference)
  expect((await install(set, name)).exitCode).toBe(0)
  set.machine.reboot('DEFAULT')
  await set.clock.advance(wait)
}

function spec(machine: SimulatedMachine, type: string, id: string): Record<string, unknown> | undefined {
  const found = machine.resources.get({ namespace: 'runtime', type: `${type}.talos.dev`, id })
  return found === undefined ? undefined : (parse(found.yamlSpec) as Record<string, unknown>)
}

const one = (talos: string, rest: Partial<MachineChoice> = {}): MachineChoice[] => [{ talos, ...rest }]

test('pull, install and reboot bring the new version, and the old entry stays for a rollback', async () => {
  const set = await runningMachines(one('v1.13.8'))
  await upgradeTo(set, image('v1.13.9'))
  expect(set.machine.talosVersion).toBe('v1.13.9')
  expect(spec(set.machine, 'BootedEntries', 'bootedentry')).toEqual({ bootedEntry: 'Talos-v1.13.9.efi' })
  expect(set.machine.kernelLog().join('')).toContain('removing fallback entry')
  set.machine.rollback()
  await set.clock.advance(240_000)
  expect(set.machine.talosVersion).toBe('v1.13.8')
  expect(spec(set.machine, 'BootedEntries', 'bootedentry')).toEqual({ bootedEntry: 'Talos-v1.13.8.efi' })
})

test('the same version with another schematic gets a file of its own, and its extensions', async () => {
  const set = await runningMachines(one('v1.13.9'))
  const other = set.cluster.registry.registerSchematic({ extensions: ['siderolabs/tailscale'] })
  await upgradeTo(set, image('v1.13.9', other))
  expect(spec(set.machine, 'BootedEntries', 'bootedentry')).toEqual({ bootedEntry: 'Talos-v1.13.9~1.efi' })
  const extensions = set.machine.resources.list('runtime', 'ExtensionStatuses.runtime.talos.dev')
  expect(
    extensions.map(({ yamlSpec }) => (parse(yamlSpec) as { metadata: { name: string } }).metadata.name),
  ).toEqual(['tailscale', 'schematic'])
  expect(set.machine.services().map(({ id }) => id)).toContain('ext-tailscale')
})

test('GRUB goes from A to B, has no booted entry to show, and names its slot only where it ran itself', async () => {
  const set = await runningMachines(one('v1.13.8', { bootLoader: 'grub' }))
  const cmdline = () => spec(set.machine, 'KernelCmdlines.runtime', 'cmdline')?.['cmdline']
  expect(cmdline()).toMatch(/^BOOT_IMAGE=\/A\/vmlinuz talos.platform=metal /)
  await upgradeTo(set, image('v1.13.9'))
  expect(spec(set.machine, 'BootedEntries', 'bootedentry')).toBeUndefined()
  expect(spec(set.machine, 'SecurityStates', 'securitystate')).not.toHaveProperty('bootedWithUKI')
  // kexec hands over what grub.cfg says behind the path of the kernel.
  expect(cmdline()).toMatch(/^talos.platform=metal /)
  set.machine.reboot('POWERCYCLE')
  await set.clock.advance(240_000)
  expect(cmdline()).toMatch(/^BOOT_IMAGE=\/B\/vmlinuz talos.platform=metal /)
})

test.each([
  ['v1.9.6', 'init_on_alloc=1 … printk.devkmsg=on ima_template=ima-ng ima_appraise=fix ima_hash=sha512'],
  ['v1.10.9', 'init_on_alloc=1 … ima_hash=sha512 selinux=1'],
  ['v1.11.6', 'init_on_alloc=1 … printk.devkmsg=on selinux=1'],
  ['v1.14.0', 'slab_nomerge= … selinux=1 module.sig_enforce=1 proc_mem.force_override=never'],
])('%s starts its kernel with the arguments of its line', async (talos, wanted) => {
  const { machine } = await runningMachines(one(talos))
  const [start = '', end = ''] = wanted.split(' … ')
  const cmdline = machine.readFile('/proc/cmdline').toString()
  expect(cmdline.startsWith(`talos.platform=metal console=tty0 ${start}`)).toBe(true)
  expect(cmdline.endsWith(`${end}\n`)).toBe(true)
})

test("GRUB's arguments come from the config, and only the older way hands them to the installer", async () => {
  const legacy = { stage: false, force: false, preserve: false, rebootMode: 'DEFAULT' } as const
  const named = { bootLoader: 'grub', kernelArguments: ['intel_iommu=on'] } as const
  const cmdlineOf = ({ machine }: SimulatedMachines) =>
    spec(machine, 'KernelCmdlines.runtime', 'cmdline')?.['cmdline']

  const old = await runningMachines(one('v1.11.6', named))
  await during(old, old.machine.upgradeLegacy({ image: image('v1.12.11'), ...legacy }))
  await old.clock.advance(300_000)
  expect(cmdlineOf(old)).toMatch(/^talos.platform=metal .* intel_iommu=on$/)
  await during(old, old.machine.upgradeLegacy({ image: image('v1.13.9'), ...legacy }))
  await old.clock.advance(300_000)
  expect(cmdlineOf(old)).toContain('intel_iommu=on')
  await upgradeTo(old, image('v1.14.0'))
  expect(old.machine.talosVersion).toBe('v1.14.0')
  expect(cmdlineOf(old)).not.toContain('intel_iommu=on')
})

test.each(['v1.9.6', 'v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0'])(
  'a machine of %s that was never upgraded has nothing to roll back to',
  async (talos) => {
    for (const [bootLoader, wanted] of [
      ['grub', 'B'],
      ['systemd-boot', 'previous UKI'],
    ] as const) {
      const { machine } = await runningMachines(one(talos, { bootLoader }))
      expect(() => machine.rollback()).toThrow(`cannot rollback to ${wanted}, label does not exist`)
    }
  },
)

test('layers are downloaded once', async () => {
  const set = await runningMachines(one('v1.13.8'))
  const first = await pull(set, image('v1.13.9'))
  expect(first.name).toMatch(/:v1\.13\.9@sha256:[0-9a-f]{64}$/)
  const byStatus = new Set(first.seen.map(({ status }) => status))
  expect([...byStatus]).toEqual(['DOWNLOADING', 'DOWNLOAD_COMPLETE', 'EXTRACTING', 'EXTRACT_COMPLETE'])
  const again = await pull(set, image('v1.13.9'))
  expect(new Set(again.seen.map(({ status }) => status))).toEqual(new Set(['ALREADY_EXISTS']))
})

test.each([
  ['a version that was never released', image('v1.13.99')],
  ['a schematic nobody asked the factory for', image('v1.13.9', 'f'.repeat(64))],
  ['the ghcr.io installer of 1.14', 'ghcr.io/siderolabs/installer:v1.14.0'],
])('%s is not found', async (_, reference) => {
  const set = await runningMachines(one('v1.13.8'))
  await expect(pull(set, reference)).rejects.toMatchObject({ code: Code.NOT_FOUND })
})

test('an image that was not pulled cannot be installed', async () => {
  const set = await runningMachines(one('v1.13.8'))
  await expect(install(set, image('v1.13.9'))).rejects.toMatchObject({
    code: Code.INTERNAL,
    message: `upgrade failed: installer image ${image('v1.13.9')} not found in containerd store`,
  })
})

test('the installer refuses a host that is too old, with its exit code inside an OK stream', async () => {
  const set = await runningMachines(one('v1.11.6'))
  const { name } = await pull(set, image('v1.14.0'))
  const { text, exitCode } = await install(set, name)
  expect(exitCode).toBe(1)
  expect(text).toContain('host version 1.11.6 is too old to upgrade to Talos 1.14.0')
  set.machine.reboot('DEFAULT')
  await set.clock.advance(240_000)
  expect(set.machine.talosVersion).toBe('v1.11.6')
})

test('the installer tells its steps line by line and ends with what it installed', async () => {
  const set = await runningMachines(one('v1.14.0'))
  const { frames } = await install(set, (await pull(set, image('v1.14.1'))).name)
  expect(frames[0]).toBe('running Talos installer v1.14.1')
  expect(frames).toContain('host Talos version: v1.14.0')
  expect(frames.at(-1)).toBe('installation of v1.14.1 complete')
})

test('the legacy upgrade drains, installs, reboots and uncordons', async () => {
  const set = await runningMachines(one('v1.12.10'))
  const stages: unknown[] = []
  set.machine.onEvent(({ type, payload }) => {
    if (type === 'MachineStatusEvent' && stages.at(-1) !== payload['stage']) stages.push(payload['stage'])
  })
  const request = { stage: false, force: false, preserve: false, rebootMode: 'DEFAULT' } as const
  const { actorId } = await during(set, set.machine.upgradeLegacy({ image: image('v1.12.11'), ...request }))
  expect(actorId).toMatch(/^[0-9a-f-]{36}$/)
  await set.clock.advance(300_000)
  expect(set.machine.talosVersion).toBe('v1.12.11')
  expect(stages).toEqual(['UPGRADING', 'REBOOTING', 'BOOTING', 'RUNNING'])
  const node = set.machine.resources.list('k8s', 'NodeStatuses.kubernetes.talos.dev')[0]
  expect(parse(node?.yamlSpec ?? '')).toMatchObject({ nodeReady: true, unschedulable: false })
})

test('a staged legacy upgrade installs during the next boot and reboots once more', async () => {
  const set = await runningMachines(one('v1.12.10'))
  const restarts: unknown[] = []
  set.machine.onEvent(({ type, payload }) => {
    if (type === 'RestartEvent') restarts.push(payload['cmd'])
  })
  const request = { stage: true, force: false, preserve: false, rebootMode: 'DEFAULT' } as const
  await during(set, set.machine.upgradeLegacy({ image: image('v1.12.11'), ...request }))
  await set.clock.advance(400_000)
  expect(set.machine.talosVersion).toBe('v1.12.11')
  expect(restarts).toEqual([0x45584543, 0x45584543])
})

test('the legacy upgrade refuses a control plane of two', async () => {
  const set = await runningMachines([{ talos: 'v1.12.10' }, { talos: 'v1.12.10' }])
  const request = { stage: false, force: false, preserve: false, rebootMode: 'DEFAULT' } as const
  await expect(
    during(set, set.machine.upgradeLegacy({ image: image('v1.12.11'), ...request })),
  ).rejects.toThrow(
    'error validating etcd for upgrade: etcd member count(2) is insufficient to maintain quorum if upgrade commences',
  )
})

test('a new version that never becomes ready is reverted by the node itself', async () => {
  const set = await runningMachines(one('v1.13.8'))
  set.machine.cause('upgrade-never-ready')
  await upgradeTo(set, image('v1.13.9'), 100_000)
  expect(set.machine.talosVersion).toBe('v1.13.9')
  expect(spec(set.machine, 'MachineStatuses.runtime', 'machine')).toMatchObject({ stage: 'booting' })
  await set.clock.advance(400_000)
  expect(set.machine.talosVersion).toBe('v1.13.8')
  expect(spec(set.machine, 'MachineStatuses.runtime', 'machine')).toMatchObject({
    stage: 'running',
    status: { ready: true },
  })
})

test('a silent fallback boots the old version and says nothing', async () => {
  const set = await runningMachines(one('v1.13.8'))
  const before = set.machine.bootId
  set.machine.cause('silent-fallback')
  await upgradeTo(set, image('v1.13.9'))
  expect(set.machine.bootId).not.toBe(before)
  expect(set.machine.talosVersion).toBe('v1.13.8')
})

test('a config with documents of the newer version leaves the older one in maintenance after a rollback', async () => {
  const set = await runningMachines(one('v1.12.11'))
  await upgradeTo(set, image('v1.13.9'))
  const text = set.machine.readFile('/system/state/config.yaml').toString()
  const data = Buffer.from(`${text}---\napiVersion: v1alpha1\nkind: KubeSpanConfig\nenabled: true\n`)
  await during(set, set.machine.apply({ data, mode: 'AUTO', dryRun: false, tryTimeout: 60_000 }))
  set.machine.rollback()
  await set.clock.advance(240_000)
  expect(set.machine.talosVersion).toBe('v1.12.11')
  expect(set.machine.maintenance).toBeDefined()
  expect(set.machine.isUp).toBe(true)
  expect(spec(set.machine, 'MachineStatuses.runtime', 'machine')).toMatchObject({ stage: 'maintenance' })
})

test('the other members learn the new version', async () => {
  const set = await runningMachines([{ talos: 'v1.13.8' }, { talos: 'v1.13.8' }, { talos: 'v1.13.8' }])
  await upgradeTo(set, image('v1.13.9'))
  const systems = set.machines[2]!.resources.list('cluster', 'Members.cluster.talos.dev').map(
    ({ yamlSpec }) => (parse(yamlSpec) as { operatingSystem: string }).operatingSystem,
  )
  expect(systems).toEqual(['Talos (v1.13.9)', 'Talos (v1.13.8)', 'Talos (v1.13.8)'])
})

test('two control planes that are asked at once: one has the lock, the other can go when its call is answered', async () => {
  const set = await runningMachines([{ talos: 'v1.12.10' }, { talos: 'v1.12.10' }, { talos: 'v1.12.10' }])
  const request = {
    image: image('v1.12.11'),
    stage: false,
    force: false,
    preserve: false,
    rebootMode: 'DEFAULT',
  } as const
  const held = set.cluster.takeUpgradeMutex('node-1')
  await expect(during(set, set.machines[1]!.upgradeLegacy(request))).rejects.toThrow(
    'failed to acquire upgrade mutex: error trying to lock etcd upgrade mutex: mutex: Locked by another session',
  )
  expect(held).toBe(true)
  set.cluster.releaseUpgradeMutex('node-1', 'now')
  await during(set, set.machine.upgradeLegacy(request))
  await set.clock.advance(300_000)
  await during(set, set.machines[1]!.upgradeLegacy(request))
  await set.clock.advance(300_000)
  expect(set.machines.map(({ talosVersion }) => talosVersion)).toEqual(['v1.12.11', 'v1.12.11', 'v1.12.10'])
})
