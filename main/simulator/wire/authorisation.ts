import { Code, SimulatedStatus } from '../machine-api.ts'
import { RPC_RULES } from './rpc-rules.ts'
import { existsIn } from './talos-version.ts'

/**
 * Roles of a caller: the O values of its certificate; for an impersonator (one apid calling another) those in the
 * `talos-role` metadata instead, and nobody else's metadata counts (behaviour.md §1.5).
 */
export function rolesOf(organizations: readonly string[], talosRole: readonly string[]): ReadonlySet<string> {
  return new Set(organizations.includes('os:impersonator') ? talosRole : organizations)
}

/** @throws UNIMPLEMENTED in grpc-go's words when a node of that minor release does not know `/service/Method` */
export function checkExists(path: string, minor: number): void {
  const rule = RPC_RULES.get(path)
  if (rule && existsIn(minor, rule)) return
  throw unimplemented(path, minor)
}

/** What a node answers for a method that it, or this simulation of it, does not have. */
export function unimplemented(path: string, minor: number): SimulatedStatus {
  const [, service = '', method = ''] = path.split('/')
  const known = [...RPC_RULES].some(
    ([name, rule]) => name.startsWith(`/${service}/`) && existsIn(minor, rule),
  )
  return new SimulatedStatus(
    Code.UNIMPLEMENTED,
    known ? `unknown method ${method} for service ${service}` : `unknown service ${service}`,
  )
}

/** Roles that mean nothing to an older node. */
const SINCE_13: ReadonlySet<string> = new Set(['os:image:verifier', 'os:meta:writer'])

/** @throws PERMISSION_DENIED `not authorized` when none of the caller's roles may call it */
export function checkAuthorised(path: string, roles: ReadonlySet<string>, minor: number): void {
  const allowed = RPC_RULES.get(path)?.roles ?? ['os:admin']
  if (!allowed.some((role) => roles.has(role) && (minor >= 13 || !SINCE_13.has(role))))
    throw new SimulatedStatus(Code.PERMISSION_DENIED, 'not authorized')
}
