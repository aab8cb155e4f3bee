import type { Language } from '#contract/languages.ts'
import { longRuns, type LongRun } from '#contract/long-runs.ts'
import type { Run, RunOutcome } from '#contract/runs.ts'
import type { HostPort } from '../host-port.ts'
import type { RunEngine } from './run-engine.ts'

/** The system's message stands outside the window, so its few words live here. */
const WORDS: Readonly<Record<Language, Readonly<Record<RunOutcome | 'asks', string>>>> = {
  en: {
    proven: 'proven',
    'proven-with-differences': 'done, with differences',
    'fell-back': 'fell back to the old version',
    'not-ready': 'came back, not ready',
    reverted: 'went back: it was not kept',
    refused: 'refused; nothing changed',
    'refused-after-drain': 'refused after its pods were moved',
    failed: 'failed',
    stopped: 'stopped',
    unknown: 'unknown: too little could be read back',
    interrupted: 'interrupted',
    asks: 'waits for your decision',
  },
  es: {
    proven: 'probado',
    'proven-with-differences': 'hecho, con diferencias',
    'fell-back': 'ha vuelto a la versión anterior',
    'not-ready': 'ha vuelto, pero no está listo',
    reverted: 'se ha deshecho: no se conservó',
    refused: 'rechazado; no ha cambiado nada',
    'refused-after-drain': 'rechazado después de mover sus pods',
    failed: 'ha fallado',
    stopped: 'parado',
    unknown: 'desconocido: se pudo leer demasiado poco',
    interrupted: 'interrumpido',
    asks: 'espera tu decisión',
  },
}

const KINDS: Readonly<Record<Language, Readonly<Record<LongRun, string>>>> = {
  en: {
    upgrade: 'upgrade',
    rollback: 'rollback',
    reboot: 'reboot',
    shutdown: 'shutdown',
    reset: 'reset',
    kubernetes: 'Kubernetes',
  },
  es: {
    upgrade: 'actualización',
    rollback: 'vuelta atrás',
    reboot: 'reinicio',
    shutdown: 'apagado',
    reset: 'restablecimiento',
    kubernetes: 'Kubernetes',
  },
}

/** Runs short enough that nobody looks away meanwhile say nothing of themselves. */
function isLong(kind: Run['kind']): kind is LongRun {
  return longRuns.some((long) => long === kind)
}

/**
 * Progress in the dock or task bar while a run goes, and a message when one ends or asks something. Goes on until the
 * signal is aborted. A host without either is told nothing. `language`: asked each time, as the person may change it.
 */
export async function tellHost(
  runs: Pick<RunEngine, 'watch'>,
  host: Pick<HostPort, 'notify' | 'setProgress'>,
  language: () => Language,
  signal: AbortSignal,
): Promise<void> {
  const going = new Map<string, Run>()
  const asked = new Set<string>()
  for await (const event of runs.watch({ limit: 1 }, signal)) {
    if (event.kind !== 'change' || event.item.kind !== 'run') continue
    const { run } = event.item
    if (!isLong(run.kind)) continue
    const before = going.get(run.id)
    if (run.outcome === undefined) going.set(run.id, run)
    else going.delete(run.id)
    host.setProgress?.(shareOf([...going.values()]))
    const { question } = run
    if (question !== undefined && !asked.has(question.id)) {
      asked.add(question.id)
      host.notify?.(titleOf(run, run.kind, language()), WORDS[language()].asks)
    }
    if (before !== undefined && run.outcome !== undefined) {
      host.notify?.(titleOf(run, run.kind, language()), WORDS[language()][run.outcome])
    }
  }
}

/** `casa: upgrade v1.13.9 → v1.14.0` */
function titleOf({ context, title }: Run, kind: LongRun, language: Language): string {
  const { from, to } = title.parameters
  const what = `${context}: ${KINDS[language][kind]}`
  return from !== undefined && to !== undefined ? `${what} ${from} → ${to}` : what
}

/** Steps done, with the part done of those under way; `undefined` when nothing goes. */
export function shareOf(runs: readonly Run[]): number | undefined {
  const steps = runs.flatMap((run) => run.steps)
  if (runs.length === 0) return undefined
  if (steps.length === 0) return 0
  const done = steps.reduce(
    (sum, { state, progress = 0 }) => sum + (state === 'running' ? progress : state === 'waiting' ? 0 : 1),
    0,
  )
  return done / steps.length
}
