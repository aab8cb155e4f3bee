import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageRow } from '#contract/kubernetes.ts'
import { NodeAddress, type RunId } from '#contract/names.ts'
import type { NextStep, Run } from '#contract/runs.ts'
import { loadProtos } from '../../main/talos/load-protos.ts'
import { startApp } from './app-host.ts'
import { importTalosconfig, untilEnded, untilRun } from './app-scene.ts'
import type { AppWindow } from './app-window.ts'
import { createHurriedClock } from './hurried-clock.ts'
import { begin, type MortalTask } from './mortal-task.ts'
import { protosDir } from './talos-node.ts'

/** What a process is told to do in its life; the first line of its standard input, as JSON. */
export interface MortalOrders {
  readonly dataDir: string
  readonly talosconfigFile: string
  /** Settles the run that the one before it left, and gives back what that left cordoned. */
  readonly settles: boolean
  readonly task?: MortalTask
}

/** What it says on its standard output, one JSON a line. After `seen` it waits for a line before it goes on. */
export type MortalWord =
  /** Runs without an end, as the start shows them, and what `runs.next` offers for the last of them. */
  | { readonly kind: 'found'; readonly open: readonly Run[]; readonly next: readonly NextStep[] }
  | { readonly kind: 'seen'; readonly run: Run }
  | { readonly kind: 'uncordoned'; readonly run: Run }
  /** The images of a plan for Kubernetes, before its run. */
  | { readonly kind: 'planned'; readonly images: readonly ImageRow[] }
  | { readonly kind: 'begun'; readonly runId: RunId }
  | { readonly kind: 'ended'; readonly run: Run }

/** How much faster than life this app waits. */
const PATIENCE = 40

function say(word: MortalWord): void {
  process.stdout.write(`${JSON.stringify(word)}\n`)
}

/** The whole main process as a process of its own, so that it can be killed for real. */
async function live({ dataDir, talosconfigFile, settles, task }: MortalOrders): Promise<void> {
  const app = await startApp({ dataDir, clock: createHurriedClock(PATIENCE) })
  const window = app.window()
  const context = await importTalosconfig(window, readFileSync(talosconfigFile, 'utf8'))
  if (settles) await settleLast(window)
  if (task !== undefined) {
    const { dieAt } = task
    if (dieAt !== undefined) await dieAtStep(dataDir, dieAt)
    const runId = await persistently(() =>
      begin(window, context, task, (images) => say({ kind: 'planned', images })),
    )
    say({ kind: 'begun', runId })
    say({ kind: 'ended', run: await patiently(() => untilEnded(window, runId)) })
  }
  await app[Symbol.asyncDispose]()
  process.stdin.destroy()
}

async function settleLast(window: AppWindow): Promise<void> {
  const log = window.open('runs.watch', { limit: 1000 })
  const open = await log.until((items) => {
    const runs = items.flatMap((item) =>
      item.kind === 'run' && item.run.endedAt === undefined ? [item.run] : [],
    )
    return runs.length === 0 ? undefined : runs
  })
  log.close()
  const [{ id: runId, context, kind }] = open as [Run]
  const { next } = await persistently(() => window.call('runs.next', { runId }))
  say({ kind: 'found', open, next })
  await persistently(() => window.call('runs.settle', { runId, how: 'observe' }))
  say({ kind: 'seen', run: await untilRun(window, runId, (run) => run.endedAt !== undefined) })
  await once(process.stdin, 'data')
  const cordoned = next.find((step) => step.kind === 'uncordon')
  // What was to be uncordoned is uncordoned by a task of its own.
  if (cordoned === undefined || kind === 'uncordon') return
  const node = NodeAddress.parse(cordoned.node)
  const plan = await persistently(() => window.call('node-actions.plan-uncordon', { context, node }))
  const uncordon = await window.call('node-actions.start', { planId: plan.planId })
  say({ kind: 'uncordoned', run: await untilEnded(window, uncordon.runId) })
}

interface Writing {
  appendFile(this: FileHandle, text: string): Promise<void>
  datasync(this: FileHandle): Promise<void>
}

/** Kills this process between the journal and what the run does: see `MortalTask.dieAt`. */
async function dieAtStep(dataDir: string, dieAt: string): Promise<void> {
  const [, when = '', step = ''] = /^(\S+) (.*)$/.exec(dieAt) ?? []
  const handle = await open(join(dataDir, 'mortal'), 'w')
  const writing = Object.getPrototypeOf(handle) as Writing
  await handle.close()
  const { appendFile, datasync } = writing
  const line = new RegExp(`"kind":"step-${when}ed","id":"(?:[^"]*/)?${step.replaceAll('.', '\\.')}"`)
  const written = new WeakSet<FileHandle>()
  writing.appendFile = async function (text) {
    const isHere = line.test(text)
    if (isHere && when === 'end') process.kill(process.pid, 'SIGKILL')
    await appendFile.call(this, text)
    if (isHere) written.add(this)
  }
  writing.datasync = async function () {
    await datasync.call(this)
    if (written.has(this)) process.kill(process.pid, 'SIGKILL')
  }
}

/** A run on a busy computer takes longer than a page would wait. */
async function patiently<T>(look: () => Promise<T>): Promise<T> {
  for (let looks = 1; ; looks++) {
    try {
      return await look()
    } catch (error) {
      if (looks > 10) throw error
    }
  }
}

/** On a busy computer a machine misses a question now and then: then it is asked anew. */
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries > 5) throw error
    }
  }
}

// While the one before it lives, this one gets ready for what every life needs.
loadProtos(protosDir)
await Promise.all([
  import('../../main/kubernetes/client.ts'),
  import('../../main/kubernetes/read-kubeconfig.ts'),
  import('../../main/kubernetes/transport.ts'),
  import('../../main/kubernetes/read-storage.ts'),
])
const [orders] = (await once(process.stdin, 'data')) as [Buffer]
await live(JSON.parse(orders.toString()) as MortalOrders)
