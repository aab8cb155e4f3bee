import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import type { Resource } from '../../main/talos/generated/cosi/resource/Resource.ts'
import type { ApplyConfigurationRequest__Output } from '../../main/talos/generated/machine/ApplyConfigurationRequest.ts'
import { loadProtos } from '../../main/talos/load-protos.ts'
import { never, withOneNode } from '../fakes/one-node.ts'
import { protosDir } from '../fakes/talos-node.ts'

const portTo = withOneNode()
const protos = loadProtos(protosDir)

describe('the MachineConfig', () => {
  const text = 'version: v1alpha1\nmachine:\n  token: s3cret # ñ\n---\napiVersion: v1alpha1\nkind: X\n'
  const forms: readonly (readonly [string, Resource])[] = [
    [
      'in protobuf form',
      { spec: { protoSpec: protos.machineConfigSpec.serialize({ yamlMarshalled: Buffer.from(text) }) } },
    ],
    ['as plain YAML up to 1.11', { spec: { yamlSpec: text } }],
    [
      'as a string inside YAML from 1.12 on',
      { metadata: { annotations: { 'talos.dev/yaml-spec': '1' } }, spec: { yamlSpec: JSON.stringify(text) } },
    ],
  ]
  test.each(forms)('is read as the node keeps it: %s', async (_, resource) => {
    const { node, port } = await portTo({
      state: {
        Get: (__, callback) => {
          callback(null, { resource: { ...resource, metadata: { ...resource.metadata, version: '12' } } })
        },
      },
    })
    expect(await port.readMachineConfig(node.host, 'active', never)).toEqual({ text, version: '12' })
  })

  test('persistent is asked for by its id, and absent where the version has none', async () => {
    const asked: string[] = []
    const { node, port } = await portTo({
      state: {
        Get: (call, callback) => {
          asked.push(call.request.id)
          callback({ code: status.NOT_FOUND, details: "doesn't exist" })
        },
      },
    })
    expect(await port.readMachineConfig(node.host, 'persistent', never)).toBeUndefined()
    await port.readMachineConfig(node.host, 'active', never)
    expect(asked).toEqual(['persistent', 'v1alpha1'])
  })

  test.each([
    ['reboot', 'REBOOT'],
    ['auto', 'AUTO'],
    ['no-reboot', 'NO_REBOOT'],
    ['staged', 'STAGED'],
    ['try', 'TRY'],
  ] as const)('applying says its mode: %s', async (mode, wire) => {
    const requests: ApplyConfigurationRequest__Output[] = []
    const { node, port } = await portTo({
      machine: {
        ApplyConfiguration: (call, callback) => {
          requests.push(call.request)
          callback(null, {
            messages: [{ mode: call.request.mode, modeDetails: 'Applied', warnings: ['deprecated'] }],
          })
        },
      },
    })
    const request = { text, mode, dryRun: false, ...(mode === 'try' ? { trySeconds: 90 } : {}) }
    expect(await port.applyConfiguration(node.host, request, never)).toEqual({
      mode,
      details: 'Applied',
      warnings: ['deprecated'],
    })
    expect(requests[0]).toMatchObject({ mode: wire, dryRun: false })
    expect(requests[0]?.data.toString('utf8')).toBe(text)
    expect(requests[0]?.tryModeTimeout?.seconds).toBe(mode === 'try' ? '90' : undefined)
  })

  test.each([
    [
      status.INVALID_ARGUMENT,
      'error decoding document /v1alpha1/ (line 17): unknown keys found during decoding:\nmachine:\n  typo: 1',
      { code: 'config-refused', at: { line: 17, column: 1 } },
    ],
    [
      status.INVALID_ARGUMENT,
      'yaml: line 4: mapping values are not allowed',
      { code: 'config-refused', at: { line: 4, column: 1 } },
    ],
    [
      status.INVALID_ARGUMENT,
      '1 error occurred:\n\t* no disks matched',
      { code: 'config-refused', at: undefined },
    ],
    [
      status.INVALID_ARGUMENT,
      "the applied machine configuration doesn't contain v1alpha1 config, did you mean to patch",
      { code: 'config-missing-v1alpha1' },
    ],
    [status.FAILED_PRECONDITION, 'another apply configuration is already in progress', { code: 'conflict' }],
    [status.PERMISSION_DENIED, 'not authorized', { code: 'role-too-low' }],
  ])('a refusal keeps the words of the node and its line (%s, %s)', async (code, details, expected) => {
    const { node, port } = await portTo({
      machine: {
        ApplyConfiguration: (_, callback) => {
          callback({ code, details })
        },
      },
    })
    const request = { text, mode: 'auto', dryRun: true } as const
    await expect(port.applyConfiguration(node.host, request, never)).rejects.toMatchObject(expected)
  })

  test('a node that vanishes in the middle of an apply leaves it open whether it happened', async () => {
    const { node, port } = await portTo({
      machine: {
        ApplyConfiguration: () => {
          node.kill()
        },
      },
    })
    const request = { text, mode: 'auto', dryRun: false } as const
    await expect(port.applyConfiguration(node.host, request, never)).rejects.toMatchObject({
      code: 'interrupted',
    })
  })

  test('a fresh connection is proved with one that nobody used before', async () => {
    const peers: string[] = []
    const { node, port } = await portTo({
      machine: {
        Version: (call, callback) => {
          peers.push(call.getPeer())
          callback(null, { messages: [{ version: { tag: 'v1.14.0' } }] })
        },
      },
    })
    await port.version(node.host, never)
    await port.version(node.host, never)
    const { latencyMs } = await port.probeFresh(node.host, never)
    expect(latencyMs).toBeGreaterThan(0)
    expect(peers[0]).toBe(peers[1])
    expect(peers[2]).not.toBe(peers[0])
  })
})
