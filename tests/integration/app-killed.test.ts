import { afterAll, beforeAll, expect, test } from 'vitest'
import { liveAndDie, liveOn, OLD_SENDS, UPGRADES_TO } from '../fakes/deaths.ts'
import {
  beginDeaths,
  cluster,
  endDeaths,
  journalsThatSay,
  received,
  takenOver,
} from '../fakes/deaths-scene.ts'

/**
 * The app as a process of its own, killed by SIGKILL at every step of a run: `start` of a step, when that is on disk and
 * nothing of it was sent; `end`, when it is done and that is not on disk; `call`, when the node has the call and its
 * answer is on the way. The next life, on the same data folder, settles what the one before it left.
 */
const FROM = 'v1.13.9'
const OLD_FROM = 'v1.11.6'
const OLD_TO = 'v1.12.11'
const WORKERS = 13
const OLD_WORKERS = 4

beforeAll(
  () =>
    beginDeaths([
      ...[1, 2, 3].map((at) => ({ hostname: `bronce-${at}`, role: 'controlplane' as const, talos: FROM })),
      ...Array.from({ length: WORKERS }, (_none, at) => ({
        hostname: `estante-${at + 1}`,
        role: 'worker' as const,
        talos: FROM,
      })),
      ...Array.from({ length: OLD_WORKERS }, (_none, at) => ({
        hostname: `viejo-${at + 1}`,
        role: 'worker' as const,
        talos: OLD_FROM,
      })),
    ]),
  120_000,
)
afterAll(endDeaths)

const starts = (steps: readonly string[]): readonly string[] => steps.map((step) => `start ${step}`)
const BACK = ['answers', 'ready', 'kubernetes', 'uncordon', 'verify']
const UPGRADE = ['preflight', 'pull', 'cordon', 'drain', 'install', 'reboot', ...BACK]
const REBOOT = ['preflight', 'reboot', 'answers', 'ready', 'verify']
const upgraded: string[] = []
const fresh = Array.from({ length: WORKERS }, (_none, at) => `estante-${at + 1}`)

/** A worker that no installer has been at. */
function freshWorker(): string {
  const name = fresh.find((one) => !received.get(one)?.includes('installImage'))
  if (name === undefined) throw new Error('more deaths than workers: give the cluster more of them')
  return name
}

test(
  'an upgrade that is killed at any step loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const places = [...starts(UPGRADE), 'end cordon', 'call install', 'end install', 'call reboot']
    for (const at of places) {
      const worker = freshWorker()
      await liveAndDie({ act: 'upgrade', at, nodes: [worker], steps: UPGRADE })
      if (cluster.node(worker).talosVersion === UPGRADES_TO) upgraded.push(worker)
    }
  },
)

test(
  'an upgrade of a control plane, killed before its node is touched, leaves it and etcd alone',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'snapshot', 'pull', 'hand-over', ...UPGRADE.slice(2)]
    for (const at of ['start snapshot', 'start hand-over']) {
      await liveAndDie({ act: 'upgrade', at, nodes: ['bronce-2'], steps })
    }
  },
)

test('an upgrade of two, killed between them, never touches the second', { timeout: 300_000 }, async () => {
  for (const step of ['storage', 'settle']) {
    const first = freshWorker()
    const second = fresh[fresh.indexOf(first) + 1] ?? ''
    const steps = [...UPGRADE, 'storage', 'settle']
    await liveAndDie({ act: 'upgrade', at: `start ${step}`, nodes: [first, second], steps })
    expect(received.get(second)).not.toContain('installImage')
    upgraded.push(first)
  }
})

/*
 * A rollback shares its frame with the upgrade, and a reboot its boot with both: each dies where it differs, and once
 * behind that.
 */
test(
  'a rollback that is killed around its call loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'cordon', 'drain', 'rollback', ...BACK]
    const nextUpgraded = (): string => {
      const name = upgraded.find((one) => cluster.node(one).talosVersion === UPGRADES_TO)
      if (name === undefined) throw new Error('more deaths than upgraded workers')
      return name
    }
    for (const at of ['start rollback', 'call rollback']) {
      await liveAndDie({ act: 'rollback', at, nodes: [nextUpgraded()], steps })
    }
  },
)

test(
  'an upgrade by the older call is killed around it and while the node goes on by itself: nothing is lost or repeated',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'cordon', 'drain', 'pull', 'install', 'reboot', ...BACK]
    const old = Array.from({ length: OLD_WORKERS }, (_none, at) => `viejo-${at + 1}`)
    for (const at of ['start pull', 'call pull', 'start install', 'start reboot']) {
      const node = old.find((name) => cluster.node(name).talosVersion === OLD_FROM) ?? ''
      const death = { act: 'upgrade', at, nodes: [node], steps, sends: OLD_SENDS, version: OLD_TO } as const
      await liveAndDie(death)
    }
  },
)

test(
  'a reboot that is killed around its call loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const nodes = [`estante-${WORKERS}`]
    for (const at of ['start reboot', 'call reboot']) {
      await liveAndDie({ act: 'reboot', at, nodes, steps: REBOOT })
    }
  },
)

test(
  'an apply that is killed around its call loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'history', 'apply', 'verify']
    const nodes = [`estante-${WORKERS}`]
    for (const at of ['start apply', 'call apply', 'end apply']) {
      await liveAndDie({ act: 'apply', at, nodes, steps })
    }
  },
)

test(
  'a shutdown that is killed around its call loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'shutdown', 'silent', 'verify']
    for (const at of ['start shutdown', 'call shutdown', 'start silent']) {
      await liveAndDie({ act: 'shutdown', at, nodes: ['estante-1'], steps })
    }
  },
)

test('after these an upgrade goes to its end and is proven', { timeout: 300_000 }, async () => {
  await liveOn({ act: 'upgrade', nodes: [freshWorker()], steps: UPGRADE })
})

test(
  'a reset that is killed around its call loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const steps = ['preflight', 'reset', 'afterwards', 'verify']
    const [first, second] = [`estante-${WORKERS}`, `estante-${WORKERS - 1}`]
    for (const [at, node] of [
      ['start reset', first],
      ['call reset', first],
      ['start afterwards', second],
    ] as const) {
      await liveAndDie({ act: 'reset', at, nodes: [node], steps })
    }
  },
)

test(
  'after all of them a reboot is proven, and each dead process lost its lock once',
  { timeout: 300_000 },
  async () => {
    await liveOn({ act: 'reboot', nodes: ['estante-1'], steps: REBOOT })
    expect(await journalsThatSay(takenOver)).toEqual(takenOver.map(() => 1))
    expect(takenOver.length).toBeGreaterThan(30)
  },
)
