/**
 * The one place where a gRPC status, or what was seen on a connection that failed, becomes a `TalosFailure`.
 * Texts and codes: behaviour.md §2.4, §3.1, §4.4, §5.2, §7.
 */
import { status } from '@grpc/grpc-js'
import { TalosFailure } from '../domain/talos-failure.ts'
import { toInstant } from '../domain/clock-port.ts'
import type { ErrorCode } from '#contract/wire-error.ts'
import { MAINTENANCE_COMMON_NAME, type PeerSighting } from './secure-context.ts'

/** The parts of grpc-js' `ServiceError` that say anything. */
export interface GrpcStatus {
  readonly code: status
  readonly details: string
}

/** The call that failed. */
export interface CallFacts {
  readonly node: string
  /** `direct` or the endpoint that forwards. */
  readonly via: string
  /** Method as Talos names it: `ApplyConfiguration`. */
  readonly method: string
  /** After a `write` that was sent and got no answer, nobody knows whether it happened. */
  readonly effect: 'read' | 'write'
  readonly roles: readonly string[]
}

/** The message quotes the node; what a node says of a MachineConfig may hold values of it, so callers that apply one redact. */
export function toTalosFailure(grpc: GrpcStatus, call: CallFacts): TalosFailure {
  const [code, message] = classify(grpc, call)
  return new TalosFailure(code, message, { node: call.node })
}

/** True for what `ServiceError` looks like; anything else that is thrown is a bug and stays one. */
export function isGrpcStatus(error: unknown): error is GrpcStatus {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'number' &&
    'details' in error &&
    typeof error.details === 'string'
  )
}

type Verdict = readonly [code: ErrorCode, message: string]

function classify(grpc: GrpcStatus, call: CallFacts): Verdict {
  const { node, method } = call
  const text = grpc.details
  const says = text === '' ? '' : ` It says: ${text}`
  switch (grpc.code) {
    case status.CANCELLED:
      return lost(call, `The connection to ${node} ended during ${method}.`)
    case status.DEADLINE_EXCEEDED:
      return call.effect === 'write'
        ? lost(call, '')
        : ['timeout', `${node} did not answer ${method} in time. ${viaWords(call)}`.trim()]
    case status.UNAVAILABLE:
      return unavailable(text, call)
    case status.PERMISSION_DENIED:
      return permissionDenied(text, call)
    case status.UNAUTHENTICATED:
      return ['certificate-refused', `${node} does not accept this context's certificate.${says}`]
    case status.UNIMPLEMENTED:
      return unimplemented(text, call)
    case status.FAILED_PRECONDITION:
      if (/already in progress|already applied|locked/i.test(text)) {
        return ['conflict', `${node} is busy with something that excludes ${method}.${says}`]
      }
      return ['refused', `${node} refused ${method}.${says}`]
    case status.ABORTED:
      return ['conflict', `${node} stopped ${method} because something else got in between.${says}`]
    case status.INVALID_ARGUMENT:
    case status.OUT_OF_RANGE:
    case status.ALREADY_EXISTS:
      return ['refused', `${node} refused ${method}.${says}`]
    case status.NOT_FOUND:
      return ['not-found', `${node} does not have what ${method} asked for.${says}`]
    case status.RESOURCE_EXHAUSTED:
      return /larger than max|max.*message|message.*size/i.test(text)
        ? [
            'too-large',
            `The answer of ${node} to ${method} is larger than the 32 MiB a Talos message may have.`,
          ]
        : ['refused', `${node} has no room left for ${method}.${says}`]
    case status.INTERNAL:
      if (/RST_STREAM|stream.*closed|GOAWAY/i.test(text)) {
        return lost(call, `The connection to ${node} broke during ${method}.`)
      }
      return ['node-error', `${node} failed inside during ${method}.${says}`]
    case status.OK:
    case status.UNKNOWN:
    case status.DATA_LOSS:
      return unknown(text, call, says)
  }
}

function lost(call: CallFacts, message: string): Verdict {
  return call.effect === 'write'
    ? [
        'interrupted',
        `The connection to ${call.node} went while ${call.method} was under way. It may have happened: read the node again.`,
      ]
    : ['unreachable', message]
}

function viaWords(call: CallFacts): string {
  return call.via === 'direct' ? '' : `The call went through ${call.via}.`
}

function unavailable(text: string, call: CallFacts): Verdict {
  const { node, method } = call
  if (
    /unknown authority|unknown ca\b|x509: certificate signed|unable to (get|verify)|self.signed/i.test(text)
  ) {
    return [
      'wrong-ca',
      `${node} shows a certificate of another cluster, or waits for its configuration. ${viaWords(call)}`.trim(),
    ]
  }
  if (/certificate (has expired|is not yet valid)/i.test(text)) {
    return [
      'certificate-not-yet-valid',
      `A certificate on the way to ${node} is out of its time: a clock is wrong. It says: ${text}`,
    ]
  }
  if (/bad certificate|certificate required|certificate unknown|certificate expired/i.test(text)) {
    return ['certificate-refused', `${node} does not accept the certificate it was shown. It says: ${text}`]
  }
  if (/handshake.failure/i.test(text)) {
    return ['tls-algorithms', `${node} and this app found no common TLS algorithm. It says: ${text}`]
  }
  // What could not even be dialled was not sent. Any other end of a connection may have come after the request.
  const neverSent = /No connection established|error while dialing|connection refused|ECONNREFUSED/i.test(
    text,
  )
  if (call.effect === 'write' && !neverSent) return lost(call, '')
  if (/machine\.sock|machined/i.test(text)) {
    return ['unreachable', `${node} is still starting: its API is up and machined is not yet.`]
  }
  return call.via === 'direct'
    ? ['unreachable', `The connection to ${node} ended during ${method}.`]
    : ['unreachable', `${call.via} answers, but does not reach ${node}: it is off, or its address changed.`]
}

/** What is told of an endpoint that turned out to be a worker. */
export function forwardsNothing(endpoint: string): string {
  return `${endpoint} is a worker, and workers do not forward calls. Use the address of a control plane node as endpoint.`
}

function permissionDenied(text: string, call: CallFacts): Verdict {
  const { node, method } = call
  const kind = /(resource type|namespace) "([^"]+)" is not supported/.exec(text)
  if (kind !== null) {
    return [
      'unsupported-by-version',
      `The Talos version on ${node} has no ${kind[1] ?? ''} "${kind[2] ?? ''}".`,
    ]
  }
  if (text.includes('no request forwarding')) {
    return ['worker-as-endpoint', forwardsNothing(call.via)]
  }
  if (text.includes('write access is not allowed')) {
    return ['refused', `${node} lets nobody write this resource. It says: ${text}`]
  }
  const roles = call.roles.length === 0 ? 'no role' : call.roles.join(', ')
  return ['role-too-low', `${node} does not let this context do ${method}: its certificate has ${roles}.`]
}

function unimplemented(text: string, call: CallFacts): Verdict {
  const { node, method } = call
  if (/only available on control plane nodes|machine type is not set/.test(text)) {
    return ['control-plane-only', `${method} exists on control plane nodes only, and ${node} is none.`]
  }
  if (text.includes('maintenance mode')) {
    return ['maintenance-mode', `${node} is in maintenance mode and has no ${method} until it is configured.`]
  }
  if (text.includes('agent mode')) {
    return ['agent-mode', `${node} is in agent mode and has no ${method}. It says: ${text}`]
  }
  if (text.includes('mode is not supported')) {
    return ['refused', `${node} refused ${method}. It says: ${text}`]
  }
  return ['unsupported-by-version', `The Talos version on ${node} has no ${method}.`]
}

/** Plain Go errors arrive as UNKNOWN; a few of them are refusals in all but code. */
function unknown(text: string, call: CallFacts, says: string): Verdict {
  const { node, method } = call
  if (/was not registered|not defined$/.test(text)) {
    return ['not-found', `${node} does not have what ${method} asked for.${says}`]
  }
  if (text.includes('upgrade mutex')) {
    return ['conflict', `Another control plane node of this cluster is being upgraded.${says}`]
  }
  if (
    /operation via API|error validating|cannot rollback|failed to parse config|invalid input|etcdserver: (?:unhealthy cluster|re-configuration failed)/.test(
      text,
    )
  ) {
    return ['refused', `${node} refused ${method}.${says}`]
  }
  return ['node-error', `${node} failed during ${method}.${says}`]
}

/** What a failed connection means. `undefined`: nothing is wrong (any more), a new attempt will do. */
export function toConnectionFailure(
  sighting: PeerSighting,
  where: { readonly node: string; readonly address: string; readonly now: number },
): TalosFailure | undefined {
  const { node, address } = where
  const fail = (code: ErrorCode, message: string) => new TalosFailure(code, message, { node })
  switch (sighting.kind) {
    case 'answers':
      return undefined
    case 'no-connection':
      return fail('unreachable', `${address} does not answer: ${reachWords(sighting.reason)}.`)
    case 'no-tls':
      return fail(
        'unreachable',
        `Something answers at ${address}, but it does not speak TLS as a Talos node does.`,
      )
    case 'no-common-algorithm':
      return fail(
        'tls-algorithms',
        `${address} and this app found no common TLS algorithm. Run the self-test under About to see what this computer offers.`,
      )
    case 'refused-us':
      return fail(
        'certificate-refused',
        `${address} is a node of this cluster, but it does not accept this context's certificate.`,
      )
    case 'not-trusted':
      return fail(...distrust(sighting, address, where.now))
  }
}

function distrust(
  sighting: Extract<PeerSighting, { kind: 'not-trusted' }>,
  address: string,
  now: number,
): Verdict {
  const { leaf, problem } = sighting
  if (leaf.commonName === MAINTENANCE_COMMON_NAME) {
    return [
      'maintenance-mode',
      `${address} is in maintenance mode: a Talos node without a configuration. It was wiped, or is a new machine.`,
    ]
  }
  if (problem === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return [
      'wrong-host-name',
      `${address} is a node of this cluster, but its certificate does not name that address. It may be a load balancer or a VIP.`,
    ]
  }
  if (problem === 'CERT_HAS_EXPIRED' || problem === 'CERT_NOT_YET_VALID') {
    const [verb, instant] =
      problem === 'CERT_HAS_EXPIRED' ? ['ended', leaf.notAfter] : ['begins', leaf.notBefore]
    return [
      'certificate-not-yet-valid',
      `The certificate that ${address} shows ${verb} ${toInstant(instant)}, and this computer's clock says ` +
        `${toInstant(now)}. Talos renews it every 12 hours, so one of the two clocks is wrong.`,
    ]
  }
  return [
    'wrong-ca',
    `${address} is not a node of this cluster: another authority signed its certificate (${problem}).`,
  ]
}

function reachWords(reason: string): string {
  switch (reason) {
    case 'ECONNREFUSED':
      return 'the machine is there, but nothing listens on the port'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name is not known'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
      return 'there is no way to it from here'
    case 'ETIMEDOUT':
      return 'no answer in time, as from a machine that is off'
    default:
      return `the connection was cut (${reason})`
  }
}
