import { expect, test } from 'vitest'
import { SCENARIOS } from '../../main/simulator/data/scenarios.ts'
import { createScenarios } from '../../main/simulator/scenarios.ts'
import { runningMachines } from '../fakes/simulated-machines.ts'

/** With one seed and a clock that only the test moves, a trouble and what is done meanwhile leave the same traces. */
async function story(trouble: string): Promise<readonly unknown[]> {
  const { machines, cluster, clock } = await runningMachines(
    [
      { talos: 'v1.12.11' },
      { talos: 'v1.14.0', contract: '1.14' },
      { talos: 'v1.11.6', bootLoader: 'grub' },
      { talos: 'v1.13.9', role: 'worker' },
      { talos: 'v1.9.6', role: 'worker', bootLoader: 'grub' },
      { talos: 'v1.10.9', role: 'worker' },
    ],
    23,
  )
  const told: unknown[] = []
  for (const machine of machines) {
    const { hostname } = machine.spec
    machine.onEvent((event) => told.push([clock.now(), hostname, event]))
    machine.onKernelLine((line) => told.push([clock.now(), hostname, line]))
  }
  const scenarios = createScenarios(
    new Map(machines.map((machine) => [machine.spec.hostname, machine])),
    cluster,
  )
  scenarios.cause(trouble)
  const upgraded = machines[3]?.upgradeLegacy({
    image: 'ghcr.io/siderolabs/installer:v1.14.0',
    stage: false,
    force: false,
    preserve: true,
    rebootMode: 'DEFAULT',
  })
  // Some troubles refuse it, which is part of the story.
  upgraded?.catch((error: unknown) => told.push([clock.now(), String(error)]))
  machines[0]?.reboot('DEFAULT')
  await clock.advance(240_000)
  scenarios.settle(trouble)
  await clock.advance(60_000)
  return told
}

test.each(SCENARIOS.filter(({ name }) => name !== 'log-flood').map(({ name }) => name))(
  'the same seed tells %s the same way twice, to the millisecond',
  async (name) => {
    const first = await story(name)
    expect(first.length).toBeGreaterThan(300)
    expect(await story(name)).toEqual(first)
  },
)
