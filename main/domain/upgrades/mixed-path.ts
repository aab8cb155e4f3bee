import { compare, parse } from 'semver'
import type { PreflightCheck } from '#contract/upgrades.ts'
import type { PreparedNode } from './plan.ts'

/**
 * Judges the paths of one run beside each other, in which some nodes go up. Nobody is taken back on the side: a node that
 * runs more than the target already is a block, since back on purpose is a run in which everybody goes back. One that is
 * there already would be restarted for the same version, which is worth a word. Same order.
 */
export function judgeMixedPaths(nodes: readonly PreparedNode[]): readonly PreparedNode[] {
  if (!nodes.some(({ plan }) => order(plan) === 'up')) return nodes
  return nodes.map((one) => ({
    ...one,
    plan: {
      ...one.plan,
      preflight: one.plan.preflight.map((check) =>
        check.id === 'version-path' ? besideOthers(check, order(one.plan)) : check,
      ),
    },
  }))
}

function besideOthers(check: PreflightCheck, goes: ReturnType<typeof order>): PreflightCheck {
  if (goes === 'back') return { ...check, outcome: 'block', because: 'path-setback' }
  if (goes === 'nowhere' && check.outcome === 'pass') {
    return { ...check, outcome: 'warn', because: 'path-again' }
  }
  return check
}

function order({
  from,
  to,
}: {
  readonly from: string
  readonly to: string
}): 'up' | 'back' | 'nowhere' | '?' {
  if (parse(from) === null || parse(to) === null) return '?'
  const way = compare(from, to)
  return way < 0 ? 'up' : way > 0 ? 'back' : 'nowhere'
}
