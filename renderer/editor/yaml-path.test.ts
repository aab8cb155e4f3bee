import { expect, test } from 'vitest'
import { pathAt, pathText } from './yaml-path.ts'

function pathOf(text: string, line: number): string {
  return pathText(pathAt(text.split('\n'), line))
}

const config = `version: v1alpha1
machine:
  kubelet:
    extraConfig:
      maxPods: 110
  certSANs:
  - 10.0.20.13
  - bronce-3.lan
  network:
    interfaces:
      - interface: enp3s0
        mtu: 1500
        routes:
          - network: 0.0.0.0/0
            gateway: 10.0.20.1
          # the printer
          - network: 10.0.40.0/24
            gateway: 10.0.20.2
      - interface: enp4s0
        dhcp: true
---
apiVersion: v1alpha1
kind: LinkConfig
name: enp3s0
routes:
  - gateway: 10.0.20.1
  - destination: 10.0.40.0/24
    "metrics": 100`

test.each([
  [1, 'version'],
  [5, 'machine.kubelet.extraConfig.maxPods'],
  [7, 'machine.certSANs[0]'],
  [8, 'machine.certSANs[1]'],
  [11, 'machine.network.interfaces[0].interface'],
  [12, 'machine.network.interfaces[0].mtu'],
  [15, 'machine.network.interfaces[0].routes[0].gateway'],
  [18, 'machine.network.interfaces[0].routes[1].gateway'],
  [20, 'machine.network.interfaces[1].dhcp'],
  [21, ''],
  [23, 'kind'],
  [26, 'routes[0].gateway'],
  [28, 'routes[1].metrics'],
])('line %i of a MachineConfig is at %s', (line, path) => {
  expect(pathOf(config, line)).toBe(path)
})

test('a path can be read from a document that does not parse yet', () => {
  expect(pathOf('machine:\n  install:\n    disk: "/dev/sda\n    wipe: tr', 4)).toBe('machine.install.wipe')
})

test('a key ends at its own document', () => {
  expect(pathOf('machine:\n---\n  kind: LinkConfig', 3)).toBe('kind')
})
