import { Code, SimulatedStatus } from '../machine-api.ts'

const FAN_OUT_SERVICES = [
  '/machine.MachineService/',
  '/cluster.ClusterService/',
  '/inspect.InspectService/',
  '/storage.StorageService/',
  '/time.TimeService/',
]

export type Route =
  | { readonly kind: 'local' }
  | { readonly kind: 'one'; readonly target: string }
  | { readonly kind: 'many'; readonly targets: readonly string[] }

/** The routing keys of a call's metadata; absent is not the same as empty. */
export interface RoutingKeys {
  readonly node: readonly string[]
  readonly nodes: readonly string[]
  readonly proxyfrom: readonly string[]
}

/**
 * Where apid sends a call, and how it refuses to (behaviour.md §2.2).
 * @param self the machine asked: workers hold no certificate for other nodes and forward nothing
 */
export function routeOf(
  path: string,
  keys: RoutingKeys,
  self: { readonly minor: number; readonly forwards: boolean; isLocal(target: string): boolean },
): Route {
  if (keys.proxyfrom.length > 0) return { kind: 'local' }
  if (keys.node.length > 1)
    throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'node metadata must be single-valued')
  const [node] = keys.node
  const isOwn = (targets: readonly string[]): boolean =>
    !self.forwards && targets.length === 1 && self.isLocal(targets[0] ?? '')

  if (keys.nodes.length > 0 && !isOwn(keys.nodes)) {
    checkFanOut(path, self.minor)
    checkForwards(self.forwards)
    keys.nodes.forEach(checkTarget)
    return { kind: 'many', targets: keys.nodes }
  }
  if (node !== undefined && !isOwn(keys.node)) {
    checkForwards(self.forwards)
    checkTarget(node)
    return { kind: 'one', target: node }
  }
  return { kind: 'local' }
}

/** How apid words that another one shows a certificate that ran out an hour ago: it trusts no more than a client does. */
export function expired(now: number): SimulatedStatus {
  const instant = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`
  return new SimulatedStatus(
    Code.UNAVAILABLE,
    `connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time ${instant(now)} is after ${instant(now - 3_600_000)}"`,
  )
}

/**
 * How apid words that another one's certificate is not of its cluster. Go names the authority it tried when that is
 * called like the right one, which all of Talos are but those of machines in maintenance.
 */
export function unknownAuthority(other: { readonly maintenance?: object | undefined }): SimulatedStatus {
  const hint = other.maintenance
    ? ''
    : ' (possibly because of \\"x509: Ed25519 verification failure\\" while trying to verify candidate authority certificate \\"talos\\")'
  return new SimulatedStatus(
    Code.UNAVAILABLE,
    `connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority${hint}"`,
  )
}

/** How apid words a dial that failed. @param isSilent nothing at the address answered at all */
export function unreachable(
  target: string,
  machine: { readonly port: number } | undefined,
  isSilent = false,
): SimulatedStatus {
  const isAddress = /^[\d.]+$|:/.test(target)
  if (!machine && !isAddress)
    return new SimulatedStatus(Code.UNAVAILABLE, 'name resolver error: produced zero addresses')
  const reason = machine && !isSilent ? 'connection refused' : 'no route to host'
  return new SimulatedStatus(
    Code.UNAVAILABLE,
    `connection error: desc = "transport: Error while dialing: dial tcp ${target}:50000: connect: ${reason}"`,
  )
}

function checkFanOut(path: string, minor: number): void {
  if (minor >= 13 && !FAN_OUT_SERVICES.some((service) => path.startsWith(service)))
    throw new SimulatedStatus(
      Code.INVALID_ARGUMENT,
      `one-2-many proxying is not supported for method ${path}`,
    )
  if (minor < 13 && path.startsWith('/cosi.'))
    throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'one-2-many proxying is not supported for COSI methods')
}

function checkForwards(forwards: boolean): void {
  if (!forwards) throw new SimulatedStatus(Code.PERMISSION_DENIED, 'no request forwarding')
}

/** Names and addresses come bare; apid adds the port. */
function checkTarget(target: string): void {
  const hasPort = /^[^:]*:\d+$|^\[.*\]:\d+$/.test(target)
  if (target === '' || hasPort)
    throw new SimulatedStatus(Code.INTERNAL, `invalid target ${JSON.stringify(target)}`)
}
