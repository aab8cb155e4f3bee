import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  cordon,
  countChanges,
  liveAndDie,
  liveOn,
  timesSent,
  TO,
  untilSettled,
  type ClusterDeath,
} from '../fakes/cluster-deaths.ts'
import { beginDeaths, cluster, endDeaths, journalsThatSay, takenOver } from '../fakes/deaths-scene.ts'
import { COMPONENTS, configOf } from '../fakes/kube-standing.ts'

/**
 * The app killed by SIGKILL in the runs that are about the cluster: at every kind of step of an upgrade of Kubernetes,
 * `start`, `call` and `end` as in app-killed, each life going on from what the one before it left; then in the sync of
 * the manifests, in an uncordon and in the removal of a member.
 */
const FROM = 'v1.35.4'
const PLANES = ['bronce-1', 'bronce-2', 'bronce-3'] as const
const WORKER = 'estante-1'
const configs = new Map<string, string>()

beforeAll(async () => {
  const base = { talos: 'v1.13.9', kubernetes: FROM.slice(1) }
  await beginDeaths([
    ...PLANES.map((hostname) => ({ ...base, hostname, role: 'controlplane' as const })),
    { ...base, hostname: WORKER, role: 'worker' as const },
  ])
  countChanges()
  for (const name of cluster.machines.keys()) configs.set(name, configOf(name))
}, 120_000)
afterAll(endDeaths)

const KUBERNETES: readonly Omit<ClusterDeath, 'act'>[] = [
  { when: 'start', step: 'preflight' },
  { when: 'start', step: 'pull', node: 'bronce-1' },
  { when: 'call', step: 'pull', node: 'bronce-2' },
  { when: 'start', step: 'kube-apiserver', node: 'bronce-1' },
  { when: 'call', step: 'kube-apiserver', node: 'bronce-1' },
  { when: 'end', step: 'kube-apiserver', node: 'bronce-2' },
  { when: 'start', step: 'kube-controller-manager', node: 'bronce-3' },
  { when: 'start', step: 'kube-scheduler', node: 'bronce-2' },
  { when: 'start', step: 'kube-proxy', node: 'bronce-2' },
  { when: 'start', step: 'kubelet', node: 'bronce-1' },
  { when: 'start', step: 'kubelet', node: WORKER },
  { when: 'call', step: 'kubelet', node: WORKER },
  { when: 'start', step: 'verify' },
]

test(
  'an upgrade of Kubernetes that is killed at any step goes on from what stands, and sends no image twice',
  { timeout: 300_000 },
  async () => {
    await untilSettled()
    for (const death of KUBERNETES) await liveAndDie({ act: 'kubernetes', ...death })
    await liveOn({ act: 'kubernetes' })
    const applied = timesSent((what) => what.includes(' apply '))
    const once = (host: string, components: readonly string[]): [string, number][] =>
      components.map((component) => [`${host} apply ${component}`, 1])
    expect(Object.fromEntries(applied)).toEqual(
      Object.fromEntries([...PLANES.flatMap((host) => once(host, COMPONENTS)), ...once(WORKER, ['kubelet'])]),
    )
    for (const [name, text] of configs) {
      const now = configOf(name)
      expect([name, now === text]).toEqual([name, false])
      // Every letter but the tags is as it was.
      expect([name, now.replaceAll(TO, FROM)]).toEqual([name, text])
    }
  },
)

test(
  'a sync of the manifests that is killed around an object loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const step = 'DaemonSet kube-system/kube-proxy'
    await liveAndDie({ act: 'manifests', when: 'start', step })
    await liveAndDie({ act: 'manifests', when: 'call', step })
  },
)

test(
  'an uncordon that is killed around its call loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    await cordon(WORKER)
    await liveAndDie({ act: 'uncordon', when: 'start', step: 'uncordon', node: WORKER })
    await liveAndDie({ act: 'uncordon', when: 'call', step: 'uncordon', node: WORKER })
  },
)

test(
  'a removal from etcd that is killed around its call loses nothing and repeats nothing',
  { timeout: 300_000 },
  async () => {
    const lost = cluster.state.etcd.members().find(({ hostname }) => hostname === 'bronce-3')
    cluster.node('bronce-3').powerOff()
    const death = {
      act: 'remove-member',
      step: 'remove-member',
      node: 'bronce-1',
      memberId: lost?.id ?? '',
    } as const
    await liveAndDie({ ...death, when: 'start' })
    await liveAndDie({ ...death, when: 'call' })
  },
)

test(
  'after all of them an uncordon is proven, and each dead process lost its lock once',
  { timeout: 300_000 },
  async () => {
    await cordon(WORKER)
    await liveOn({ act: 'uncordon', node: WORKER })
    expect(await journalsThatSay(takenOver)).toEqual(takenOver.map(() => 1))
    expect(takenOver.length).toBe(KUBERNETES.length + 6)
  },
)
