import { expect, test } from 'vitest'
import { serviceRows } from './service-rows.ts'
import type { ServiceInfo } from './talos-port.ts'

function service(id: string, health: Partial<ServiceInfo['health']> = {}): ServiceInfo {
  return {
    id,
    state: 'Running',
    health: { unknown: false, healthy: true, message: '', ...health },
    events: [{ message: 'Health check successful', state: 'Running', at: '2026-03-01T10:00:00Z' }],
  }
}

test('a service without a health check is unknown, not healthy', () => {
  expect(serviceRows([service('dashboard', { unknown: true })])[0]?.health).toBe('unknown')
  expect(serviceRows([service('etcd', { healthy: false })])[0]?.health).toBe('unhealthy')
})

test('only kubelet and extensions can be acted on', () => {
  const allowed = Object.fromEntries(
    serviceRows([service('etcd'), service('ext-iscsid'), service('kubelet')]).map((row) => [
      row.id,
      row.allowed,
    ]),
  )
  expect(allowed).toEqual({
    etcd: [],
    'ext-iscsid': ['start', 'stop', 'restart'],
    kubelet: ['start', 'restart'],
  })
})

test('a row says the last thing the service said', () => {
  expect(serviceRows([service('cri')])[0]).toMatchObject({
    message: 'Health check successful',
    since: '2026-03-01T10:00:00Z',
  })
})
