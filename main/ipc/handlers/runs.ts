import { expectsConfigs, observeApply } from '../../domain/machine-config/observe-apply.ts'
import type { ClustersPort } from '../../domain/nodes/clusters-port.ts'
import { exportRun } from '../../domain/runs/export-run.ts'
import type { RunEngine } from '../../domain/runs/run-engine.ts'
import type { Sha256 } from '../../domain/upgrades/hash-port.ts'
import { observeRun } from '../../domain/upgrades/observe-run.ts'
import type { Handlers } from '../handlers.ts'

interface Deps {
  readonly runs: RunEngine
  readonly clusters: ClustersPort
  readonly sha256: Sha256
}

/** The task log. A run goes on whether or not one of these streams is open. */
export function createRunHandlers({
  runs,
  clusters,
  sha256,
}: Deps): Pick<Handlers, 'runs.watch' | 'runs.stop' | 'runs.answer' | 'runs.settle' | 'runs.export'> {
  return {
    'runs.watch': ({ context, limit }, signal) => runs.watch({ context, limit }, signal),

    async 'runs.stop'({ runId, when }) {
      runs.stop(runId, when)
      return {}
    },

    async 'runs.answer'({ runId, questionId, answer }) {
      runs.answer(runId, questionId, answer)
      return {}
    },

    async 'runs.settle'({ runId, how }, signal) {
      if (how === 'close') {
        await runs.settle(runId, { how })
        return {}
      }
      await runs.settle(runId, {
        how,
        async observe(run) {
          const { talos } = await clusters.cluster(run.context)
          return expectsConfigs(run)
            ? observeApply(talos, run, sha256, signal)
            : observeRun(talos, run, signal)
        },
      })
      return {}
    },

    async 'runs.export'({ runId }) {
      return { markdown: exportRun(runs.get(runId)) }
    },
  }
}
