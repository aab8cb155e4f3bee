import { readFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { ContextName, NodeAddress, type RunId } from '#contract/names.ts'
import type { RunOutcome } from '#contract/runs.ts'
import type { UpgradePlan } from '#contract/upgrades.ts'
import { startApp } from './app-host.ts'
import { importTalosconfig } from './app-scene.ts'
import type { AppWindow } from './app-window.ts'
import { createHurriedClock } from './hurried-clock.ts'

/** What a process is told to do before it is killed; on its command line as JSON. */
export interface MortalOrders {
  readonly dataDir: string
  readonly talosconfigFile: string
  readonly node: string
  readonly act: 'upgrade' | 'rollback' | 'reboot' | 'apply'
  /** Dies by its own SIGKILL once this step is on disk as started, before the step does anything. */
  readonly dieAt?: string
}

/** How much faster than life this app waits. */
const PATIENCE = 20

/**
 * The whole main process as a process of its own, so that it can be killed for real. Says `run <id>` when its run
 * begins, `step <name>` as steps start and `ended <outcome>` at the end.
 */
async function live(orders: MortalOrders): Promise<void> {
  const { dataDir, act, dieAt } = orders
  if (dieAt !== undefined) await dieOnceOnDisk(dataDir, dieAt)
  const app = await startApp({ dataDir, clock: createHurriedClock(PATIENCE) })
  const window = app.window()
  const context = await importTalosconfig(window, readFileSync(orders.talosconfigFile, 'utf8'))
  const ref = { context: ContextName.parse(context), node: NodeAddress.parse(orders.node) }
  const told = new Set<string>()
  const log = window.open('runs.watch', { limit: 10 })
  const look = () =>
    log.until((items) => {
      const last = items.at(-1)
      if (last?.kind !== 'run') return undefined
      for (const { name, state } of last.run.steps) {
        if (state === 'waiting' || told.has(name)) continue
        told.add(name)
        process.stdout.write(`step ${name}\n`)
      }
      return last.run.endedAt === undefined ? undefined : last.run.outcome
    })
  const watching = patiently(look)
  process.stdout.write(`run ${await persistently(() => begin(window, act, ref))}\n`)
  process.stdout.write(`ended ${await watching}\n`)
  await app[Symbol.asyncDispose]()
}

interface Writing {
  appendFile(this: FileHandle, text: string): Promise<void>
  datasync(this: FileHandle): Promise<void>
}

/** Kills this process between the journal's fsync of a step's start and whatever the step would do. */
async function dieOnceOnDisk(dataDir: string, step: string): Promise<void> {
  const handle = await open(join(dataDir, 'mortal'), 'w')
  const writing = Object.getPrototypeOf(handle) as Writing
  await handle.close()
  const { appendFile, datasync } = writing
  const started = new RegExp(`"kind":"step-started","id":"(?:[^"]*/)?${step}"`)
  const written = new WeakSet<FileHandle>()
  writing.appendFile = async function (text) {
    await appendFile.call(this, text)
    if (started.test(text)) written.add(this)
  }
  writing.datasync = async function () {
    await datasync.call(this)
    if (written.has(this)) process.kill(process.pid, 'SIGKILL')
  }
}

/** A run on a busy computer takes longer than a page would wait. */
async function patiently(look: () => Promise<RunOutcome>): Promise<RunOutcome> {
  for (let looks = 0; ; looks++) {
    try {
      return await look()
    } catch (error) {
      if (looks > 10) throw error
    }
  }
}

async function begin(
  window: AppWindow,
  act: MortalOrders['act'],
  ref: { readonly context: ContextName; readonly node: NodeAddress },
): Promise<RunId> {
  switch (act) {
    case 'upgrade': {
      const { context, node } = ref
      const plan = await window.call('upgrades.plan', { context, nodes: [node], version: 'v1.14.0' })
      return (await window.call('upgrades.start', { planId: plan.planId, accepted: toAccept(plan) })).runId
    }
    case 'rollback': {
      const plan = await window.call('upgrades.plan-rollback', ref)
      return (await window.call('upgrades.start', { planId: plan.planId, accepted: toAccept(plan) })).runId
    }
    case 'reboot': {
      const { planId } = await window.call('node-actions.plan-reboot', { ...ref, mode: 'default' })
      return (await window.call('node-actions.start', { planId })).runId
    }
    case 'apply': {
      const { active } = await window.call('machine-configs.read', ref)
      const text = active.text.replace('    sysctls:\n', '    sysctls:\n        vm.mortal: "1"\n')
      const { reviewId } = await window.call('machine-configs.review', { ...ref, text })
      return (
        await window.call('machine-configs.apply', { ...ref, reviewId, mode: 'no-reboot', accepted: [] })
      ).runId
    }
  }
}

/** On a busy computer a machine misses a question now and then, and a plan is refused: then it is made anew. */
async function persistently(start: () => Promise<RunId>): Promise<RunId> {
  for (let tries = 1; ; tries++) {
    try {
      return await start()
    } catch (error) {
      if (tries > 5) throw error
    }
  }
}

/** What a person would have to say yes to. */
function toAccept({ preflight, nodes }: UpgradePlan): UpgradePlan['preflight'][number]['id'][] {
  return [...preflight, ...nodes.flatMap((node) => node.preflight)]
    .filter(({ accept }) => accept === true)
    .map(({ id }) => id)
}

await live(JSON.parse(process.argv[2] ?? '{}') as MortalOrders)
