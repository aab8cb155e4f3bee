import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import {
  byLine,
  gather,
  LINES,
  type Line,
  minorOf,
  type MixedCluster,
  startMixedCluster,
} from './mixed-cluster.ts'
import type { OwnClient } from './own-client.ts'
import { never } from './one-node.ts'
import { connectWith } from './talosconfig-client.ts'
import type { WireClient } from './wire-client.ts'

/** The release before each line, and the image of it. */
export const OTHER: Readonly<Record<Line, string>> = {
  'v1.14.0': 'v1.14.0-rc.1',
  'v1.13.9': 'v1.13.8',
  'v1.12.11': 'v1.12.10',
  'v1.11.6': 'v1.11.5',
  'v1.10.9': 'v1.10.8',
  'v1.9.6': 'v1.9.5',
}
const VANILLA = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
export const imageOf = (talos: string): string => `factory.talos.dev/metal-installer/${VANILLA}:${talos}`

/** Pull, install and reboot by calls of their own came with 1.13. */
export const hasNewWay = (line: Line): boolean => minorOf(line) >= 13

/** What a call ended with: `served`, or our code for the failure, or gRPC's. */
export async function end(answer: Promise<unknown>): Promise<string | number> {
  return answer.then(
    () => 'served',
    (error: unknown) => (error as { readonly code: string | number }).code,
  )
}

export function eventually(ask: () => unknown, interval = 50): ReturnType<typeof expect.poll> {
  return expect.poll(ask, { timeout: 25_000, interval })
}

/** The workers of every line, for trouble to be caused on all of them at once. */
export interface TroubledLines {
  readonly mixed: MixedCluster
  own(): OwnClient
  worker(line: Line): SimulatedMachine
  /** Address of the worker. */
  node(line: Line): string
  /** Plain grpc-js to the worker, on a connection that has not failed before. */
  wire(line: Line): WireClient
  causeAll(name: string): void
  settleAll(name: string): void
  asked(line: Line): Promise<string | number>
  askedPlainly(line: Line): Promise<string | number>
  spec(line: Line, namespace: string, type: string, id: string): Promise<unknown>
  tagOf(line: Line): Promise<string>
  areReady(): Promise<void>
  /** To the release before, by the way of the line; ends when the node has been told to start it. */
  upgrade(line: Line): Promise<void>
}

/** For a test file: a control plane and a worker of each line. Whatever trouble a test leaves is settled behind it. */
export function troubledLines(speed: number): TroubledLines {
  let mixed: MixedCluster
  const clients: WireClient[] = []
  beforeAll(async () => {
    mixed = await startMixedCluster({ controlPlanes: LINES, workers: LINES, speed, kubernetes: false })
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
    for (const { name, active } of mixed.cluster.scenarios())
      if (active.length > 0) mixed.cluster.settle(name)
  })
  afterAll(async () => mixed[Symbol.asyncDispose]())

  const hostOf = (line: Line): string => mixed.hostOf(line, 'worker')
  const node = (line: Line): string => mixed.addressOf(line, 'worker')
  const own = (): OwnClient => mixed.port()
  const wire = (line: Line): WireClient => {
    const client = connectWith(mixed.cluster.talosconfig(), node(line))
    clients.push(client)
    return client
  }
  const spec: TroubledLines['spec'] = async (line, namespace, type, id) =>
    (await own().get(node(line), { namespace, type: `${type}.talos.dev`, id }, never))?.spec
  return {
    get mixed() {
      return mixed
    },
    own,
    worker: (line) => mixed.machine(line, 'worker'),
    node,
    wire,
    causeAll: (name) => LINES.forEach((line) => mixed.cluster.cause(name, hostOf(line))),
    settleAll: (name) => LINES.forEach((line) => mixed.cluster.settle(name, hostOf(line))),
    asked: (line) => end(own().version(node(line), never)),
    askedPlainly: (line) => end(wire(line).unary('/machine.MachineService/Version')),
    spec,
    tagOf: async (line) => (await own().version(node(line), never)).tag,
    async areReady() {
      await byLine((line) =>
        eventually(() =>
          spec(line, 'runtime', 'MachineStatuses.runtime', 'machine').catch(() => undefined),
        ).toMatchObject({ stage: 'running', status: { ready: true } }),
      )
    },
    async upgrade(line) {
      const image = imageOf(OTHER[line])
      if (!hasNewWay(line)) {
        await own().upgradeLegacy(node(line), { image, stage: false }, never)
        return
      }
      await gather(own().pullImage(node(line), image, never))
      const installed = await gather(own().install(node(line), image, never))
      expect(installed.at(-1)).toEqual({ kind: 'exit', code: 0 })
      await own().reboot(node(line), 'default', never)
    },
  }
}
