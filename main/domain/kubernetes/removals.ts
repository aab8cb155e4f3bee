import type { KubernetesCheck, KubernetesComponent } from '#contract/kubernetes.ts'
import { compareLines, lineOf } from '../upgrades/version-table.ts'
import type { KubernetesConfig } from './component-config.ts'
import type { KubernetesLine, KubernetesLines } from './lines.ts'

const COMPONENTS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
] as const satisfies readonly KubernetesComponent[]

/** A node's config, by the name to tell it with. */
export interface NodeConfig {
  readonly hostname: string
  readonly config: KubernetesConfig
}

type Check = Pick<KubernetesCheck, 'id' | 'outcome' | 'evidence'>

/** The minors that an upgrade enters; a patch enters none. */
export function linesEntered(lines: KubernetesLines, from: string, to: string): KubernetesLines {
  const [low, high] = [lineOf(from), lineOf(to)]
  if (low === undefined || high === undefined) return []
  return lines.filter(({ minor }) => compareLines(minor, low) > 0 && compareLines(minor, high) <= 0)
}

/**
 * What the configs still ask for that the target no longer has: the component would not start with it
 * (behaviour.md §6 step 6). All of it at once, each with its node.
 */
export function removalChecks(entered: KubernetesLines, nodes: readonly NodeConfig[]): readonly Check[] {
  const found = (of: (line: KubernetesLine, node: NodeConfig) => readonly string[]): readonly string[] =>
    entered.flatMap((line) => nodes.flatMap((node) => of(line, node)))
  return [
    removalCheck(
      'removed-flags',
      { entered, names: ({ flags }) => Object.values(flags).flat() },
      found(({ flags }, { hostname, config }) =>
        COMPONENTS.flatMap((component) =>
          (flags[component] ?? [])
            .filter((flag) => config[component].extraArgs.has(flag))
            .map((flag) => `${hostname}: ${component} --${flag}`),
        ),
      ),
    ),
    removalCheck(
      'removed-feature-gates',
      { entered, names: ({ featureGates }) => featureGates },
      found(({ featureGates }, { hostname, config }) =>
        COMPONENTS.flatMap((component) => {
          const set = gatesOf(config, component)
          return featureGates
            .filter((gate) => set.has(gate))
            .map((gate) => `${hostname}: ${component} ${gate}`)
        }),
      ),
    ),
    removalCheck(
      'removed-admission-plugins',
      { entered, names: ({ admissionPlugins }) => admissionPlugins },
      found(({ admissionPlugins }, { hostname, config }) => {
        const set = pluginsOf(config)
        return admissionPlugins.filter((plugin) => set.has(plugin)).map((plugin) => `${hostname}: ${plugin}`)
      }),
    ),
  ]
}

/** `names`: what goes with a minor, all of which was looked for. */
export function removalCheck(
  id: Check['id'],
  {
    entered,
    names,
  }: { readonly entered: KubernetesLines; readonly names: (line: KubernetesLine) => readonly string[] },
  found: readonly string[],
): Check {
  if (found.length > 0) return { id, outcome: 'block', evidence: found.join(', ') }
  const minors = entered.map(({ minor }) => minor).join(', ')
  const count = new Set(entered.flatMap(names)).size
  if (minors === '') return { id, outcome: 'pass', evidence: 'A patch takes nothing away.' }
  return {
    id,
    outcome: 'pass',
    evidence:
      count === 0
        ? `Nothing of the kind goes in ${minors}.`
        : `None of the ${count} that go in ${minors} is here.`,
  }
}

/** `--feature-gates=A=true,B=false`, and the gates of the component's own file. */
function gatesOf(config: KubernetesConfig, component: KubernetesComponent): ReadonlySet<string> {
  const { extraArgs, featureGates } = config[component]
  const flag = (extraArgs.get('feature-gates') ?? []).flatMap((value) => value.split(','))
  return new Set([...featureGates, ...flag.map((one) => one.split('=')[0]?.trim() ?? '')])
}

function pluginsOf(config: KubernetesConfig): ReadonlySet<string> {
  const { extraArgs } = config['kube-apiserver']
  const flags = ['enable-admission-plugins', 'disable-admission-plugins'].flatMap(
    (flag) => extraArgs.get(flag) ?? [],
  )
  return new Set([
    ...config.admissionPlugins,
    ...flags.flatMap((value) => value.split(',')).map((one) => one.trim()),
  ])
}
