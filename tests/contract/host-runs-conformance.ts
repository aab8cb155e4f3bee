import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ContextName, RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import type { HostPort } from '../../main/domain/host-port.ts'
import type { Language } from '#contract/languages.ts'
import type { RunsStreamEvent } from '../../main/domain/runs/run-feed.ts'
import { createClusterLocks } from '../../main/store/cluster-locks.ts'

/** Runs as the app tells them, to whoever watches. */
export interface FedRuns {
  /** Waits until someone watches. */
  tell(run: Run): Promise<void>
  watch(signal: AbortSignal): AsyncIterable<RunsStreamEvent>
}

/** A running host, and what a person sees of it who looks at something else. */
export interface HostWithRuns extends AsyncDisposable {
  readonly host: HostPort
  /** What stands in the task bar or the tab: `undefined` for nothing. */
  progress(): string | undefined
  /** Messages of the system so far: `title | body`. */
  messages(): readonly string[]
}

export interface HostSetting {
  readonly dataDir: string
  readonly runs: FedRuns
  /** What the person chose in the settings. The system of these tests is Spanish. */
  readonly language: () => Language
}

/** What every host owes a person who started a run and looks elsewhere, and another instance on the same computer. */
export function describeHostRuns(name: string, open: (setting: HostSetting) => Promise<HostWithRuns>): void {
  describe(name, () => {
    let folder: string
    const opened: HostWithRuns[] = []
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ichor-runs-'))
      // The one place of this computer where both hosts look for locks.
      vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'))
    })
    afterEach(async () => {
      for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
      vi.unstubAllEnvs()
      await rm(folder, { recursive: true })
    })
    async function start(setting: Partial<HostSetting> = {}): Promise<HostWithRuns> {
      const one = await open({
        dataDir: join(folder, `data-${opened.length}`),
        runs: feedRuns(),
        language: () => 'en',
        ...setting,
      })
      opened.push(one)
      return one
    }

    test('a run that goes fills the task bar or the tab, and its end empties it', async () => {
      const runs = feedRuns()
      const host = await start({ runs })
      await runs.tell(upgrade())
      await expect.poll(() => host.progress()).toBe('50 %')
      await runs.tell(upgrade({ outcome: 'proven', endedAt: AT }))
      await expect.poll(() => host.progress()).toBeUndefined()
    })

    test('its end is told once, in the language of the app and not of the system', async () => {
      const runs = feedRuns()
      let language: Language = 'en'
      const host = await start({ runs, language: () => language })
      await runs.tell(upgrade())
      await expect.poll(() => host.progress()).toBe('50 %')
      language = 'es'
      await runs.tell(upgrade({ outcome: 'failed', endedAt: AT }))
      await expect.poll(() => host.messages()).toHaveLength(1)
      expect(host.messages()[0]).toMatch(/ctualiza.*1\.13\.9 → v?1\.14\.0.* \| .*falla/i)
      await runs.tell(upgrade({ outcome: 'failed', endedAt: AT }))
      await runs.tell(upgrade({ id: RunId.parse('r2') }))
      await expect.poll(() => host.progress()).toBe('50 %')
      expect(host.messages()).toHaveLength(1)
    })

    test('a question of a run is told once, however often it changes', async () => {
      const runs = feedRuns()
      const host = await start({ runs, language: () => 'es' })
      const question = {
        id: 'q1', kind: 'drain' as const, node: '10.0.20.11', askedAt: AT,
        moved: 1, total: 3, blockers: [], installed: false,
      } // prettier-ignore
      await runs.tell(upgrade())
      await runs.tell(upgrade({ question }))
      await expect.poll(() => host.messages()).toHaveLength(1)
      await runs.tell(upgrade({ question: { ...question, moved: 2 } }))
      await runs.tell(upgrade({ id: RunId.parse('r2'), context: ContextName.parse('rack') }))
      await expect.poll(() => host.progress()).toBe('50 %')
      expect(host.messages()).toHaveLength(1)
    })

    test('a second instance with its own data cannot take the cluster that the first one holds', async () => {
      const [mine, other] = [await start(), await start()]
      expect(mine.host.dataDir).not.toBe(other.host.dataDir)
      const holder = { runId: 'r1', who: 'ana', at: AT }
      const held = await locksOf(mine).take('SHA256:casa', holder)
      await expect(locksOf(other).take('SHA256:casa', { ...holder, runId: 'r2' })).rejects.toMatchObject({
        code: 'run-active',
      })
      await held.release()
      await (await locksOf(other).take('SHA256:casa', holder)).release()
      // The same folder whichever host it is: what one holds, the other host sees as well.
      expect(mine.host.locksDir).toBe(join(folder, 'state', 'ichor', 'locks'))
    })
  })
}

function locksOf({ host }: HostWithRuns) {
  if (host.locksDir === undefined) throw new Error('the host named no folder for locks')
  return createClusterLocks(host.locksDir)
}

const AT = '2026-11-28T09:00:00.000Z'

/** Two of four steps done. */
function upgrade(more: Partial<Run> = {}): Run {
  return {
    id: RunId.parse('r1'),
    kind: 'upgrade',
    context: ContextName.parse('casa'),
    node: '10.0.20.11',
    hostname: 'bronce-1',
    title: { key: 'run.upgrade', parameters: { from: 'v1.13.9', to: 'v1.14.0' } },
    who: 'ana',
    startedAt: AT,
    steps: [
      { id: 'a', name: 'preflight', state: 'done' },
      { id: 'b', name: 'pull', state: 'done' },
      { id: 'c', name: 'install', state: 'running' },
      { id: 'd', name: 'verify', state: 'waiting' },
    ],
    output: [],
    verdict: [],
    talosctl: '',
    stoppable: true,
    ...more,
  }
}

function feedRuns(): FedRuns {
  const queue: Run[] = []
  let wake: () => void = () => undefined
  let watched = (): void => undefined
  const watching = new Promise<void>((resolve) => (watched = resolve))
  return {
    async tell(run) {
      await watching
      queue.push(run)
      wake()
    },
    async *watch(signal) {
      watched()
      yield { kind: 'ready' }
      while (!signal.aborted) {
        const run = queue.shift()
        if (run !== undefined) {
          yield { kind: 'change', item: { kind: 'run', run } }
          continue
        }
        await new Promise<void>((resolve) => {
          wake = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    },
  }
}
