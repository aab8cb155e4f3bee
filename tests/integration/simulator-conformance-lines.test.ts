import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { LINES, minorOf, type MixedCluster, startMixedCluster } from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'
import type { WireClient } from '../fakes/wire-client.ts'

/** What differs from line to line, field by field, through our own client and plain grpc-js; behaviour.md §3, §4, §5.9. */
let mixed: MixedCluster
beforeAll(async () => {
  mixed = await startMixedCluster()
})
afterAll(async () => mixed[Symbol.asyncDispose]())

const APPLY = '/machine.MachineService/ApplyConfiguration'
const LIST = '/cosi.resource.State/List'

describe.each(LINES)('%s', (line) => {
  const minor = minorOf(line)
  const since = (release: number): boolean => minor >= release
  const wire = (): WireClient => mixed.wire(line)

  /** Specs by id, asked with grpc-js and held against what our own client reads. */
  async function specs(namespace: string, type: string): Promise<Readonly<Record<string, Spec>>> {
    const frames = await wire()
      .stream(LIST, { namespace, type: `${type}.talos.dev` })
      .all()
    const found = Object.fromEntries(
      frames.map(({ resource }) => [
        resource?.metadata?.id ?? '',
        parse(resource?.spec?.yamlSpec ?? '') as Spec,
      ]),
    )
    const key = { namespace, type: `${type}.talos.dev` }
    const ours = await mixed.port().list(mixed.addressOf(line), key, never)
    expect(Object.fromEntries(ours.map(({ id, spec }) => [id, spec]))).toEqual(found)
    return found
  }
  type Spec = Readonly<Record<string, unknown>>
  const has = (spec: Spec | undefined, field: string): boolean => spec !== undefined && field in spec

  test('discovered volumes, disks and volumes have the fields of their version, dev_dath up to 1.9', async () => {
    const volumes = await specs('runtime', 'DiscoveredVolumes.block')
    const disk = volumes['nvme0n1']
    expect([has(disk, 'dev_dath'), has(disk, 'dev_path')]).toEqual([!since(10), since(10)])
    const partition = Object.values(volumes).find((spec) => spec['partition_label'] === 'EPHEMERAL')
    expect(has(partition, 'offset')).toBe(since(12))
    expect(partition).toMatchObject({ type: 'partition', parent: 'nvme0n1', name: 'xfs' })
    const disks = await specs('runtime', 'Disks.block')
    expect(disks['nvme0n1']).toMatchObject({ dev_path: '/dev/nvme0n1', transport: 'nvme', readonly: false })
    expect(has(disks['nvme0n1'], 'symlinks')).toBe(since(10))
    expect(has(disks['nvme0n1'], 'firmware_version')).toBe(since(14))
    const { EPHEMERAL } = await specs('runtime', 'VolumeStatuses.block')
    expect(EPHEMERAL).toMatchObject({ phase: 'ready', parentLocation: '/dev/nvme0n1', filesystem: 'xfs' })
    expect(has(EPHEMERAL, 'type')).toBe(since(10))
    expect(has(EPHEMERAL, 'mountSpec')).toBe(since(10))
    expect(has(EPHEMERAL, 'trimEnabled')).toBe(since(14))
  })

  test('mounts: the older resource always, the newer since 1.10, and the call agrees', async () => {
    const { EPHEMERAL: older } = await specs('runtime', 'MountStatuses.runtime')
    expect(older).toEqual({
      source: expect.stringMatching(/^\/dev\/nvme0n1p\d$/) as string,
      target: '/var',
      filesystemType: 'xfs',
      options: [],
      encrypted: false,
    })
    if (since(10)) {
      const { EPHEMERAL: newer } = await specs('runtime', 'MountStatuses.block')
      expect(newer).toMatchObject({ source: older?.['source'], target: '/var', filesystem: 'xfs' })
      expect(has(newer, 'detached')).toBe(since(12))
    }
    const { messages } = await wire().unary('/machine.MachineService/Mounts')
    const mounted = messages[0]?.stats.find(({ mountedOn }) => mountedOn === '/var')
    expect(mounted?.filesystem).toBe(older?.['source'])
    expect(Number(mounted?.size)).toBeGreaterThan(Number(mounted?.available))
  })

  test('links, addresses and routes belong together', async () => {
    const links = await specs('network', 'LinkStatuses.net')
    const up = Object.entries(links).filter(([, spec]) => spec['operationalState'] === 'up')
    expect(up.map(([id]) => id)).toEqual(['enp0s31f6'])
    expect(links['enp0s31f6']).toMatchObject({ type: 'ether', linkState: true, mtu: 1500 })
    const addresses = await specs('network', 'AddressStatuses.net')
    const [address] = mixed.addressOf(line).split(':')
    expect(addresses[`enp0s31f6/${address}/24`]).toMatchObject({
      address: `${address}/24`,
      linkName: 'enp0s31f6',
      family: 'inet4',
    })
    const routes = Object.values(await specs('network', 'RouteStatuses.net'))
    const way = routes.find((spec) => spec['gateway'] !== '' && spec['gateway'] !== undefined)
    expect(way).toMatchObject({ outLinkName: 'enp0s31f6', family: 'inet4', table: 'main' })
  })

  test('extensions, with the schematic among them, and diagnostics when something is wrong', async () => {
    const extensions = Object.values(await specs('runtime', 'ExtensionStatuses.runtime'))
    const named = extensions.map((spec) => (spec['metadata'] as Spec)['name'])
    expect(named).toContain('schematic')
    const schematic = extensions.find((spec) => (spec['metadata'] as Spec)['name'] === 'schematic')
    expect((schematic?.['metadata'] as Spec)['version']).toMatch(/^[0-9a-f]{64}$/)
    const host = mixed.hostOf(line)
    expect(await specs('runtime', 'Diagnostics.runtime')).toEqual({})
    mixed.cluster.cause('diagnostics', host)
    try {
      expect(await specs('runtime', 'Diagnostics.runtime')).toMatchObject({
        'address-overlap': { message: expect.stringContaining('overlap') as string },
      })
    } finally {
      mixed.cluster.settle('diagnostics', host)
    }
  })

  test('a config comes in the encoding of its version, staged and tried ones apart from what runs', async () => {
    const configs = (): Promise<{ id: string; text: string; isQuoted: boolean; isAnnotated: boolean }[]> =>
      wire()
        .stream(LIST, { namespace: 'config', type: 'MachineConfigs.config.talos.dev' })
        .all()
        .then((found) =>
          found.map(({ resource }) => {
            const yaml = resource?.spec?.yamlSpec ?? ''
            const value: unknown = yaml.startsWith('|') || yaml.startsWith('"') ? parse(yaml) : undefined
            const text = typeof value === 'string' ? value : yaml
            return {
              id: resource?.metadata?.id ?? '',
              text,
              isQuoted: typeof value === 'string',
              isAnnotated: resource?.metadata?.annotations['talos.dev/yaml-spec'] === '1',
            }
          }),
        )
    const before = await configs()
    const ids = before.map(({ id }) => id)
    expect(ids.includes('persistent')).toBe(since(10))
    const active = before.find(({ id }) => id === 'v1alpha1')
    // From 1.12 on the stream of documents is one text in the YAML, and an annotation says so.
    expect(active?.isQuoted).toBe(since(12))
    expect(active?.isAnnotated).toBe(since(12))
    const text = active?.text ?? ''
    const changed = text.replace('    sysctls:\n', '    sysctls:\n        net.core.somaxconn: "4096"\n')
    expect(changed).not.toBe(text)
    const apply = async (mode: string, data: string, dryRun = false) => {
      const { messages } = await wire().unary(APPLY, { data: Buffer.from(data), mode, dryRun })
      return messages[0]
    }
    const dry = await apply('AUTO', changed, true)
    expect(dry?.modeDetails).toMatch(
      /^Dry run summary:\nApplied configuration without a reboot \(skipped in dry-run\)\.\nConfig diff:\n\n--- a\n\+\+\+ b\n@@ [^]*\+ {8}net\.core\.somaxconn: "4096"\n/,
    )
    expect((await apply('AUTO', text, true))?.modeDetails).toMatch(/Config diff:\n\nNo changes\.$/)
    const tried = await apply('TRY', changed)
    expect([tried?.mode, tried?.modeDetails]).toEqual([
      'TRY',
      "Applied configuration without a reboot\nThe config is applied in 'try' mode and will be automatically reverted back in 1m0s",
    ])
    const during = await configs()
    expect(during.find(({ id }) => id === 'v1alpha1')?.text).toContain('somaxconn')
    if (since(10)) expect(during.find(({ id }) => id === 'persistent')?.text).not.toContain('somaxconn')
    expect((await apply('AUTO', text))?.mode).toBe('NO_REBOOT')
    expect((await apply('STAGED', changed))?.modeDetails).toBe(
      'Staged configuration to be applied after the next reboot',
    )
    const staged = await configs()
    expect(staged.find(({ id }) => id === 'v1alpha1')?.text).not.toContain('somaxconn')
    if (since(10)) expect(staged.find(({ id }) => id === 'persistent')?.text).toContain('somaxconn')
    expect((await apply('AUTO', text))?.modeDetails).toBe('Applied configuration without a reboot')
    const drastic = text.replace('machine:\n', 'machine:\n    env:\n        A: "1"\n')
    if (since(14)) {
      await expect(apply('REBOOT', text)).rejects.toMatchObject({ code: 12 })
      expect((await apply('AUTO', drastic, true))?.mode).toBe('NO_REBOOT')
    } else {
      expect((await apply('AUTO', drastic, true))?.mode).toBe('REBOOT')
      await expect(apply('NO_REBOOT', drastic)).rejects.toMatchObject({
        code: 3,
        details: expect.stringMatching(
          /^this config change can't be applied in immediate mode\ndiff: /,
        ) as string,
      })
    }
  })
})
