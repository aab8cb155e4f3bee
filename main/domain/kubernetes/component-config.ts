import { stringify } from 'yaml'
import type { KubernetesComponent } from '#contract/kubernetes.ts'
import type { Tree } from '../machine-config/config-tree.ts'
import { LEGACY, parseConfig, type ParsedConfig } from '../machine-config/parse-config.ts'

/** Where a component stands in a MachineConfig, and what it is called in the cluster. */
interface Place {
  /** Of 1.14; where it is present it wins, and the legacy fields beside it are refused by the node. */
  readonly kind: string
  readonly legacy: readonly [string, string]
  readonly repository: string
}

const PLACES: Readonly<Record<KubernetesComponent, Place>> = {
  'kube-apiserver': {
    kind: 'KubeAPIServerConfig',
    legacy: ['cluster', 'apiServer'],
    repository: 'registry.k8s.io/kube-apiserver',
  },
  'kube-controller-manager': {
    kind: 'KubeControllerManagerConfig',
    legacy: ['cluster', 'controllerManager'],
    repository: 'registry.k8s.io/kube-controller-manager',
  },
  'kube-scheduler': {
    kind: 'KubeSchedulerConfig',
    legacy: ['cluster', 'scheduler'],
    repository: 'registry.k8s.io/kube-scheduler',
  },
  'kube-proxy': {
    kind: 'KubeProxyConfig',
    legacy: ['cluster', 'proxy'],
    repository: 'registry.k8s.io/kube-proxy',
  },
  kubelet: {
    kind: 'KubeletConfig',
    legacy: ['machine', 'kubelet'],
    repository: 'ghcr.io/siderolabs/kubelet',
  },
}

/** One component as a node's config has it. */
export interface ComponentConfig {
  /** As written; absent where the config leaves it to Talos. */
  readonly image: string | undefined
  readonly enabled: boolean
  readonly extraArgs: ReadonlyMap<string, readonly string[]>
  /** Gates switched in the component's own configuration file, such as the kubelet's `featureGates`. */
  readonly featureGates: readonly string[]
}

export type KubernetesConfig = Readonly<Record<KubernetesComponent, ComponentConfig>> & {
  readonly admissionPlugins: readonly string[]
}

/** Reads what an upgrade of Kubernetes needs of a MachineConfig, with or without its secrets. */
export function readKubernetesConfig(text: string): KubernetesConfig {
  const config = parseConfig(text)
  const legacy = rootOf(config, LEGACY)
  const admission = items(at(legacy, 'cluster', 'apiServer', 'admissionControl'))
  const admissionDocuments = config.documents.map((document) => document.identity())
  // A node has all of its Kubernetes in documents or none (1.14): one without its document is not run there.
  const inDocuments = Object.values(PLACES).some(({ kind }) => rootOf(config, kind) !== undefined)
  const one = (component: KubernetesComponent): ComponentConfig => {
    const { document, tree } = findPlace(config, component)
    const isThere = !inDocuments || document !== LEGACY
    const disabled = scalarOf(at(tree, 'disabled')) === 'true'
    const own = component === 'kubelet' ? (at(tree, 'extraConfig') ?? at(tree, 'config')) : at(tree, 'config')
    return {
      image: scalarOf(at(tree, 'image')),
      enabled: isThere && !disabled && scalarOf(at(tree, 'enabled')) !== 'false',
      extraArgs: argumentsOf(at(tree, 'extraArgs')),
      featureGates: keys(at(own, 'featureGates')),
    }
  }
  return {
    'kube-apiserver': one('kube-apiserver'),
    'kube-controller-manager': one('kube-controller-manager'),
    'kube-scheduler': one('kube-scheduler'),
    'kube-proxy': one('kube-proxy'),
    kubelet: one('kubelet'),
    admissionPlugins: [
      ...admission.flatMap((plugin) => scalarOf(at(plugin, 'name')) ?? []),
      ...admissionDocuments.flatMap(({ kind, name }) =>
        kind === 'KubeAdmissionControlConfig' ? (name ?? []) : [],
      ),
    ],
  }
}

/** The image for a version: the registry and the variant that the config has stay, only the tag moves. */
export function imageFor(
  component: KubernetesComponent,
  current: string | undefined,
  version: string,
): string {
  const { repository } = PLACES[component]
  if (current === undefined) return `${repository}:${version}`
  const suffix = component === 'kubelet' ? (/-(?:fat|slim)$/.exec(current)?.[0] ?? '') : ''
  return `${current.replace(/@sha256:[0-9a-f]+$/, '').replace(/:[^:/]+$/, '')}:${version}${suffix}`
}

/** `v1.36.3` of `registry.k8s.io/kube-apiserver:v1.36.3` and of `…/kubelet:v1.36.3-slim`. */
export function versionOfImage(image: string | undefined): string | undefined {
  return image === undefined ? undefined : /:(v\d+\.\d+\.\d+(?:-(?!fat$|slim$)[\w.]+)?)/.exec(image)?.[1]
}

/** A strategic merge patch that sets the image of a component where this config has it. */
export function imagePatch(text: string, component: KubernetesComponent, image: string): string {
  const { kind, legacy } = PLACES[component]
  const { document } = findPlace(parseConfig(text), component)
  if (document === kind) return stringify({ apiVersion: 'v1alpha1', kind, image })
  const [part, name] = legacy
  return stringify({ [part]: { [name]: { image } } })
}

function findPlace(
  config: ParsedConfig,
  component: KubernetesComponent,
): { readonly document: string; readonly tree: Tree | undefined } {
  const { kind, legacy } = PLACES[component]
  const own = rootOf(config, kind)
  if (own !== undefined) return { document: kind, tree: own }
  return { document: LEGACY, tree: at(rootOf(config, LEGACY), ...legacy) }
}

function rootOf(config: ParsedConfig, kind: string): Tree | undefined {
  return config.documents.find((document) => document.identity().kind === kind)?.root()
}

function at(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let here = tree
  for (const key of path) here = here?.kind === 'map' ? here.entries.get(key)?.value() : undefined
  return here
}

function items(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items.map((item) => item.value()) : []
}

function keys(tree: Tree | undefined): readonly string[] {
  return tree?.kind === 'map' ? [...tree.entries.keys()] : []
}

function scalarOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'scalar' ? tree.value : undefined
}

/** An argument has one value, or since 1.13 several. */
function argumentsOf(tree: Tree | undefined): ReadonlyMap<string, readonly string[]> {
  if (tree?.kind !== 'map') return new Map()
  return new Map(
    [...tree.entries].map(([name, entry]) => {
      const value = entry.value()
      return [
        name,
        value.kind === 'list'
          ? items(value).flatMap((item) => scalarOf(item) ?? [])
          : [scalarOf(value) ?? ''],
      ]
    }),
  )
}
