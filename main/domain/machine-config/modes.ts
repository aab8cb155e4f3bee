import type { ApplyMode, ModeChoice } from '#contract/machine-configs.ts'
import { minorOf } from './config-facts.ts'

export interface ModeQuestion {
  readonly talosVersion: string
  /** Something in the change takes effect only with a reboot that the node would do or demand (up to 1.13). */
  readonly needsReboot: boolean
  readonly touchesNetwork: boolean
  readonly tryPending: boolean
}

/** From 1.14 on AUTO never reboots and REBOOT is refused (behaviour.md §4.2). */
function neverReboots(talosVersion: string): boolean {
  return (minorOf(talosVersion) ?? 0) >= 14
}

/** Mode that writes a change down at once. */
function plainMode(talosVersion: string): 'auto' | 'no-reboot' {
  return neverReboots(talosVersion) ? 'auto' : 'no-reboot'
}

/** All modes in the order they are shown, refused ones with their reason, and the one that fits (behaviour.md §4.2). */
export function chooseModes(question: ModeQuestion): {
  readonly modes: readonly ModeChoice[]
  readonly preselected: ApplyMode
} {
  const late = neverReboots(question.talosVersion)
  const blocked = question.needsReboot && !late
  const preselected = pick(question, blocked)
  const choices: readonly ModeChoice[] = [
    blocked
      ? { mode: 'try', offered: false, reason: 'refused-needs-reboot' }
      : {
          mode: 'try',
          offered: true,
          reason: question.touchesNetwork ? 'fits-network' : 'reverts-unless-kept',
        },
    {
      mode: 'auto',
      offered: true,
      reason: late ? 'auto-never-reboots' : blocked ? 'auto-reboots' : 'applied-at-once',
    },
    blocked
      ? { mode: 'no-reboot', offered: false, reason: 'refused-needs-reboot' }
      : { mode: 'no-reboot', offered: true, reason: 'applied-at-once' },
    { mode: 'staged', offered: true, reason: 'stored-for-next-reboot' },
    late
      ? { mode: 'reboot', offered: false, reason: 'refused-since-1-14' }
      : { mode: 'reboot', offered: true, reason: 'reboots-the-node' },
  ]
  if (question.tryPending) {
    // Any call but a try stops the node's timer, even one that is refused.
    return {
      modes: choices.map(({ mode }) => ({ mode, offered: false, reason: 'try-pending' })),
      preselected,
    }
  }
  const fitting = choices.map((choice) =>
    choice.mode === preselected && choice.reason === 'applied-at-once'
      ? { ...choice, reason: 'fits' as const }
      : choice,
  )
  return { modes: fitting, preselected }
}

function pick(question: ModeQuestion, blocked: boolean): ApplyMode {
  // A reboot nobody asked for is the worse surprise: it waits until the person reboots the node.
  if (blocked) return 'staged'
  if (question.touchesNetwork) return 'try'
  return plainMode(question.talosVersion)
}

export interface TalosctlTarget {
  readonly context: string
  readonly node: string
  readonly hostname: string
  /** Seconds of a try; 60 where the node's own default is meant. */
  readonly trySeconds: number
}

/** The command that would send the same file. */
export function applyCommands(target: TalosctlTarget): Record<ApplyMode, string> {
  const file = quote(`${target.hostname === '' ? target.node : target.hostname}.yaml`)
  const start = `talosctl --context ${quote(target.context)} -n ${quote(target.node)} apply-config -f ${file}`
  return {
    auto: `${start} --mode=auto`,
    'no-reboot': `${start} --mode=no-reboot`,
    reboot: `${start} --mode=reboot`,
    staged: `${start} --mode=staged`,
    try: `${start} --mode=try --timeout=${duration(target.trySeconds)}`,
  }
}

function duration(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
