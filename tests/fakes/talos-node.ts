import { join } from 'node:path'
import * as grpc from '@grpc/grpc-js'
import * as protoLoader from '@grpc/proto-loader'
import type { MessageTypeDefinition } from '@grpc/proto-loader'
import { Secret } from '../../main/domain/secret.ts'
import type { ParsedContext } from '../../main/domain/talosconfig/parsed-talosconfig.ts'
import type { StateHandlers } from '../../main/talos/generated/cosi/resource/State.ts'
import type { LifecycleServiceHandlers } from '../../main/talos/generated/machine/LifecycleService.ts'
import type { MachineServiceHandlers } from '../../main/talos/generated/machine/MachineService.ts'
import { loadProtos } from '../../main/talos/load-protos.ts'
import { createServerCredentials, type ClientMaterial } from '../../main/talos/secure-context.ts'
import { createThrowawayAuthority, type ThrowawayAuthority } from '../../main/talos/throwaway-pki.ts'

export const protosDir = join(import.meta.dirname, '..', '..', 'protos')

export interface FakeNodeHandlers {
  readonly machine?: Partial<MachineServiceHandlers>
  readonly state?: Partial<StateHandlers>
  readonly lifecycle?: Partial<LifecycleServiceHandlers>
}

export interface FakeNode extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly endpoint: string
  /** Drops every connection at once and refuses new ones, as when the plug is pulled. */
  kill(): void
}

/** A node that speaks the protocol over real mTLS and says what the test wants it to. */
export async function startFakeNode(
  authority: ThrowawayAuthority,
  handlers: FakeNodeHandlers,
  options: {
    readonly host?: string
    readonly port?: number
    readonly addresses?: readonly string[]
    readonly material?: ClientMaterial
  } = {},
): Promise<FakeNode> {
  const host = options.host ?? '127.0.0.1'
  const material =
    options.material ??
    (await authority.issue({ addresses: options.addresses ?? [host], commonName: 'node' }))
  const protos = loadProtos(protosDir)
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 })
  // What a test leaves out is answered with UNIMPLEMENTED, as by a node that does not have it.
  const own = (part: object | undefined) => (part ?? {}) as grpc.UntypedServiceImplementation
  server.addService(protos.machine, own(handlers.machine))
  server.addService(protos.state, own(handlers.state))
  server.addService(protos.lifecycle, own(handlers.lifecycle))
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${options.port ?? 0}`, createServerCredentials(material), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
  const kill = () => {
    server.forceShutdown()
  }
  return {
    host,
    port,
    endpoint: `${host}:${port}`,
    kill,
    async [Symbol.asyncDispose]() {
      kill()
    },
  }
}

/** An admin's context for that authority, as if read from a talosconfig. */
export async function fakeContext(
  authority: ThrowawayAuthority,
  endpoints: readonly string[],
  certificate: {
    readonly roles?: readonly string[]
    readonly notBefore?: number
    readonly notAfter?: number
  } = {},
): Promise<ParsedContext> {
  const { roles = ['os:admin'], ...times } = certificate
  const { ca, crt, key } = await authority.issue({ organisations: roles, ...times })
  return {
    name: 'casa',
    endpoints,
    nodes: [],
    ca,
    crt,
    key: new Secret(key.reveal()),
    certificate: {
      roles: [...roles],
      notBefore: new Date(times.notBefore ?? Date.now() - 900_000).toISOString(),
      notAfter: new Date(times.notAfter ?? Date.now() + 900_000).toISOString(),
      authority: 'SHA256:test',
    },
    authorities: ['SHA256:test'],
  }
}

/** An event's payload as a node packs it: `talos/runtime/` and the name of the message. */
export function packEvent(name: string, fields: object): { type_url: string; value: Buffer } {
  const definition = protoLoader.loadSync('machine/machine.proto', {
    keepCase: false,
    enums: String,
    includeDirs: [protosDir],
  })[`machine.${name}`]
  if (definition === undefined || !('serialize' in definition)) throw new Error(`no message machine.${name}`)
  const value = (definition as MessageTypeDefinition<object, object>).serialize(fields)
  return { type_url: `talos/runtime/machine.${name}`, value }
}

export { createThrowawayAuthority }
