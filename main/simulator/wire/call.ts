import type { handleClientStreamingCall, handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js'
import type { ClusterState } from '../cluster-api.ts'
import type { SimulatedMachine } from '../machine-api.ts'
import type { ClusterSecrets } from '../secrets-api.ts'
import type { Protos } from './protos.ts'

/** One machine with what its services need beside it. */
export interface Node {
  readonly machine: SimulatedMachine
  readonly cluster: ClusterState
  readonly secrets: ClusterSecrets
  /** A machine of no cluster or another one, by its address: there all the same for whoever dials it. */
  stranger(target: string): SimulatedMachine | undefined
  readonly protos: Protos
}

/** A call as a service sees it: routed, authorised, and with the signal that ends it. */
export interface CallContext extends Node {
  readonly roles: ReadonlySet<string>
  readonly signal: AbortSignal
}

type Answer<Handler> =
  Handler extends handleUnaryCall<infer Request, infer Reply>
    ? (request: Request, context: CallContext) => Reply | Promise<Reply>
    : Handler extends handleServerStreamingCall<infer Request, infer Frame>
      ? (request: Request, context: CallContext) => AsyncIterable<Frame>
      : Handler extends handleClientStreamingCall<infer Request, infer Reply>
        ? (requests: AsyncIterable<Request>, context: CallContext) => Promise<Reply>
        : never

/** The methods a simulated node has of a service; what is left out is UNIMPLEMENTED. */
export type Methods<Handlers> = { readonly [Name in keyof Handlers]?: Answer<Handlers[Name]> }

/** A method with its message types forgotten, for the dispatcher. */
export type AnyMethod = (
  request: object,
  context: CallContext,
) => object | Promise<object> | AsyncIterable<object>
