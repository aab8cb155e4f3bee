import { expect, test } from 'vitest'
import { ContextName } from '#contract/names.ts'
import { createInMemoryTalos } from '../../../tests/fakes/in-memory-talos-port.ts'
import { createManualClock } from '../../../tests/fakes/manual-clock.ts'
import { createRecordingLog } from '../../../tests/fakes/recording-log.ts'
import { controlPlane, worker } from '../../../tests/fakes/upgrade-scene.ts'
import { followFleet } from './follow-fleet.ts'

const VIP = '10.0.20.10'

async function follow({ nodes = [] as readonly string[], endpoints = [VIP] }) {
  const clock = createManualClock()
  const talos = createInMemoryTalos(clock, [
    controlPlane(1),
    controlPlane(2, 'v1.13.9', { ways: [VIP] }),
    worker(1),
  ])
  const fleet = followFleet({
    cluster: {
      name: ContextName.parse('casa'),
      talos,
      endpoints,
      nodes,
      certificate: { roles: ['os:admin'], notBefore: '', notAfter: '', authority: 'SHA256:x' },
      demo: false,
    },
    clock,
    log: createRecordingLog(),
  })
  const told: string[] = []
  fleet.onChange(({ address }, how) => {
    if (how !== 'changed') told.push(`${address} ${how}`)
  })
  await clock.advance(5_000)
  return { addresses: fleet.nodes().map(({ address }) => String(address)), told }
}

test('a virtual address given as endpoint leads to the nodes and is none of them', async () => {
  const { addresses, told } = await follow({})
  expect(addresses.toSorted()).toEqual(['10.0.20.11', '10.0.20.12', '10.0.20.21'])
  expect(told).toContain(`${VIP} left`)
})

test('the address of a node given as endpoint stays, once', async () => {
  const { addresses } = await follow({ endpoints: ['10.0.20.11', VIP] })
  expect(addresses.toSorted()).toEqual(['10.0.20.11', '10.0.20.12', '10.0.20.21'])
})

test('what the context names as a node is shown, whatever stands behind it', async () => {
  const { addresses } = await follow({ nodes: [VIP] })
  expect(addresses).toContain(VIP)
})
