import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { vi } from 'vitest'
import { startSimulatedCluster, type NodePlan, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { resourcesDir } from './app-host.ts'
import { connectKube, type KubeBody, type KubeClient } from './kube-client.ts'
import { createCradle, type Cradle } from './mortal-life.ts'
import { protosDir } from './talos-node.ts'

/*
 * What all lives of a test file meet: one cluster, one data folder. What the nodes were asked is counted by the machines
 * themselves, and how they are is asked of them and of Kubernetes, never of the app.
 */
const SPEED = 200

const CHANGES = [
'pullImage', 'installImage', 'upgradeLegacy', 'reboot', 'rollback', 'shutdown', 'reset', 'apply',
] as const // prettier-ignore
export type Change = (typeof CHANGES)[number]

export let cluster: SimulatedCluster
export let cradle: Cradle
export let kube: KubeClient
export const received = new Map<string, Change[]>()
/** Whether a node took the last call of the older upgrade. */
export let wasTaken: Promise<boolean> = Promise.resolve(false)
export const onCall: { act: ((hostname: string, change: Change, given: unknown) => void) | undefined } = {
  act: undefined,
}

/** The cluster that all lives of the file meet, and the app they are. */
export async function beginDeaths(nodes: readonly NodePlan[]): Promise<void> {
  cluster = await startSimulatedCluster({
    nodes,
    speed: SPEED,
    protosDir,
    resourcesDir,
  })
  for (const machine of cluster.machines.values()) count(machine)
  kube = connectKube(await cluster.kubeconfig())
  cradle = await createCradle(cluster.talosconfig())
}

export async function endDeaths(): Promise<void> {
  vi.restoreAllMocks()
  await cradle[Symbol.asyncDispose]()
  kube.close()
  await cluster[Symbol.asyncDispose]()
}

/** Calls that change a machine, as it received them, oldest first. */
function count(machine: SimulatedMachine): void {
  const { hostname } = machine.spec
  const list: Change[] = []
  received.set(hostname, list)
  for (const change of CHANGES) {
    const original = (machine[change] as (...given: unknown[]) => unknown).bind(machine)
    vi.spyOn(machine, change).mockImplementation(((...given: unknown[]) => {
      const isDryRun = change === 'apply' && (given[0] as { readonly dryRun?: boolean }).dryRun === true
      const answer = original(...given)
      if (change === 'upgradeLegacy') {
        wasTaken = Promise.resolve(answer).then(
          () => true,
          () => false,
        )
      }
      if (!isDryRun) {
        list.push(change)
        onCall.act?.(hostname, change, given[0])
      }
      return answer
    }) as never)
  }
}

/** All that any machine has received, as `estante-1 reboot`. */
export function receivedByAll(): readonly string[] {
  return [...received].flatMap(([hostname, list]) => list.map((change) => `${hostname} ${change}`))
}

export const nodeOf = async (hostname: string): Promise<KubeBody> =>
  (await kube.get(`/api/v1/nodes/${hostname}`)).body

export const conditionsOf = ({ status }: KubeBody): readonly string[] =>
  status.conditions.map(({ type, status: is }) => `${type} ${is}`)

export const addressesOf = (nodes: readonly string[]): readonly string[] =>
  nodes.map((name) => cluster.node(name).spec.address)

/** What the runs after a death must say of the lock that it left, once. */
export const takenOver: string[] = []

/** How many journals of all lives say each of these, in the order of `takenOver`. */
export async function journalsThatSay(texts: readonly string[]): Promise<readonly number[]> {
  const folder = join(cradle.dataDir, 'runs')
  const journals = await Promise.all(
    (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')),
  )
  return texts.map((text) => journals.filter((journal) => journal.includes(text)).length)
}

export async function locks(): Promise<readonly { readonly pid: number; readonly runId: string }[]> {
  const folder = `${cradle.dataDir}-locks`
  // A life that ends by itself takes the folder away.
  const names = await readdir(folder).catch(() => [])
  return Promise.all(
    names.map(
      async (name) =>
        JSON.parse(await readFile(join(folder, name), 'utf8')) as { pid: number; runId: string },
    ),
  )
}
