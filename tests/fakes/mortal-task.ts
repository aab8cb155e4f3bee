import type { ImageRow } from '#contract/kubernetes.ts'
import { NodeAddress, type ContextName, type NodeRef, type RunId } from '#contract/names.ts'
import type { NodeActionPlan } from '#contract/node-actions.ts'
import type { UpgradePlan } from '#contract/upgrades.ts'
import type { AppWindow } from './app-window.ts'

/** What a life of the app does, as a person would: a plan, and its start. */
export interface MortalTask {
  readonly act:
    | 'upgrade'
    | 'rollback'
    | 'reboot'
    | 'shutdown'
    | 'reset'
    | 'apply'
    | 'uncordon'
    | 'remove-member'
    | 'kubernetes'
    | 'manifests'
  /** What an upgrade upgrades to. */
  readonly version: string
  /** Addresses; only an upgrade takes several, and what is about the cluster none. */
  readonly nodes: readonly string[]
  /** Who is to be removed by the node: 16 hex digits. */
  readonly memberId?: string
  /**
   * Where it ends by its own SIGKILL: `start install` once that step is on disk as started, before it does anything;
   * `end install` when it is done, before that is on disk. A step of one node of several: `start 10.0.0.1/kubelet`.
   */
  readonly dieAt?: string
}

export async function begin(
  window: AppWindow,
  context: ContextName,
  { act, version, nodes: addresses, memberId = '' }: MortalTask,
  onImages: (images: readonly ImageRow[]) => void,
): Promise<RunId> {
  switch (act) {
    case 'kubernetes': {
      const plan = await window.call('kubernetes.plan', { context, version })
      onImages(plan.images)
      return (await window.call('kubernetes.start', { planId: plan.planId })).runId
    }
    case 'manifests': {
      const { planId } = await window.call('kubernetes.plan-manifests', { context })
      return (await window.call('kubernetes.start', { planId })).runId
    }
    case 'upgrade': {
      const nodes = addresses.map((address) => NodeAddress.parse(address))
      const plan = await window.call('upgrades.plan', { context, nodes, version })
      return (await window.call('upgrades.start', { planId: plan.planId, accepted: toAccept(plan) })).runId
    }
    case 'rollback': {
      const plan = await window.call('upgrades.plan-rollback', refOf(context, addresses))
      return (await window.call('upgrades.start', { planId: plan.planId, accepted: toAccept(plan) })).runId
    }
    case 'apply':
      return apply(window, refOf(context, addresses))
    case 'reboot':
    case 'shutdown':
    case 'reset':
    case 'uncordon':
    case 'remove-member': {
      const plan = await planAction(window, act, refOf(context, addresses), memberId)
      const { planId, hostname, typeHostname } = plan
      const typed = typeHostname ? { hostname } : {}
      return (await window.call('node-actions.start', { planId, ...typed })).runId
    }
  }
}

function refOf(context: ContextName, [address = '']: readonly string[]): NodeRef {
  return { context, node: NodeAddress.parse(address) }
}

function planAction(
  window: AppWindow,
  act: 'reboot' | 'shutdown' | 'reset' | 'uncordon' | 'remove-member',
  ref: NodeRef,
  memberId: string,
): Promise<NodeActionPlan> {
  switch (act) {
    case 'reboot':
      return window.call('node-actions.plan-reboot', { ...ref, mode: 'default' })
    case 'shutdown':
      return window.call('node-actions.plan-shutdown', { ...ref, force: true })
    case 'reset': {
      const choice = {
        scope: 'reconfigure' as const,
        userDisks: [],
        etcdVolume: true,
        graceful: true,
        reboot: true,
      }
      return window.call('node-actions.plan-reset', { ...ref, choice })
    }
    case 'uncordon':
      return window.call('node-actions.plan-uncordon', ref)
    case 'remove-member':
      return window.call('node-actions.plan-remove-member', { ...ref, memberId })
  }
}

async function apply(window: AppWindow, ref: NodeRef): Promise<RunId> {
  const { active } = await window.call('machine-configs.read', ref)
  const key = `vm.mortal_${Date.now()}`
  const text = active.text.replace('    sysctls:\n', `    sysctls:\n        ${key}: "1"\n`)
  const { reviewId } = await window.call('machine-configs.review', { ...ref, text })
  const request = { ...ref, reviewId, mode: 'no-reboot' as const, accepted: [] }
  return (await window.call('machine-configs.apply', request)).runId
}

/** What a person would have to say yes to. */
function toAccept({ preflight, nodes }: UpgradePlan): UpgradePlan['preflight'][number]['id'][] {
  return [...preflight, ...nodes.flatMap((node) => node.preflight)]
    .filter(({ accept }) => accept === true)
    .map(({ id }) => id)
}
