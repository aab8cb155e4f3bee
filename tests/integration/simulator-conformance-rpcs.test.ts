import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueClient } from '../../main/simulator/wire/pki.ts'
import { loadProtos } from '../../main/simulator/wire/protos.ts'
import { type SmallCluster, startSmallCluster } from '../fakes/small-cluster.ts'
import { PROTOS_DIR, talosCredentials } from '../fakes/wire-client.ts'

/** Every RPC of Talos with the roles that may call it: facts from the API of 1.9 to 1.14 (behaviour.md §1.6). */
interface Rpc {
  readonly path: string
  /** Minor release: 13 for 1.13. */
  readonly since: number
  readonly removedIn?: number
  readonly roles: readonly string[]
  /** Who could before that release. */
  readonly before?: { readonly minor: number; readonly roles: readonly string[] }
  readonly clientStreaming: boolean
  readonly serverStreaming: boolean
}

const RPCS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/talos-rpcs.json'), 'utf8'),
) as readonly Rpc[]

/** What the simulation does not have, as docs/simulator.md says; it answers as if the version had it not either. */
const REFUSED = ['/machine.DebugService/ContainerRun', '/machine.MachineService/GenerateConfiguration']

const VERSIONS = ['v1.9.6', 'v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0']
const ROLES = [
  'os:admin',
  'os:operator',
  'os:reader',
  'os:etcd:backup',
  'os:image:verifier',
  'os:meta:writer',
  'os:nobody',
]

const protos = loadProtos(PROTOS_DIR)
let cluster: SmallCluster
const clients = new Map<string, Client>()
beforeAll(async () => {
  // Machines without a life: a reset or a reboot of one is only written down.
  cluster = await startSmallCluster(VERSIONS.map((talos) => ({ hostname: hostOf(talos), talos })))
  for (const talos of VERSIONS)
    for (const role of ROLES) {
      const { address, port } = cluster.machine(hostOf(talos)).spec
      const pair = await issueClient(cluster.secrets.os, { roles: [role] })
      clients.set(
        `${talos} ${role}`,
        new Client(`${address}:${port}`, talosCredentials(cluster.secrets.os.crt, pair), {
          'grpc.use_local_subchannel_pool': 1,
        }),
      )
    }
})
afterAll(async () => {
  for (const client of clients.values()) client.close()
  await cluster[Symbol.asyncDispose]()
})

function hostOf(talos: string): string {
  return `n${talos.replaceAll('.', '-')}`
}

/** `served`, `not authorized`, or the code and text of what says that the method is not there. */
type Outcome = string

/** How a call ends: what says the method is not there is told whole, everything else the node says is an answer. */
function outcomeOf(client: Client, { path, clientStreaming, serverStreaming }: Rpc): Promise<Outcome> {
  const [, service = '', method = ''] = path.split('/')
  const definition = protos.services.get(service)?.[method]
  if (!definition) throw new Error(`protos have no ${path}`)
  const { requestSerialize, responseDeserialize } = definition
  return new Promise((resolve) => {
    const done = (error: ServiceError | null): void => resolve(error ? described(error) : 'served')
    const options = { deadline: Date.now() + 20_000 }
    if (serverStreaming) {
      const call = clientStreaming
        ? client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, new Metadata(), options)
        : client.makeServerStreamRequest(
            path,
            requestSerialize,
            responseDeserialize,
            {},
            new Metadata(),
            options,
          )
      call.on('data', () => {
        resolve('served')
        call.cancel()
      })
      call.on('end', () => resolve('served'))
      call.on('error', done)
      return
    }
    if (!clientStreaming) {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, new Metadata(), options, done)
      return
    }
    client
      .makeClientStreamRequest(path, requestSerialize, responseDeserialize, new Metadata(), options, done)
      .end()
  })
}

function described({ code, details }: ServiceError): Outcome {
  if (code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED) return `lost: ${details}`
  if (details === 'not authorized')
    return code === status.PERMISSION_DENIED ? 'not authorized' : `${code} ${details}`
  return /^unknown (service|method)/.test(details) ? `${code} ${details}` : 'served'
}

function expected(rpc: Rpc, minor: number, role: string): Outcome {
  const exists = ({ since, removedIn }: Rpc): boolean => minor >= since && minor < (removedIn ?? Infinity)
  const [, service = '', method = ''] = rpc.path.split('/')
  const served = RPCS.some((other) => other.path.startsWith(`/${service}/`) && exists(other))
  const unknown = served
    ? `12 unknown method ${method} for service ${service}`
    : `12 unknown service ${service}`
  if (!exists(rpc)) return unknown
  const roles = rpc.before && minor < rpc.before.minor ? rpc.before.roles : rpc.roles
  if (!roles.includes(role)) return 'not authorized'
  return REFUSED.includes(rpc.path) ? unknown : 'served'
}

describe.each(VERSIONS)('%s', (talos) => {
  const minor = Number(talos.split('.')[1])
  test.each(ROLES)('%s is served what its role allows, and nothing else', async (role) => {
    const client = clients.get(`${talos} ${role}`)
    if (!client) throw new Error(`no client for ${talos} ${role}`)
    const outcomes: Record<string, Outcome> = {}
    await Promise.all(
      RPCS.map(async (rpc) => {
        outcomes[rpc.path] = await outcomeOf(client, rpc)
      }),
    )
    expect(outcomes).toEqual(Object.fromEntries(RPCS.map((rpc) => [rpc.path, expected(rpc, minor, role)])))
  })
})
