import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { MAINTENANCE_COMMON_NAME, type PeerSighting } from './secure-context.ts'
import { isGrpcStatus, toConnectionFailure, toTalosFailure, type CallFacts } from './map-status.ts'

const call: CallFacts = {
  node: '10.0.20.12',
  via: 'direct',
  method: 'Version',
  effect: 'read',
  roles: ['os:reader'],
}
const forwarded: CallFacts = { ...call, via: '10.0.20.11:50000' }
const writing: CallFacts = { ...call, method: 'Reboot', effect: 'write' }

/** behaviour.md §2.4 row by row, then the refusals of §3.1, §4.4, §5 and §7. */
const rows: readonly (readonly [string, status, string, CallFacts, string])[] = [
  [
    'a node that is off behind an endpoint',
    status.UNAVAILABLE,
    'connection error: desc = "transport: error while dialing: dial tcp 10.0.20.12:50000: i/o timeout"',
    forwarded,
    'unreachable',
  ],
  [
    'an endpoint that is off',
    status.UNAVAILABLE,
    'No connection established. Last error: connect ECONNREFUSED 10.0.20.12:50000',
    call,
    'unreachable',
  ],
  ['apid that restarts', status.UNAVAILABLE, 'Connection dropped', call, 'unreachable'],
  [
    'machined that is not up yet',
    status.UNAVAILABLE,
    'dial unix /system/run/machined/machine.sock: connect: connection refused',
    call,
    'unreachable',
  ],
  [
    'a member that etcd keeps',
    status.UNKNOWN,
    'failed to remove member: failed to remove member 7: etcdserver: unhealthy cluster',
    call,
    'refused',
  ],
  [
    'a wrong CA behind an endpoint',
    status.UNAVAILABLE,
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    forwarded,
    'wrong-ca',
  ],
  [
    'a clock that is off behind an endpoint',
    status.UNAVAILABLE,
    'x509: certificate has expired or is not yet valid',
    forwarded,
    'certificate-not-yet-valid',
  ],
  [
    'a refused certificate',
    status.UNAVAILABLE,
    'remote error: tls: bad certificate',
    call,
    'certificate-refused',
  ],
  ['no common algorithm', status.UNAVAILABLE, 'remote error: tls: handshake failure', call, 'tls-algorithms'],
  ['a role too low', status.PERMISSION_DENIED, 'not authorized', call, 'role-too-low'],
  [
    'a worker that should forward',
    status.PERMISSION_DENIED,
    'no request forwarding',
    forwarded,
    'worker-as-endpoint',
  ],
  [
    'an API of control planes asked of a worker',
    status.UNIMPLEMENTED,
    'etcd members is only available on control plane nodes',
    call,
    'control-plane-only',
  ],
  [
    'a node that does not know its type yet',
    status.UNIMPLEMENTED,
    'machine type is not set, cannot use bootstrap API',
    call,
    'control-plane-only',
  ],
  [
    'an unknown method',
    status.UNIMPLEMENTED,
    'unknown method Upgrade for service machine.LifecycleService',
    call,
    'unsupported-by-version',
  ],
  [
    'an unknown service',
    status.UNIMPLEMENTED,
    'unknown service machine.LifecycleService',
    call,
    'unsupported-by-version',
  ],
  [
    'maintenance mode up to 1.12',
    status.UNIMPLEMENTED,
    'API is not implemented in maintenance mode',
    call,
    'maintenance-mode',
  ],
  [
    'container mode',
    status.FAILED_PRECONDITION,
    'method is not supported in container mode',
    call,
    'refused',
  ],
  ['a panic in the handler', status.INTERNAL, 'panic: runtime error: index out of range', call, 'node-error'],
  [
    'a message too large to receive',
    status.RESOURCE_EXHAUSTED,
    'Received message larger than max (40000000 vs 33554432)',
    call,
    'too-large',
  ],
  [
    'a resource type that this version does not have',
    status.PERMISSION_DENIED,
    'resource type "BootIDs.runtime.talos.dev" is not supported',
    call,
    'unsupported-by-version',
  ],
  [
    'a namespace that this version does not have',
    status.PERMISSION_DENIED,
    'namespace "containers" is not supported',
    call,
    'unsupported-by-version',
  ],
  ['a resource that nobody writes', status.PERMISSION_DENIED, 'write access is not allowed', call, 'refused'],
  [
    'a resource that does not exist',
    status.NOT_FOUND,
    "resource MachineConfigs.config.talos.dev(config/persistent@undefined) doesn't exist",
    call,
    'not-found',
  ],
  [
    'a config with an unknown key',
    status.INVALID_ARGUMENT,
    'unknown keys found during decoding:',
    call,
    'refused',
  ],
  [
    'another apply under way',
    status.FAILED_PRECONDITION,
    'another apply configuration is already in progress',
    call,
    'conflict',
  ],
  [
    'REBOOT asked of 1.14',
    status.UNIMPLEMENTED,
    'the REBOOT mode is not supported, please use AUTO or NO_REBOOT modes instead',
    call,
    'refused',
  ],
  ['agent mode', status.UNIMPLEMENTED, 'API is not implemented in agent mode', call, 'agent-mode'],
  [
    'two etcd members',
    status.UNKNOWN,
    'error validating etcd for upgrade: etcd member count(2) is insufficient to maintain quorum',
    call,
    'refused',
  ],
  [
    'another upgrade in the cluster',
    status.UNKNOWN,
    'failed to acquire upgrade mutex: timeout',
    call,
    'conflict',
  ],
  ['no slot to roll back to', status.UNKNOWN, 'cannot rollback to A, label does not exist', call, 'refused'],
  [
    'a service that may not be stopped',
    status.UNKNOWN,
    'service "etcd" doesn\'t support stop operation via API',
    call,
    'refused',
  ],
  ['an unknown service id', status.UNKNOWN, 'service "nope" not defined', call, 'not-found'],
  ['an unknown log', status.UNKNOWN, 'log "nope" was not registered', call, 'not-found'],
  ['an error nobody foresaw', status.UNKNOWN, 'something odd', call, 'node-error'],
  ['data lost', status.DATA_LOSS, 'short read', call, 'node-error'],
  ['META that is full', status.RESOURCE_EXHAUSTED, 'meta write failed', call, 'refused'],
  ['a lock held elsewhere', status.ABORTED, 'sequence aborted', call, 'conflict'],
  ['an answer that never came', status.DEADLINE_EXCEEDED, 'Deadline exceeded', call, 'timeout'],
  ['a stream reset', status.INTERNAL, 'Received RST_STREAM with code 2', call, 'unreachable'],
  ['a stream cut off', status.CANCELLED, 'Call cancelled', call, 'unreachable'],
  ['an unauthenticated caller', status.UNAUTHENTICATED, 'no peer certificate', call, 'certificate-refused'],
  ['a write whose answer never came', status.DEADLINE_EXCEEDED, 'Deadline exceeded', writing, 'interrupted'],
  ['a write cut off', status.UNAVAILABLE, 'Connection dropped', writing, 'interrupted'],
  [
    'a write whose stream was reset',
    status.INTERNAL,
    'Received RST_STREAM with code 2',
    writing,
    'interrupted',
  ],
  [
    'a write during which machined went',
    status.UNAVAILABLE,
    'error reading from server: read unix @->/system/run/machined/machine.sock: connection reset by peer',
    writing,
    'interrupted',
  ],
  [
    'a write for which machined was not up yet',
    status.UNAVAILABLE,
    'connection error: desc = "transport: Error while dialing: dial unix /system/run/machined/machine.sock: connect: connection refused"',
    writing,
    'unreachable',
  ],
  [
    'a write to a node that is off behind an endpoint',
    status.UNAVAILABLE,
    'connection error: desc = "transport: Error while dialing: dial tcp 10.0.20.12:50000: i/o timeout"',
    writing,
    'unreachable',
  ],
  [
    'a write that was never sent',
    status.UNAVAILABLE,
    'No connection established. Last error: connect ECONNREFUSED 10.0.20.12:50000',
    writing,
    'unreachable',
  ],
]

describe('a gRPC status becomes a failure that a person can act on', () => {
  test.each(rows)('%s', (_, code, details, facts, expected) => {
    const failure = toTalosFailure({ code, details }, facts)
    expect(failure.code).toBe(expected)
    expect(failure.node).toBe('10.0.20.12')
    expect(failure.message).toMatch(/\w{3,}.*[.:\w]$/s)
  })

  test('a role too low names the roles the certificate has', () => {
    expect(
      toTalosFailure({ code: status.PERMISSION_DENIED, details: 'not authorized' }, call).message,
    ).toContain('os:reader')
  })

  test('a refusal carries the words of the node', () => {
    const details = 'no disks matched the expression: disk.size > 10TB'
    expect(toTalosFailure({ code: status.INVALID_ARGUMENT, details }, call).message).toContain(details)
  })

  test('an endpoint that cannot reach the node is named', () => {
    const failure = toTalosFailure({ code: status.UNAVAILABLE, details: 'connection error' }, forwarded)
    expect(failure.message).toContain('10.0.20.11:50000')
  })
})

test('what is no gRPC status stays the bug it is', () => {
  expect(isGrpcStatus(new TypeError('x is not a function'))).toBe(false)
  expect(isGrpcStatus(Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '' }))).toBe(true)
  expect(isGrpcStatus(undefined)).toBe(false)
})

describe('a failed connection is told by what was seen', () => {
  const leaf = { commonName: 'cp2', notBefore: 0, notAfter: Date.UTC(2026, 0, 2) }
  const where = { node: 'cp2', address: '10.0.20.12:50000', now: Date.UTC(2026, 10, 23) }
  const sightings: readonly (readonly [string, PeerSighting, string | undefined])[] = [
    ['a closed port', { kind: 'no-connection', reason: 'ECONNREFUSED' }, 'unreachable'],
    ['a machine that is off', { kind: 'no-connection', reason: 'ETIMEDOUT' }, 'unreachable'],
    ['an unknown name', { kind: 'no-connection', reason: 'ENOTFOUND' }, 'unreachable'],
    ['no route', { kind: 'no-connection', reason: 'EHOSTUNREACH' }, 'unreachable'],
    ['a web server', { kind: 'no-tls', reason: 'EPROTO' }, 'unreachable'],
    ['BoringSSL without our list', { kind: 'no-common-algorithm', reason: 'alert 40' }, 'tls-algorithms'],
    ['a refused certificate', { kind: 'refused-us', reason: 'closed', leaf }, 'certificate-refused'],
    ['another cluster', { kind: 'not-trusted', problem: 'SELF_SIGNED_CERT_IN_CHAIN', leaf }, 'wrong-ca'],
    [
      'a node without a configuration',
      {
        kind: 'not-trusted',
        problem: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        leaf: { ...leaf, commonName: MAINTENANCE_COMMON_NAME },
      },
      'maintenance-mode',
    ],
    [
      'a load balancer',
      { kind: 'not-trusted', problem: 'ERR_TLS_CERT_ALTNAME_INVALID', leaf },
      'wrong-host-name',
    ],
    [
      'a clock that is behind',
      { kind: 'not-trusted', problem: 'CERT_NOT_YET_VALID', leaf },
      'certificate-not-yet-valid',
    ],
    [
      'a clock that is ahead',
      { kind: 'not-trusted', problem: 'CERT_HAS_EXPIRED', leaf },
      'certificate-not-yet-valid',
    ],
    ['nothing wrong', { kind: 'answers', leaf }, undefined],
  ]
  test.each(sightings)('%s', (_, sighting, expected) => {
    const failure = toConnectionFailure(sighting, where)
    expect(failure?.code).toBe(expected)
    if (failure !== undefined) expect(failure.message).toContain('10.0.20.12:50000')
  })

  test('a certificate out of its time shows both dates', () => {
    const failure = toConnectionFailure({ kind: 'not-trusted', problem: 'CERT_HAS_EXPIRED', leaf }, where)
    expect(failure?.message).toContain('2026-01-02')
    expect(failure?.message).toContain('2026-11-23')
  })
})
