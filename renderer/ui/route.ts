import { useSyncExternalStore } from 'react'

/** Every place in the app. Kept in the URL's fragment, so that no host has to know it. */
export type Route =
  | { readonly at: 'welcome' }
  | { readonly at: 'import' }
  | { readonly at: 'fleet'; readonly context: string }
  | { readonly at: 'node'; readonly context: string; readonly node: string; readonly tab: NodeTab }
  | { readonly at: 'upgrade'; readonly context: string; readonly node: string }
  | { readonly at: 'upgrade-nodes'; readonly context: string; readonly nodes: readonly string[] }
  | { readonly at: 'rollback'; readonly context: string; readonly node: string }
  | {
      readonly at: 'reboot' | 'shutdown' | 'reset' | 'uncordon'
      readonly context: string
      readonly node: string
    }
  | {
      readonly at: 'remove-member'
      readonly context: string
      readonly node: string
      readonly memberId: string
    }
  /** `version` and `kubelets`: what a run that was cut off was to bring. */
  | {
      readonly at: 'kubernetes'
      readonly context: string
      readonly version?: string
      readonly kubelets?: boolean
    }
  | { readonly at: 'manifests'; readonly context: string }
  /** The draft of a node for several nodes, or a saved patch that was opened from its desk. */
  | {
      readonly at: 'several'
      readonly context: string
      readonly node: string
      readonly patch?: string | undefined
    }
  /** Two configurations beside each other, each as `features/machine-configs/side-link.ts` writes it. */
  | {
      readonly at: 'compare'
      readonly context: string
      readonly before: string | undefined
      readonly after: string | undefined
    }
  | { readonly at: 'run'; readonly id: string }
  | { readonly at: 'tasks' }
  | { readonly at: 'diagnostics' }
  | { readonly at: 'settings' }

/** Tabs of a node, in order; the last part of its address. */
export const NODE_TABS = ['overview', 'configuration', 'services', 'logs', 'kernel-log', 'history'] as const
export type NodeTab = (typeof NODE_TABS)[number]

function tabOf(part: string | undefined): NodeTab {
  return NODE_TABS.find((tab) => tab === part) ?? 'overview'
}

/** `#/c/casa/n/10.0.20.11/logs`. Names are percent-encoded, so an IPv6 address or a slash does no harm. */
export function hrefOf(route: Route): string {
  const part = encodeURIComponent
  switch (route.at) {
    case 'welcome':
      return '#/'
    case 'import':
      return '#/import'
    case 'fleet':
      return `#/c/${part(route.context)}`
    case 'node':
      return `#/c/${part(route.context)}/n/${part(route.node)}/${part(route.tab)}`
    case 'upgrade':
      return `#/c/${part(route.context)}/n/${part(route.node)}/upgrade`
    case 'upgrade-nodes':
      return `#/c/${part(route.context)}/upgrade${route.nodes.map((node) => `/${part(node)}`).join('')}`
    case 'rollback':
      return `#/c/${part(route.context)}/n/${part(route.node)}/rollback`
    case 'reboot':
    case 'shutdown':
    case 'reset':
    case 'uncordon':
      return `#/c/${part(route.context)}/n/${part(route.node)}/${route.at}`
    case 'remove-member':
      return `#/c/${part(route.context)}/n/${part(route.node)}/remove-member/${part(route.memberId)}`
    case 'kubernetes':
      if (route.version === undefined) return `#/c/${part(route.context)}/kubernetes`
      return `#/c/${part(route.context)}/kubernetes/to/${part(route.version)}${route.kubelets === false ? '/control-plane' : ''}`
    case 'manifests':
      return `#/c/${part(route.context)}/kubernetes/manifests`
    case 'several':
      return `#/c/${part(route.context)}/n/${part(route.node)}/several${route.patch === undefined ? '' : `/${part(route.patch)}`}`
    case 'compare':
      return `#/c/${part(route.context)}/compare/${part(route.before ?? '')}/${part(route.after ?? '')}`
    case 'run':
      return `#/run/${part(route.id)}`
    case 'tasks':
      return '#/tasks'
    case 'diagnostics':
      return '#/diagnostics'
    case 'settings':
      return '#/settings'
  }
}

/** What it does not know is the welcome page. */
export function parseRoute(fragment: string): Route {
  const parts = fragment.replace(/^#\/?/, '').split('/').map(decodePart)
  const [first = '', second, third, fourth, fifth, sixth] = parts
  switch (first) {
    case 'import':
    case 'tasks':
    case 'diagnostics':
    case 'settings':
      return { at: first }
    case 'run':
      return second === undefined || second === '' ? { at: 'welcome' } : { at: 'run', id: second }
    case 'c':
      if (second === undefined || second === '') return { at: 'welcome' }
      if (third === 'kubernetes') {
        if (fourth === 'manifests') return { at: 'manifests', context: second }
        if (fourth !== 'to' || fifth === undefined || fifth === '')
          return { at: 'kubernetes', context: second }
        const kubelets = sixth === 'control-plane' ? { kubelets: false } : {}
        return { at: 'kubernetes', context: second, version: fifth, ...kubelets }
      }
      if (third === 'compare') {
        const side = (link: string | undefined): string | undefined => (link === '' ? undefined : link)
        return { at: 'compare', context: second, before: side(fourth), after: side(fifth) }
      }
      if (third === 'upgrade') {
        return { at: 'upgrade-nodes', context: second, nodes: parts.slice(3).filter((one) => one !== '') }
      }
      if (third !== 'n' || fourth === undefined || fourth === '') return { at: 'fleet', context: second }
      if (fifth === 'rollback') return { at: 'rollback', context: second, node: fourth }
      if (fifth === 'reboot' || fifth === 'shutdown' || fifth === 'reset' || fifth === 'uncordon') {
        return { at: fifth, context: second, node: fourth }
      }
      if (fifth === 'remove-member' && sixth !== undefined && sixth !== '') {
        return { at: fifth, context: second, node: fourth, memberId: sixth }
      }
      if (fifth === 'several') {
        const patch = sixth === undefined || sixth === '' ? {} : { patch: sixth }
        return { at: 'several', context: second, node: fourth, ...patch }
      }
      if (fifth === 'upgrade') return { at: 'upgrade', context: second, node: fourth }
      return {
        at: 'node',
        context: second,
        node: fourth,
        tab: tabOf(fifth),
      }
    default:
      return { at: 'welcome' }
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

let lastHash: string | undefined
let lastRoute: Route = { at: 'welcome' }

/** The same object until the fragment changes, as `useSyncExternalStore` wants it. */
function currentRoute(): Route {
  if (location.hash !== lastHash) {
    lastHash = location.hash
    lastRoute = parseRoute(lastHash)
  }
  return lastRoute
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => {
    window.removeEventListener('hashchange', listener)
  }
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute)
}

/** `replace` leaves no step back. */
export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  const href = hrefOf(route)
  if (how === 'push') location.hash = href
  else location.replace(href)
}
