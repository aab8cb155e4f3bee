import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { applyPatch } from '../machine-config/patches/apply-patch.ts'
import { imageFor, imagePatch, readKubernetesConfig, versionOfImage } from './component-config.ts'
import { parseKubernetesLines } from './lines.ts'
import { linesEntered, removalChecks } from './removals.ts'

const PLAIN = { rules: { find: () => undefined, isFree: () => false }, knows: () => true }
const LEGACY = `version: v1alpha1 # the contract
machine:
  type: controlplane
  kubelet:
    image: ghcr.io/siderolabs/kubelet:v1.33.6-slim # ours
    extraArgs:
      cloud-config: /etc/cloud
    extraConfig:
      featureGates:
        LegacySidecarContainers: true
cluster:
  apiServer:
    image: mirror.casa:5000/k8s/kube-apiserver:v1.33.6
    extraArgs:
      feature-gates: PodDisruptionConditions=true,Other=false
    admissionControl:
      - name: PodSecurity
  proxy:
    disabled: true
`
const DOCUMENTS = `apiVersion: v1alpha1
kind: KubeAPIServerConfig
image: registry.k8s.io/kube-apiserver:v1.36.3
---
apiVersion: v1alpha1
kind: KubeletConfig
image: ghcr.io/siderolabs/kubelet:v1.36.3 # as generated
extraArgs:
  boot-id-file:
    - /run/boot
---
apiVersion: v1alpha1
kind: KubeAdmissionControlConfig
name: PodSecurity
---
version: v1alpha1
machine:
  type: controlplane
`
const lines = parseKubernetesLines(JSON.parse(readFileSync('resources/kubernetes/lines.json', 'utf8')))

describe('what a config says of Kubernetes', () => {
  test('is read from the legacy document', () => {
    const config = readKubernetesConfig(LEGACY)
    expect(config.kubelet.image).toBe('ghcr.io/siderolabs/kubelet:v1.33.6-slim')
    expect(config['kube-proxy'].enabled).toBe(false)
    expect(config['kube-scheduler']).toMatchObject({ image: undefined, enabled: true })
    expect(config.admissionPlugins).toEqual(['PodSecurity'])
  })

  test('is read from the documents of 1.14, where a component without one is not run', () => {
    const config = readKubernetesConfig(DOCUMENTS)
    expect(config['kube-apiserver'].image).toBe('registry.k8s.io/kube-apiserver:v1.36.3')
    expect(config['kube-proxy'].enabled).toBe(false)
    expect(config.admissionPlugins).toEqual(['PodSecurity'])
  })
})

describe('a new image', () => {
  test.each([
    ['kubelet', undefined, 'ghcr.io/siderolabs/kubelet:v1.34.1'],
    ['kubelet', 'ghcr.io/siderolabs/kubelet:v1.33.6-slim', 'ghcr.io/siderolabs/kubelet:v1.34.1-slim'],
    [
      'kube-apiserver',
      'mirror.casa:5000/k8s/kube-apiserver:v1.33.6',
      'mirror.casa:5000/k8s/kube-apiserver:v1.34.1',
    ],
    [
      'kube-proxy',
      `registry.k8s.io/kube-proxy:v1.33.6@sha256:${'ab'.repeat(32)}`,
      'registry.k8s.io/kube-proxy:v1.34.1',
    ],
  ] as const)('of %s keeps registry and variant: %s', (component, current, wanted) => {
    expect(imageFor(component, current, 'v1.34.1')).toBe(wanted)
    expect(versionOfImage(wanted)).toBe('v1.34.1')
  })

  test.each([
    [LEGACY, 'kubelet', 'v1.33.6-slim', 'v1.34.1-slim'],
    [DOCUMENTS, 'kubelet', 'kubelet:v1.36.3', 'kubelet:v1.37.0'],
    [DOCUMENTS, 'kube-apiserver', 'kube-apiserver:v1.36.3', 'kube-apiserver:v1.37.0'],
  ] as const)('is the only thing that moves in the text', (text, component, from, to) => {
    const version = /v[\d.]+/.exec(to)?.[0] ?? ''
    const image = imageFor(component, readKubernetesConfig(text)[component].image, version)
    expect(applyPatch(text, imagePatch(text, component, image), PLAIN).text).toBe(text.replace(from, to))
  })
})

test('what the target no longer has is listed all at once, with its node', () => {
  const check = (text: string, from: string, to: string) =>
    removalChecks(linesEntered(lines, from, to), [
      { hostname: 'bronce-1', config: readKubernetesConfig(text) },
    ]).map(({ id, outcome, evidence }) => `${id} ${outcome}: ${evidence}`)
  expect(check(LEGACY, 'v1.33.6', 'v1.34.1')).toEqual([
    'removed-flags block: bronce-1: kubelet --cloud-config',
    'removed-feature-gates block: bronce-1: kube-apiserver PodDisruptionConditions, bronce-1: kubelet LegacySidecarContainers',
    'removed-admission-plugins pass: Nothing of the kind goes in 1.34.',
  ])
  expect(check(LEGACY, 'v1.33.5', 'v1.33.6')).toEqual(
    ['removed-flags', 'removed-feature-gates', 'removed-admission-plugins'].map(
      (id) => `${id} pass: A patch takes nothing away.`,
    ),
  )
  expect(check(DOCUMENTS, 'v1.36.3', 'v1.37.0')[1]).toMatch(
    /pass: None of the \d+ that go in 1\.37 is here\.$/,
  )
  expect(check(DOCUMENTS, 'v1.36.3', 'v1.37.0')[0]).toBe(
    'removed-flags block: bronce-1: kubelet --boot-id-file',
  )
})
