import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceDefinition } from '@grpc/grpc-js'
import type { KeyPairPem } from '../../main/simulator/secrets-api.ts'
import type { StateDefinition } from '../../main/talos/generated/cosi/resource/State.ts'
import type { ClusterServiceDefinition } from '../../main/talos/generated/cluster/ClusterService.ts'
import type { ImageServiceDefinition } from '../../main/talos/generated/machine/ImageService.ts'
import type { LifecycleServiceDefinition } from '../../main/talos/generated/machine/LifecycleService.ts'
import type { MachineServiceDefinition } from '../../main/talos/generated/machine/MachineService.ts'
import type { InspectServiceDefinition } from '../../main/talos/generated/inspect/InspectService.ts'
import type { LVMServiceDefinition } from '../../main/talos/generated/machine/LVMService.ts'
import type { MDServiceDefinition } from '../../main/talos/generated/machine/MDService.ts'
import type { StorageServiceDefinition } from '../../main/talos/generated/storage/StorageService.ts'
import type { TimeServiceDefinition } from '../../main/talos/generated/time/TimeService.ts'
import { relabelForTls } from '../../main/simulator/wire/pki.ts'
import { loadProtos } from '../../main/simulator/wire/protos.ts'

export const PROTOS_DIR = join(import.meta.dirname, '../../protos')

type Replies<Service extends string, Definition> = {
  [
    Name in keyof Definition as string extends Name ? never : `/${Service}/${Name & string}`
  ]: Definition[Name] extends {
    responseDeserialize: (bytes: Buffer) => infer Reply
  }
    ? Reply
    : never
}

/** What each path answers, from the generated types. */
export type Answers = Replies<'machine.MachineService', MachineServiceDefinition> &
  Replies<'machine.ImageService', ImageServiceDefinition> &
  Replies<'machine.LifecycleService', LifecycleServiceDefinition> &
  Replies<'machine.MDService', MDServiceDefinition> &
  Replies<'machine.LVMService', LVMServiceDefinition> &
  Replies<'inspect.InspectService', InspectServiceDefinition> &
  Replies<'storage.StorageService', StorageServiceDefinition> &
  Replies<'time.TimeService', TimeServiceDefinition> &
  Replies<'cluster.ClusterService', ClusterServiceDefinition> &
  Replies<'cosi.resource.State', StateDefinition>

/** Plain grpc-js with nothing of ours between the test and the wire. */
export interface WireClient {
  unary<Path extends keyof Answers>(path: Path, request?: object, metadata?: Metadata): Promise<Answers[Path]>
  /** Frames as they come; ends or throws as the call does. */
  stream<Path extends keyof Answers>(
    path: Path,
    request?: object,
    metadata?: Metadata,
  ): WireStream<Answers[Path]>
  /** Streams these requests and gives the one answer. */
  upload<Path extends keyof Answers>(path: Path, requests: readonly object[]): Promise<Answers[Path]>
  close(): void
}

interface WireStream<Frame> {
  /** The next `count` frames. */
  take(count: number): Promise<Frame[]>
  /** All until the end. */
  all(): Promise<Frame[]>
  /** Hangs up. */
  cancel(): void
}

export function talosCredentials(ca: string, pair: KeyPairPem): ChannelCredentials {
  return credentials.createFromSecureContext(
    createSecureContext({ ca, cert: pair.crt, key: relabelForTls(pair.key) }),
  )
}

interface WireMethod<Answer> {
  readonly path: string
  readonly requestSerialize: (request: object) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => Answer
}

/** A method of ours by its path, as the protos define it. */
export function methodAt<Path extends keyof Answers>(
  path: Path,
  services: ReadonlyMap<string, ServiceDefinition> = loadProtos(PROTOS_DIR).services,
): WireMethod<Answers[Path]> {
  const [, service = '', method = ''] = path.split('/')
  const definition = services.get(service)?.[method]
  if (!definition) throw new Error(`protos have no ${path}`)
  return definition
}

export function createWireClient(
  target: string,
  channel: ChannelCredentials,
  services: ReadonlyMap<string, ServiceDefinition> = loadProtos(PROTOS_DIR).services,
): WireClient {
  const client = new Client(target, channel, {
    'grpc.max_receive_message_length': 32 * 1024 * 1024,
    'grpc.use_local_subchannel_pool': 1,
  })
  const methodOf = <Path extends keyof Answers>(path: Path) => methodAt(path, services)
  return {
    unary<Path extends keyof Answers>(path: Path, request: object = {}, metadata = new Metadata()) {
      const { requestSerialize, responseDeserialize } = methodOf(path)
      return new Promise<Answers[Path]>((resolve, reject) => {
        const done = (error: Error | null, reply?: object): void => {
          if (error) reject(error)
          else resolve(reply as Answers[Path])
        }
        const options = { deadline: Date.now() + 10_000 }
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, done)
      })
    },
    stream<Path extends keyof Answers>(path: Path, request: object = {}, metadata = new Metadata()) {
      const { requestSerialize, responseDeserialize } = methodOf(path)
      const call = client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
      )
      const frames = call[Symbol.asyncIterator]() as AsyncIterator<Answers[Path], undefined>
      return {
        async take(count: number) {
          const taken: Answers[Path][] = []
          while (taken.length < count) {
            const next = await frames.next()
            if (next.done) throw new Error(`the stream ended after ${taken.length} of ${count} frames`)
            taken.push(next.value)
          }
          return taken
        },
        async all() {
          const all: Answers[Path][] = []
          for (let next = await frames.next(); !next.done; next = await frames.next()) all.push(next.value)
          return all
        },
        cancel() {
          call.on('error', () => undefined)
          call.cancel()
        },
      }
    },
    upload<Path extends keyof Answers>(path: Path, requests: readonly object[]) {
      const { requestSerialize, responseDeserialize } = methodOf(path)
      return new Promise<Answers[Path]>((resolve, reject) => {
        const call = client.makeClientStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          new Metadata(),
          { deadline: Date.now() + 10_000 },
          (error: Error | null, reply?: object) => {
            if (error) reject(error)
            else resolve(reply as Answers[Path])
          },
        )
        for (const request of requests) call.write(request)
        call.end()
      })
    },
    close: () => client.close(),
  }
}
