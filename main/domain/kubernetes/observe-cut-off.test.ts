import { describe, expect, test } from 'vitest'
import type { Run } from '#contract/runs.ts'
import { cutKubernetesRun } from '../../../tests/fakes/cut-kubernetes.ts'
import { kubePod } from '../../../tests/fakes/kube-pod.ts'
import { noKubernetes } from '../../../tests/fakes/no-kubernetes.ts'
import { observeUncordon } from '../node-actions/uncordon.ts'
import type { KubeManifest, KubeNode, KubernetesPort } from './kubernetes-port.ts'
import { observeManifests } from './manifests-verdict.ts'
import { observeKubernetes } from './upgrade-verdict.ts'

const TO = 'v1.36.3'
const { signal } = new AbortController()
const cut = cutKubernetesRun('v1.35.4', TO)
const row = (fact: string, expected: string) => ({
  fact,
  expected,
  node: '10.0.0.1',
  outcome: 'unknown' as const,
})
const node: KubeNode = {
  name: 'bronce-1',
  ready: true,
  unschedulable: false,
  controlPlane: true,
  osImage: 'Talos (v1.13.9)',
  kubeletVersion: TO,
  addresses: ['10.0.0.1'],
  annotations: {},
}
const apiserver = kubePod('kube-apiserver-bronce-1', {
  node: 'bronce-1',
  labels: { 'k8s-app': 'kube-apiserver' },
  images: { 'kube-apiserver': `registry.k8s.io/kube-apiserver:${TO}` },
})
const kubernetes: KubernetesPort = {
  ...noKubernetes(),
  version: () => Promise.resolve(TO),
  nodes: () => Promise.resolve([node]),
  pods: () => Promise.resolve([apiserver]),
}
/** A node whose config has that image of kube-proxy. */
const talosWith = (version: string) => ({
  readMachineConfig: () =>
    Promise.resolve({
      version: '1',
      text: `version: v1alpha1\ncluster:\n  proxy:\n    image: registry.k8s.io/kube-proxy:${version}\n`,
    }),
})

describe('an upgrade of Kubernetes that was cut off', () => {
  const verdict = [row('kube-apiserver', TO), row('kube-proxy', TO), row('kubelet', TO)]

  test('before it expected anything is interrupted, never proven by nothing', async () => {
    expect(await observeKubernetes(cut, { talos: talosWith(TO), kubernetes }, signal)).toEqual({
      rows: [],
      outcome: 'interrupted',
    })
  })

  test('is proven only with kube-proxy, whose image no pod tells before the manifests', async () => {
    const run = { ...cut, verdict }
    const behind = await observeKubernetes(run, { talos: talosWith('v1.35.4'), kubernetes }, signal)
    expect(behind.outcome).toBe('interrupted')
    expect(behind.rows[1]).toMatchObject({ found: 'v1.35.4', outcome: 'differs', note: 'MachineConfig' })
    const there = await observeKubernetes(run, { talos: talosWith(TO), kubernetes }, signal)
    expect(there.outcome).toBe('proven')
  })

  test('stays open while no API server answers, to be read later', async () => {
    const run = { ...cut, verdict }
    const reading = observeKubernetes(run, { talos: talosWith(TO), kubernetes: noKubernetes() }, signal)
    await expect(reading).rejects.toMatchObject({ code: 'kubernetes-unreachable' })
  })
})

describe('a sync of the manifests that was cut off', () => {
  const proxy: KubeManifest = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'kube-proxy', namespace: 'kube-system', generation: 2 },
  }
  const talos = {
    list: () =>
      Promise.resolve([
        {
          namespace: 'controlplane',
          type: 'Manifests.kubernetes.talos.dev',
          id: '10-kube-proxy',
          spec: [proxy],
        },
      ] as never),
  }
  const rolling = (updated: number): KubernetesPort => {
    const live = {
      ...proxy,
      status: {
        observedGeneration: 2,
        desiredNumberScheduled: 3,
        updatedNumberScheduled: updated,
        numberAvailable: updated,
      },
    }
    return {
      ...kubernetes,
      readObject: () => Promise.resolve(live),
      applyObject: () => Promise.resolve(live),
    }
  }
  const run = (fact: string): Run => ({ ...cut, kind: 'manifests', verdict: [row(fact, 'as rendered')] })
  const TITLE = 'DaemonSet kube-system/kube-proxy'

  test('is proven when the object is as rendered and its pods are the new ones', async () => {
    const done = await observeManifests(run(TITLE), { talos, kubernetes: rolling(3) }, signal)
    expect([done.outcome, done.rows[0]?.outcome]).toEqual(['proven', 'proven'])
    const under = await observeManifests(run(TITLE), { talos, kubernetes: rolling(1) }, signal)
    expect([under.outcome, under.rows[0]]).toMatchObject(['interrupted', { found: '1/3', note: 'Pods' }])
  })

  test('does not know an object that is no longer rendered', async () => {
    const seen = await observeManifests(run('ClusterRole gone'), { talos, kubernetes: rolling(3) }, signal)
    expect([seen.outcome, seen.rows[0]?.outcome]).toEqual(['unknown', 'unknown'])
  })
})

describe('an uncordon that was cut off', () => {
  const run: Run = { ...cut, kind: 'uncordon' }

  test('is proven where the node takes pods, and interrupted where it does not', async () => {
    expect((await observeUncordon(run, kubernetes, signal)).outcome).toBe('proven')
    const cordoned = { ...kubernetes, nodes: () => Promise.resolve([{ ...node, unschedulable: true }]) }
    const seen = await observeUncordon(run, cordoned, signal)
    expect([seen.outcome, seen.rows[0]?.found]).toEqual(['interrupted', 'Ready,SchedulingDisabled'])
  })

  test('of a node that Kubernetes has not stays open and says so', async () => {
    const none = { ...kubernetes, nodes: () => Promise.resolve([]) }
    await expect(observeUncordon(run, none, signal)).rejects.toMatchObject({ code: 'not-found' })
  })
})
