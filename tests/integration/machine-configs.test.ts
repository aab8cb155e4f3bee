import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { ApplyMode } from '#contract/machine-configs.ts'
import type { RunId } from '#contract/names.ts'
import { ContextName, NodeAddress } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { createRunEngine } from '../../main/domain/runs/run-engine.ts'
import { createMachineConfigHandlers } from '../../main/ipc/handlers/machine-configs.ts'
import { startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { createClock } from '../../main/simulator/machine/clock.ts'
import { createConfigHistory } from '../../main/store/config-history.ts'
import { createConfigResources } from '../../main/store/config-resources.ts'
import { createDraftStore } from '../../main/store/draft-store.ts'
import { createRunJournal } from '../../main/store/run-journal.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { memorySeal, sha256 } from '../fakes/config-scene.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { createRecordingLog } from '../fakes/recording-log.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'

const SPEED = 60
const stack: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const end of stack.splice(0).reverse()) await end()
})

/** One simulated control plane of that version, and the app's own handlers over the real wire. */
async function scene(talosVersion: string) {
  const resourcesDir = join(protosDir, '..', 'resources')
  const nodes = [{ hostname: 'bronce-1', role: 'controlplane' as const, talos: talosVersion }]
  const life = createClock(SPEED)
  // A node's timer of a try runs in the client's time, which is hurried here as well.
  const hurried = { ...life, wait: life.sleep }
  const cluster = await startSimulatedCluster({
    name: 'casa',
    nodes,
    clock: hurried,
    protosDir,
    resourcesDir,
  })
  stack.push(() => cluster[Symbol.asyncDispose]())
  const context = contextOf(cluster.talosconfig())
  const talos = createTalosPort({ context, protosDir, connectTimeoutMs: 1_000 })
  stack.push(() => talos.close())
  const folder = await mkdtemp(join(tmpdir(), 'ichor-apply-'))
  stack.push(() => rm(folder, { recursive: true, force: true }))
  const clock = createHurriedClock(SPEED)
  const log = createRecordingLog()
  const journal = createRunJournal(join(folder, 'runs'))
  stack.push(() => journal.close())
  const runs = createRunEngine({ journal, clock, newId: randomUUID, who: 'ana', log })
  stack.push(() => runs.close())
  const { endpoints, certificate } = context
  const name = ContextName.parse('casa')
  const handlers = createMachineConfigHandlers({
    clusters: {
      cluster: async () => ({ name, talos, endpoints, nodes: context.nodes, certificate, demo: false }),
    },
    runs,
    clock,
    drafts: createDraftStore(join(folder, 'drafts'), memorySeal, log),
    history: createConfigHistory(join(folder, 'history'), memorySeal),
    schemas: createConfigResources(resourcesDir),
    log,
    who: 'ana',
    sha256,
    newId: randomUUID,
  })
  const { signal } = new AbortController()
  const ref = { context: name, node: NodeAddress.parse(cluster.node('bronce-1').spec.address) }
  const real = async (): Promise<string> =>
    (await talos.readMachineConfig(ref.node, 'active', signal))?.text ?? ''

  async function review(edit: (text: string) => string) {
    const { active } = await handlers['machine-configs.read'](ref, signal)
    return handlers['machine-configs.review']({ ...ref, text: edit(active.text) }, signal)
  }
  async function apply(
    of: Awaited<ReturnType<typeof review>>,
    mode: ApplyMode,
    trySeconds = 60,
  ): Promise<RunId> {
    const accepted = of.toAccept.map(({ id }) => id)
    const call = { ...ref, reviewId: of.reviewId, mode, accepted, trySeconds }
    return (await handlers['machine-configs.apply'](call, signal)).runId
  }
  async function until(runId: RunId, done: (run: Run) => boolean): Promise<Run> {
    for await (const event of runs.watch({ limit: 10 }, signal)) {
      if (
        event.kind !== 'ready' &&
        event.item.kind === 'run' &&
        event.item.run.id === runId &&
        done(event.item.run)
      ) {
        return event.item.run
      }
    }
    throw new Error('the run went away')
  }
  const finish = (runId: RunId): Promise<Run> => until(runId, (run) => run.endedAt !== undefined)
  return { handlers, ref, signal, real, review, apply, until, finish }
}

/** Puts lines under `machine:`, in the indentation that the text has. `\t` stands for one level. */
function underMachine(shown: string, lines: readonly string[]): string {
  const level = /^machine:\n( +)/m.exec(shown)?.[1] ?? '  '
  const written = lines.map((line) => level + line.replaceAll('\t', level) + '\n').join('')
  return shown.replace(/^machine:\n/m, `machine:\n${written}`)
}

/** A label of the node: live on every version. */
function labelled(shown: string): string {
  const label = 'ichor.test/shelf: "2"'
  const labels = /^( *)nodeLabels:\n( +)/m.exec(shown)
  if (labels === null) return underMachine(shown, ['nodeLabels:', `\t${label}`])
  return shown.replace(
    labels[0],
    `${labels[1] ?? ''}nodeLabels:\n${labels[2] ?? ''}${label}\n${labels[2] ?? ''}`,
  )
}

describe.each(['v1.9.6', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0'])(
  'a simulated node of Talos %s',
  (version) => {
    test('a change is reviewed, dry-run, applied and read back', async () => {
      const { handlers, ref, signal, review, apply, finish, real } = await scene(version)
      const reviewed = await review(labelled)
      expect(reviewed.table.counts.all).toBe(1)
      expect(reviewed.problems.filter((problem) => problem.severity === 'error')).toEqual([])
      const mode = reviewed.preselected
      const dryRun = await handlers['machine-configs.dry-run'](
        { ...ref, reviewId: reviewed.reviewId, mode },
        signal,
      )
      expect(dryRun.diff).toContain('ichor.test/shelf')
      expect(dryRun).toMatchObject({ linesAdded: reviewed.table.linesAdded, agrees: true })
      const crossed = JSON.stringify([await handlers['machine-configs.read'](ref, signal), reviewed, dryRun])
      const secrets = [
        ...(await real()).matchAll(/(?:key|token|secret\w*|clusterSecret): *"?([\w+/=.]{20,})/gi),
      ]
      expect(secrets.length).toBeGreaterThan(5)
      for (const [, secret] of secrets) expect(crossed).not.toContain(secret)
      const run = await finish(await apply(reviewed, mode))
      expect(run.verdict.map(({ fact, outcome, note }) => [fact, outcome, note])).toContainEqual([
        'config-active',
        'proven',
        'MachineConfig',
      ])
      expect(run.outcome).toBe('proven')
      expect(await real()).toContain('ichor.test/shelf')
    })

    test('a try that nobody keeps goes back by itself; one that is kept stays', async () => {
      const { handlers, signal, review, apply, finish, until, real } = await scene(version)
      const before = await real()
      const lost = await finish(await apply(await review(labelled), 'try'))
      expect(lost.outcome).toBe('reverted')
      expect(await real()).toBe(before)
      const runId = await apply(await review(labelled), 'try', 600)
      await until(runId, (run) => (run.trial?.probes.length ?? 0) > 0)
      await handlers['machine-configs.keep']({ runId }, signal)
      const kept = await finish(runId)
      expect(kept.outcome).toBe('proven')
      expect(kept.trial?.probes.some((probe) => probe.ok)).toBe(true)
      expect(await real()).toContain('ichor.test/shelf')
    })
  },
)

describe('what a simulated node refuses', () => {
  test('an unknown key: its words, at the line of the key', async () => {
    const { handlers, ref, signal, review } = await scene('v1.13.9')
    const reviewed = await review((shown) => underMachine(shown, ['tokn: a']))
    const line = reviewed.afterText.split('\n').findIndex((text) => text.trim() === 'tokn: a') + 1
    const call = { ...ref, reviewId: reviewed.reviewId, mode: 'auto' as const }
    await expect(handlers['machine-configs.dry-run'](call, signal)).rejects.toMatchObject({
      code: 'config-refused',
      at: { line },
    })
  })

  test('a file on 1.13 needs a reboot: the mode is not offered, and auto reboots and proves it', async () => {
    const { review, apply, finish } = await scene('v1.13.9')
    const file = ['- path: /var/etc/x', '  op: create', '  permissions: 0o644', '  content: hi']
    const reviewed = await review((shown) =>
      underMachine(shown, ['files:', ...file.map((line) => `\t${line}`)]),
    )
    expect(reviewed.modes.filter(({ offered }) => !offered).map(({ mode }) => mode)).toEqual([
      'try',
      'no-reboot',
    ])
    const run = await finish(await apply(reviewed, 'auto'))
    expect(run.steps.map(({ name, state }) => `${name} ${state}`)).toContain('ready done')
    expect(run.outcome).toBe('proven')
  })
})
