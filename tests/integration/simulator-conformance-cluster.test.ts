import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findKubeconfig } from '../../main/domain/kubernetes/find-kubeconfig.ts'
import type { KubePod, KubernetesPort } from '../../main/domain/kubernetes/kubernetes-port.ts'
import { createKubernetesPort } from '../../main/kubernetes/https-kubernetes-port.ts'
import { connectKube } from '../fakes/kube-client.ts'
import { gather, LINES, minorOf, type MixedCluster, startMixedCluster } from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'

/** A control plane of every line in one cluster: etcd, kubeconfig, Kubernetes, services and containers, with both clients. */
let mixed: MixedCluster
const ends: (() => void)[] = []
beforeAll(async () => {
  mixed = await startMixedCluster({ controlPlanes: LINES, workers: ['v1.14.0', 'v1.9.6'], speed: 200 })
})
afterAll(async () => {
  for (const end of ends) end()
  await mixed[Symbol.asyncDispose]()
})

const M = '/machine.MachineService'
const hosts = LINES.map((line) => line.replaceAll('.', '-'))
const hex = (decimal: string | undefined): string =>
  BigInt(decimal ?? 0)
    .toString(16)
    .padStart(16, '0')

/** What Kubernetes says of each line's own parts (behaviour.md §0.1). */
const BROUGHT: Readonly<Record<number, readonly [kubernetes: string, containerd: string, kernel: string]>> = {
  9: ['v1.32.4', '2.0.5', '6.12.25'],
  10: ['v1.33.6', '2.0.7', '6.12.63'],
  11: ['v1.34.1', '2.1.5', '6.12.62'],
  12: ['v1.35.4', '2.2.5', '6.18.42'],
  13: ['v1.36.3', '2.2.7', '6.18.44'],
  14: ['v1.37.0', '2.3.3', '6.18.44'],
}

describe.each(LINES)('%s', (line) => {
  const minor = minorOf(line)
  const node = () => mixed.addressOf(line)
  const own = () => mixed.port()
  const wire = () => mixed.wire(line)
  /** What our client's answers come over, for what it does not ask for itself. */
  const caller = () => mixed.caller()

  test('lists the members of etcd, its own state and who leads', async () => {
    const members = await own().etcdMembers(node(), never)
    expect(members.map(({ hostname }) => hostname)).toEqual(hosts)
    expect(members.every(({ started, learner }) => started && !learner)).toBe(true)
    const { messages } = await wire().unary(`${M}/EtcdMemberList`)
    expect(messages[0]?.members.map(({ id }) => hex(id))).toEqual(members.map(({ id }) => id))
    const status = await own().etcdStatus(node(), never)
    const plain = (await wire().unary(`${M}/EtcdStatus`)).messages[0]?.memberStatus
    expect([hex(plain?.memberId), hex(plain?.leader)]).toEqual([status.memberId, status.leaderId])
    expect(members.find(({ id }) => id === status.memberId)?.hostname).toBe(mixed.hostOf(line))
    expect(plain?.storageVersion !== '').toBe(minor >= 11)
    expect(Number(plain?.dbSize)).toBe(status.dbSize)
    expect(await own().etcdAlarms(node(), never)).toEqual([])
  })

  test('gives a snapshot that is whole, the same to both', async () => {
    const frames = await wire().stream(`${M}/EtcdSnapshot`).all()
    const plain = Buffer.concat(frames.map(({ bytes }) => bytes))
    const ours = Buffer.concat(await gather(own().etcdSnapshot(node(), never)))
    for (const file of [plain, ours]) {
      expect(file.length % 512).toBe(32)
      expect(file.subarray(-32)).toEqual(createHash('sha256').update(file.subarray(0, -32)).digest())
    }
    expect(frames.every(({ bytes }) => bytes.length <= 1024)).toBe(true)
  })

  test('hands its leadership over when it leads, and says that it does not otherwise', async () => {
    const leader = async () => (await own().etcdStatus(node(), never)).leaderId
    const before = await leader()
    const led =
      LINES[
        hosts.indexOf(
          (await own().etcdMembers(node(), never)).find(({ id }) => id === before)?.hostname ?? '',
        )
      ]
    if (led === undefined) throw new Error('nobody leads')
    const other = LINES.find((one) => one !== led) ?? led
    expect(await own().etcdForfeitLeadership(mixed.addressOf(other), never)).toBeUndefined()
    const { messages } = await mixed.wire(other).unary(`${M}/EtcdForfeitLeadership`)
    expect(messages[0]?.member).toBe('')
    const next = await own().etcdForfeitLeadership(mixed.addressOf(led), never)
    expect(await leader()).not.toBe(before)
    expect(next).toBeDefined()
  })

  test('removes no member that is not there, and is not bootstrapped twice', async () => {
    await expect(own().etcdRemoveMember(node(), '00000000000000aa', never)).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(wire().unary(`${M}/EtcdRemoveMemberByID`, { memberId: '170' })).rejects.toMatchObject({
      code: 5,
    })
    await expect(wire().unary(`${M}/Bootstrap`)).rejects.toMatchObject({
      code: 6,
      details: 'etcd data directory is not empty',
    })
  })

  test('gives out a kubeconfig, by which Kubernetes tells the node with the parts of its line', async () => {
    const frames = await wire().stream(`${M}/Kubeconfig`).all()
    const archive = gunzipSync(Buffer.concat(frames.map(({ bytes }) => bytes)))
    const size = Number.parseInt(archive.subarray(124, 135).toString(), 8)
    const text = archive.subarray(512, 512 + size).toString()
    const plain = connectKube(text)
    const kubeconfig = await own().kubeconfig(node(), never)
    const kube: KubernetesPort & { close(): void } = createKubernetesPort(() =>
      Promise.resolve({ text: kubeconfig, controlPlanes: [mixed.machine(line).spec.address] }),
    )
    ends.push(() => kube.close())
    const name = mixed.hostOf(line)
    const [kubernetes, containerd, kernel] = BROUGHT[minor] ?? []
    const { body } = await plain.get(`/api/v1/nodes/${name}`)
    expect(body.status.nodeInfo).toMatchObject({
      osImage: `Talos (${line})`,
      kubeletVersion: expect.stringMatching(new RegExp(`^${kubernetes ?? ''}`)) as string,
      containerRuntimeVersion: `containerd://${containerd ?? ''}`,
      kernelVersion: `${kernel ?? ''}-talos`,
    })
    expect(await kube.node(name, never)).toMatchObject({
      name,
      ready: true,
      controlPlane: true,
      osImage: `Talos (${line})`,
      kubeletVersion: body.status.nodeInfo['kubeletVersion'],
    })
    // Cordoned there, the node itself says so.
    const status = { namespace: 'k8s', type: 'NodeStatuses.kubernetes.talos.dev', id: name }
    const unschedulable = async () =>
      ((await own().get(node(), status, never))?.spec as { readonly unschedulable: boolean }).unschedulable
    await kube.setUnschedulable(name, true, never)
    await expect.poll(unschedulable).toBe(true)
    expect((await plain.get(`/api/v1/nodes/${name}`)).body.spec.unschedulable).toBe(true)
    const pods = (await kube.pods({ node: name }, never)).filter(
      ({ controller }) => controller === 'ReplicaSet',
    )
    for (const pod of pods.slice(0, 1))
      expect(['evicted', 'blocked', 'gone']).toContain((await kube.evict(pod, never)).kind)
    await kube.setUnschedulable(name, false, never)
    await expect.poll(unschedulable).toBe(false)
    plain.close()
  })

  test('restarts its kubelet for both clients, and refuses what is not to be stopped', async () => {
    expect(await own().serviceAction(node(), 'kubelet', 'restart', never)).toBe('Service "kubelet" restarted')
    const kubelet = async () => (await own().services(node(), never)).find(({ id }) => id === 'kubelet')
    await expect.poll(async () => (await kubelet())?.health.healthy, { timeout: 10_000 }).toBe(true)
    const states = (await kubelet())?.events.map(({ state }) => state) ?? []
    expect(states.slice(states.lastIndexOf('Stopping'))).toEqual(
      expect.arrayContaining(['Stopping', 'Finished', 'Starting', 'Waiting', 'Preparing', 'Running']),
    )
    const { messages } = await wire().unary(`${M}/ServiceRestart`, { id: 'kubelet' })
    expect(messages[0]?.resp).toBe('Service "kubelet" restarted')
    const words = 'service "apid" doesn\'t support stop operation via API'
    await expect(wire().unary(`${M}/ServiceStop`, { id: 'apid' })).rejects.toMatchObject({
      code: 2,
      details: words,
    })
    await expect(own().serviceAction(node(), 'apid', 'stop', never)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(words) as string,
    })
    await expect(own().serviceAction(node(), 'nonesuch', 'restart', never)).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect.poll(async () => (await kubelet())?.health.healthy, { timeout: 10_000 }).toBe(true)
  })

  test('lists its containers to both, and our client reads their logs by their ids', async () => {
    const of = async (request: object) => {
      const { messages } = await wire().unary(`${M}/Containers`, request)
      const containers = messages[0]?.containers ?? []
      const ours = await caller().ask(node(), `${M}/Containers`, request)
      expect(ours.messages[0]?.containers).toEqual(containers)
      return containers
    }
    const system = await of({ namespace: 'system', driver: 'CONTAINERD' })
    expect(system.map(({ id }) => id)).toEqual(expect.arrayContaining(['apid', 'etcd', 'kubelet', 'trustd']))
    expect(system.every(({ pid, status }) => pid > 0 && status === 'RUNNING')).toBe(true)
    const pods = await of({ namespace: 'k8s.io', driver: 'CRI' })
    const api = pods.find(({ name }) => name === 'kube-apiserver')
    expect(api).toMatchObject({
      status: 'CONTAINER_RUNNING',
      podId: `kube-system/kube-apiserver-${mixed.hostOf(line)}`,
    })
    expect(api?.image).toContain('kube-apiserver:')
    for (const id of ['kubelet', api?.id ?? '']) {
      const ours = await gather(own().serviceLog(node(), { id, follow: false, tailLines: 2 }, never))
      expect([id, ours.length]).toEqual([id, 2])
    }
    const ofPods = { namespace: 'k8s.io', driver: 'CRI' }
    for (const ask of [wire().unary(`${M}/Stats`, ofPods), caller().ask(node(), `${M}/Stats`, ofPods)]) {
      const { messages } = await ask
      expect(Number(messages[0]?.stats.find(({ id }) => id === api?.id)?.cpuUsage)).toBeGreaterThan(0)
    }
  })

  test('tells its time to both, and to our client that it is synced', async () => {
    const path = '/time.TimeService/TimeCheck'
    const server = 'time.cloudflare.com'
    for (const ask of [wire().unary(path, { server }), caller().ask(node(), path, { server })]) {
      const { messages } = await ask
      expect(messages[0]?.server).toBe(server)
      const times = [messages[0]?.localtime, messages[0]?.remotetime].map((time) => Number(time?.seconds))
      for (const seconds of times) expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60)
    }
    await expect(caller().ask(node(), path, {})).rejects.toMatchObject({ code: 'refused' })
    const key = { namespace: 'runtime', type: 'TimeStatuses.v1alpha1.talos.dev', id: 'node' }
    const status = await own().get(node(), key, never)
    expect(status?.spec).toMatchObject({ synced: true, syncDisabled: false })
    expect('spikeDetected' in (status?.spec as object)).toBe(minor >= 14)
  })
})

test('drain-blocked-by-pdb: Kubernetes refuses to evict what holds volumes, to both clients', async () => {
  const held = mixed.cluster.scenarios().find(({ name }) => name === 'drain-blocked-by-pdb')?.fits ?? []
  expect(held.length).toBeGreaterThan(0)
  const kube = createKubernetesPort((signal) =>
    findKubeconfig(mixed.port(), [mixed.addressOf('v1.14.0')], signal),
  )
  const plain = connectKube(await mixed.cluster.kubeconfig())
  for (const name of held) {
    mixed.cluster.cause('drain-blocked-by-pdb', name)
    const pods = await kube.pods({ node: name }, never)
    const outcomes = new Map<KubePod, string>()
    for (const pod of pods.filter(({ namespace }) => namespace === 'longhorn-system'))
      outcomes.set(pod, (await kube.evict(pod, never)).kind)
    const [blocked] = [...outcomes].find(([, kind]) => kind === 'blocked') ?? []
    expect([name, [...outcomes.values()]]).toEqual([name, expect.arrayContaining(['blocked'])])
    const metadata = { name: blocked?.name, namespace: blocked?.namespace }
    const reply = await plain.send(
      'POST',
      `/api/v1/namespaces/${blocked?.namespace ?? ''}/pods/${blocked?.name ?? ''}/eviction`,
      { apiVersion: 'policy/v1', kind: 'Eviction', metadata },
    )
    expect(reply.code).toBe(429)
    mixed.cluster.settle('drain-blocked-by-pdb', name)
  }
  kube.close()
  plain.close()
})

test('a member that our client removed is gone for all, and its etcd does not start again', async () => {
  const [first, , , , , last] = LINES
  const id = (await mixed.port().etcdStatus(mixed.addressOf(last), never)).memberId
  await mixed.port().etcdRemoveMember(mixed.addressOf(first), id, never)
  const { messages } = await mixed.wire('v1.12.11').unary(`${M}/EtcdMemberList`)
  expect(messages[0]?.members.map(({ hostname }) => hostname)).toEqual(hosts.slice(0, -1))
  await expect(mixed.port().etcdStatus(mixed.addressOf(last), never)).rejects.toMatchObject({
    code: 'node-error',
  })
})
