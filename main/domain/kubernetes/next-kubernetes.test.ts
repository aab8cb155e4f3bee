import { describe, expect, test } from 'vitest'
import { cutKubernetesRun } from '../../../tests/fakes/cut-kubernetes.ts'
import { kubePod } from '../../../tests/fakes/kube-pod.ts'
import { Secret } from '../secret.ts'
import { readKubernetesConfig } from './component-config.ts'
import { imageRows, namesAbove, STATIC_PODS } from './image-rows.ts'
import { imagesLeft } from './next-kubernetes.ts'
import type { RunningCluster, RunningNode } from './upgrade-facts.ts'

const [OLD, NEW] = ['v1.35.4', 'v1.36.3']

type Versions = Readonly<Partial<Record<(typeof STATIC_PODS)[number] | 'kube-proxy' | 'kubelet', string>>>

/** A control plane whose config has some images, and which runs some versions; what is not said is the old one. */
function plane(hostname: string, config: Versions): RunningNode {
  const image = (of: keyof Versions): string => `${of}:${config[of] ?? OLD}`
  const text = `version: v1alpha1
machine:
  kubelet:
    image: ghcr.io/siderolabs/${image('kubelet')}
cluster:
  apiServer:
    image: registry.k8s.io/${image('kube-apiserver')}
  controllerManager:
    image: registry.k8s.io/${image('kube-controller-manager')}
  scheduler:
    image: registry.k8s.io/${image('kube-scheduler')}
  proxy:
    image: registry.k8s.io/${image('kube-proxy')}
`
  return {
    address: `10.0.0.${hostname.at(-1)}`,
    hostname,
    role: 'controlplane',
    kube: {
      name: hostname,
      ready: true,
      unschedulable: false,
      controlPlane: true,
      osImage: 'Talos (v1.13.9)',
      kubeletVersion: config.kubelet ?? OLD,
      addresses: [],
      annotations: {},
    },
    config: {
      known: true,
      value: { version: '1', text: new Secret(text), kubernetes: readKubernetesConfig(text) },
    },
  }
}

function clusterOf(nodes: readonly RunningNode[], running: readonly Versions[]): RunningCluster {
  const pods = nodes.flatMap(({ hostname }, at) =>
    STATIC_PODS.map((name) =>
      kubePod(`${name}-${hostname}`, {
        node: hostname,
        labels: { 'k8s-app': name },
        images: { [name]: `registry.k8s.io/${name}:${running[at]?.[name] ?? OLD}` },
      }),
    ),
  )
  return { nodes, pods }
}

/** Cut off on its way to the new version; as found before, each image was at the old one. */
const cut = cutKubernetesRun(OLD, NEW, {
  steps: [{ id: '10.0.0.1/kubelet', name: 'kubelet', node: '10.0.0.1', state: 'unknown' }],
  verdict: [1, 2].flatMap((node) =>
    [...STATIC_PODS, 'kube-proxy', 'kubelet'].map((fact) => ({
      fact,
      node: `10.0.0.${node}`,
      before: OLD,
      expected: NEW,
      outcome: 'unknown' as const,
    })),
  ),
})

const ALL: Versions = {
  'kube-apiserver': NEW,
  'kube-controller-manager': NEW,
  'kube-scheduler': NEW,
  'kube-proxy': NEW,
  kubelet: NEW,
}

describe('what is left of an upgrade of Kubernetes that was cut off', () => {
  test('begins at the first image of the order that does not stand', () => {
    const first = { 'kube-apiserver': NEW }
    const cluster = clusterOf([plane('bronce-1', first), plane('bronce-2', {})], [first, {}])
    expect(imagesLeft(cut, cluster)).toEqual({
      kind: 'kubernetes',
      node: '10.0.0.2',
      hostname: 'bronce-2',
      component: 'kube-apiserver',
      version: NEW,
      kubelets: true,
      there: 1,
      images: 10,
      evidence: `bronce-2 kube-apiserver: registry.k8s.io/kube-apiserver:${OLD}`,
    })
  })

  test('is an image that stands in the config as long as the pod runs another one, and it shows what runs', () => {
    const cluster = clusterOf([plane('bronce-1', { 'kube-apiserver': NEW })], [{}])
    expect(imagesLeft(cut, cluster)).toMatchObject({
      hostname: 'bronce-1',
      component: 'kube-apiserver',
      there: 0,
    })
    const [row] = imageRows(cluster, NEW, { kubelets: true })
    expect([row?.note, row?.before]).toEqual(['written', `registry.k8s.io/kube-apiserver:${OLD}`])
  })

  test('is nothing where all of it stands', () => {
    expect(imagesLeft(cut, clusterOf([plane('bronce-1', ALL)], [ALL]))).toBeUndefined()
  })

  test('leaves kubelets out where the run did', () => {
    const control = { ...ALL, kubelet: OLD }
    const cluster = clusterOf([plane('bronce-1', control)], [control])
    expect(imagesLeft({ ...cut, steps: [] }, cluster)).toBeUndefined()
    expect(imagesLeft(cut, cluster)).toMatchObject({ component: 'kubelet', there: 4, images: 5 })
  })

  test('is not told by a run whose images somebody has moved elsewhere since', () => {
    const patch = { 'kube-apiserver': 'v1.36.5' }
    expect(imagesLeft(cut, clusterOf([plane('bronce-1', patch)], [patch]))).toBeUndefined()
    const minor = { 'kube-apiserver': 'v1.37.0' }
    expect(imagesLeft(cut, clusterOf([plane('bronce-1', minor)], [minor]))).toBeUndefined()
  })
})

test('a component a minor above the target is named, whether it runs or only stands in a config', () => {
  const cluster = clusterOf(
    [plane('bronce-1', { 'kube-scheduler': 'v1.37.0' }), plane('bronce-2', {})],
    [{}, { 'kube-apiserver': 'v1.37.1' }],
  )
  expect(namesAbove(cluster, NEW)).toEqual([
    'bronce-1 kube-scheduler v1.37.0',
    'bronce-2 kube-apiserver v1.37.1',
  ])
  // An older patch of the same minor is a way that Kubernetes goes.
  expect(namesAbove(cluster, 'v1.37.0')).toEqual([])
})
